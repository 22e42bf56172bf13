#!/bin/bash
# Starts N clones of a sealed template by hand, as fast as a shell script sensibly can: the baseline for `clones`.
#
#   clones-by-hand.sh [-j JOBS] [-w DIR] N MEMORY STATE DISK [-- QEMU-OPTION...]
#
# Each clone: its own overlay by qemu-img, one QEMU with private memory, and one perl that speaks QMP to it, started together with QEMU so
# that its own start costs no time. Perl, because its small core is on every Debian and starts in half of python3's time; socat is not there.
# With no -j all start at once, which gives the smallest total: clones that run already take the processor from those that start.
# Prints "INDEX MS" per clone, from QEMU's start until QMP answers that it runs, and "total MS" for all of them, overlays included.
# EMULATOR, MACHINE, ACCEL and CPU must be the template's; so must be what follows `--` (-kernel and the like, with absolute paths).
set -eu

usage() { sed -n '4p' "$0" >&2; exit 64; }

jobs=0 work=
while getopts j:w: option; do
    case $option in
        j) jobs=$OPTARG ;;
        w) work=$OPTARG ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 4 ] || usage
count=$1 memory=$(realpath "$2") state=$(realpath "$3") disk=$(realpath "$4")
shift 4
[ "${1-}" != -- ] || shift
[ "$jobs" -gt 0 ] || jobs=$count

emulator=${EMULATOR:-qemu-system-x86_64} machine=${MACHINE:-pc} accel=${ACCEL:-tcg} cpu=${CPU:-max}
ram=$(stat -c %s "$memory")
umask 077
work=$(mktemp -d "${work:-${TMPDIR:-/tmp}}/clones.XXXXXX")

clean_up() {
    local pids pid
    wait    # a clone that is being started has no pid file yet
    pids=$(cat "$work"/*/pid 2>/dev/null || true)
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    for pid in $pids; do while [ -e "/proc/$pid" ]; do sleep 0.01; done; done
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

read -r -d '' speak_qmp <<'PERL' || true
use Socket; use Time::HiRes qw(sleep time);
my ($path, $pid, $started) = @ARGV;
$SIG{ALRM} = sub { die "no answer on $path within 60 s\n" };
alarm 60;
socket(my $qmp, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
until (connect($qmp, pack_sockaddr_un($path))) {
    defined readlink("/proc/$pid/exe") or die "QEMU has ended\n";
    sleep 0.001;
}
sub say_qmp { defined syswrite($qmp, $_) or die "$path: $!\n" for @_ }
sub await { my $what = shift; while (<$qmp>) { die $_ if /"error"|"failed"/; return if /$what/ } die "$path: closed\n" }
say_qmp '{"execute":"qmp_capabilities"}',
    '{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"x-ignore-shared","state":true},{"capability":"events","state":true}]}}',
    '{"execute":"migrate-incoming","arguments":{"uri":"fd:7"}}';
await '"completed"';
say_qmp '{"execute":"cont","id":"cont"}';
await '"id": "cont"';
printf "%.0f\n", (time - $started) * 1000;
PERL

start_clone() {
    local dir=$work/$1 started uuid
    shift
    mkdir "$dir"
    cd "$dir"
    qemu-img create -q -f qcow2 -b "$disk" -F qcow2 disk.qcow2
    read -r uuid </proc/sys/kernel/random/uuid
    started=$EPOCHREALTIME
    "$emulator" -no-user-config -nodefaults -display none -name "guest=clone-${dir##*/}" -uuid "$uuid" \
        -machine "$machine,accel=$accel,memory-backend=mem0" -cpu "$cpu" -m "${ram}B" \
        -object "memory-backend-file,id=mem0,size=${ram}B,mem-path=${memory//,/,,},share=off" \
        -drive file=disk.qcow2,if=virtio,format=qcow2 \
        -chardev socket,id=serial0,path=serial.sock,server=on,wait=off,logfile=serial.log -serial chardev:serial0 \
        -chardev socket,id=monitor0,path=monitor.sock,server=on,wait=off -mon chardev=monitor0,mode=readline \
        -qmp unix:qmp.sock,server=on,wait=off -device vmgenid,guid=auto -incoming defer "$@" \
        7<"$state" </dev/null >/dev/null 2>stderr &
    echo $! >pid
    perl -e "$speak_qmp" qmp.sock $! "$started" >ms 2>>stderr
}

begun=$EPOCHREALTIME
running=0
for ((i = 1; i <= count; i++)); do
    if [ $running -ge "$jobs" ]; then
        wait -n || true
        running=$((running - 1))
    fi
    start_clone "$i" "$@" &
    running=$((running + 1))
done
wait
ended=$EPOCHREALTIME

failed=0
for ((i = 1; i <= count; i++)); do
    if [ -s "$work/$i/ms" ]; then
        echo "$i $(cat "$work/$i/ms")"
    else
        echo "$i failed: $(cat "$work/$i/stderr")" >&2
        failed=1
    fi
done
echo "total $(((${ended/./} - ${begun/./}) / 1000))"
exit $failed
