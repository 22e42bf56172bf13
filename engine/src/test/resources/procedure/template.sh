i=0
vcpu=1
ram="1G"
img="vm.qcow2"
mdir="/mnt/hugetlb"
max_vcpu=$(( vcpu - 1 ))
tport=$(( i + 7000 ))
mport=$(( i + 8000 ))
sdir="/tmp"

qemu-system-x86_64 \
        -machine pc,accel=kvm,kernel_irqchip=on,nvdimm=on \
        -cpu host,host-cache-info=on \
        -smp ${vcpu},cores=${vcpu},threads=1,sockets=1 \
        -m   ${ram},slots=4,maxmem=30G\
        -object memory-backend-file,id=mem0,size=${ram},mem-path=${mdir}/memory,share=on \
        -numa node,nodeid=0,cpus=0-${max_vcpu},memdev=mem0 \
        -drive file=${img},if=virtio \
        -qmp unix:${sdir}/qmp${i}.sock,server,nowait \
        -serial telnet:127.0.0.1:${tport},server,nowait \
        -monitor telnet:127.0.0.1:${mport},server,nowait \
        -parallel none \
        -serial none \
        -net none \
        -vga none \
        -nographic \
        -nodefaults
