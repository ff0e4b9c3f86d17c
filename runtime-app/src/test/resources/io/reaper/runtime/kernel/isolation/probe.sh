# Prints what a container's program finds, a section for each subject; by busybox, which need not be root.
section() { printf '== %s\n' "$1"; }

section names
uname -n
cat /proc/sys/kernel/domainname

section process
pwd
id
umask
grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Sig(Blk|Ign|Cgt)|Cpus_allowed_list|Mems_allowed_list)' /proc/self/status
cat /proc/self/oom_score_adj /proc/self/personality /proc/self/timerslack_ns
[ $$ != 1 ] || cut -d ' ' -f 4-7 /proc/1/stat # parent, group, session, terminal

section environment
env | sort

section limits
cut -c 1-67 /proc/self/limits

section descriptors
for number in 3 4 5 6 7 8 9 10; do # without a pipe of this shell's own, which would be one of them
    file=/proc/$$/fd/$number
    if [ -p $file ]; then echo pipe; elif [ -S $file ]; then echo socket; elif [ -d $file ]; then echo directory
    elif [ -c $file ]; then echo device; elif [ -e $file ]; then echo file; fi
done

section namespaces
for file in /proc/self/ns/*; do readlink "$file"; done

section mounts
cut -d ' ' -f 4- /proc/self/mountinfo

section files
for directory in /dev / /made /cwd; do
    [ ! -d $directory ] || find $directory -xdev ! -path '/bin/*' ! -path '/proc/*' ! -path '/sys/*' ! -path '*/pts/*' \
        -exec stat -c '%N %A %u:%g %t:%T' {} + | sort
done

section network
ifconfig -a 2>/dev/null | grep -oE '^[^ ]+|UP|LOOPBACK|inet addr:[0-9.]+'

section sysctls
for name in net/ipv4/ip_unprivileged_port_start net/ipv4/ip_forward kernel/shm_rmid_forced kernel/msgmax fs/mqueue/msg_max; do
    printf '%s %s\n' $name "$(cat /proc/sys/$name)"
done

section refusals
for file in /made-by-probe /dev/made-by-probe /dev/shm/made-by-probe /tmp/made-by-probe /proc/sys/kernel/domainname /proc/sysrq-trigger /sys/made-by-probe; do
    (: >$file) 2>&1 | sed 's/^[^:]*: //;s/^line [0-9]*: //'
    rm -f $file 2>/dev/null
done
for file in /proc/kcore /proc/keys /proc/timer_list /masked-file /dev/null; do
    printf '%s %s\n' $file "$(head -c 1 $file 2>&1 | wc -c)"
done
ls /sys/firmware /masked-directory 2>&1
for file in /dev/null /dev/zero /dev/full /dev/tty /dev/random; do
    (: <$file) 2>&1 | sed 's/^[^:]*: //;s/^line [0-9]*: //'
done
[ $$ != 1 ] || ps -o pid,ppid | head -n 2
