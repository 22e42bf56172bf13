#!/usr/bin/perl
# differing.pl PID MAPPED TEMPLATE: holds that process where it has decided to exit and still has its memory, counts the pages of its
# private mapping of the file MAPPED that differ from TEMPLATE, the same file as seen from here, and lets it end. Prints "watching" when it
# does, and the count. Nothing slows the process down meanwhile: it is stopped for its exit, and for signals to its main thread, only.
# x86-64, for the numbers of ptrace(2).
use strict;
use warnings;
no warnings 'portable';
use constant {
    WAIT4 => 61, PTRACE => 101, CONT => 7, SEIZE => 0x4206, LISTEN => 0x4208, EXIT_STOPS => 0x40,
    WALL => 0x40000000, EVENT_EXIT => 6, EVENT_STOP => 128, PAGE => 4096, PIECE => 1 << 20,
};

my ($pid, $mapped, $template) = @ARGV;
$pid += 0;
open my $memory, '<:raw', "/proc/$pid/mem" or die "memory of $pid: $!\n";
open my $original, '<:raw', $template or die "$template: $!\n";
syscall(PTRACE, SEIZE, $pid, 0, EXIT_STOPS) == 0 or die "ptrace $pid: $!\n";
$| = 1;
print "watching\n";

my $told = pack 'i', 0; # perl's own waitpid drops the bits that name the event
while (syscall(WAIT4, $pid, $told, WALL, 0) == $pid) {
    my $status = unpack 'i', $told;
    ($status & 0xff) == 0x7f or die "$pid ended without its exit being seen\n";
    my ($signal, $event) = ($status >> 8 & 0xff, $status >> 16);
    if ($event == EVENT_EXIT) {
        print differing(), "\n";
        syscall(PTRACE, CONT, $pid, 0, 0);
        last;
    }
    syscall(PTRACE, $event == EVENT_STOP ? LISTEN : CONT, $pid, 0, $event ? 0 : $signal);
}

sub differing {
    my ($count, $bytes) = (0, 0);
    open my $maps, '<', "/proc/$pid/maps" or die "maps of $pid: $!\n";
    while (<$maps>) {
        my ($from, $to, $offset, $path) = /^(\w+)-(\w+) \S+ (\w+) \S+ \d+ +(\S+)/ or next;
        next if $path ne $mapped;
        ($from, $to, $offset) = map { hex } $from, $to, $offset;
        sysseek $memory, $from, 0 or die "memory of $pid: $!\n";
        sysseek $original, $offset, 0 or die "$template: $!\n";
        for (my $left = $to - $from; $left > 0; $left -= PIECE) {
            my $length = $left < PIECE ? $left : PIECE;
            my ($have, $had) = (piece($memory, $length), piece($original, $length));
            $bytes += $length;
            next if $have eq $had;
            for (my $at = 0; $at < $length; $at += PAGE) {
                $count++ if substr($have, $at, PAGE) ne substr($had, $at, PAGE);
            }
        }
    }
    $bytes == -s $original or die "$bytes bytes of $mapped are mapped\n";
    return $count;
}

sub piece {
    my ($file, $length) = @_;
    my $bytes = '';
    while (length $bytes < $length) {
        sysread $file, $bytes, $length - length $bytes, length $bytes or die "cannot read: $!\n";
    }
    return $bytes;
}
