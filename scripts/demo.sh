#!/usr/bin/env bash
# Shows every tier at work: the runtime alone, the shim alone, and real containers through a private containerd.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'T'
usage: demo.sh [--keep-build] [--jvm]

Installs the Debian packages that are missing, builds both programs (executables; the first time takes some minutes),
installs them into target/dist, starts a containerd of its own (own directories, sockets and process ids; /run is
private) and runs containers with it. Where executables cannot be built it says so and uses the JVM mode.
Needs root. Ends 0 only when every step did what it should; leaves nothing running, mounted or on disk but target/.

  --keep-build   use the programs that are in target/native, if they are there
  --jvm          use the JVM mode in any case
T
}

keep= mode=native inside=
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --keep-build) keep=--keep-build ;;
        --jvm) mode=jvm ;;
        --inside) inside=1 work=$2 dist=$3; break ;;
        *) usage >&2; die "unknown argument: $1" ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || die "needs root: containers run with other credentials, their files are mounted"

if [ -z "$inside" ]; then
    need_build_tools
    need_packages containerd /bin/busybox=busybox-static
    find_jdk
    cd "$repo"
    dist=$repo/target/dist
    if [ "$mode" = native ]; then
        build_executables $keep || mode=jvm
    fi
    if [ "$mode" = native ]; then
        scripts/install.sh --prefix "$dist"
    else
        dist=$repo/target/dist-jvm
        scripts/install.sh --jvm --build --prefix "$dist"
    fi
    work=$(mktemp -d /tmp/reaper-demo.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    # A small node of its own: everything started in it, and every mount, ends with its first process.
    status=0
    unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
        "$repo/scripts/demo.sh" --inside "$work" "$dist" </dev/null || status=$?
    [ "$status" = 0 ] || { echo "demo.sh: a step failed; the last lines of containerd's and the shim's log:" >&2
        tail -n 15 "$work/containerd.log" "$work/shim.log" >&2 || true; exit "$status"; }
    say "all steps did what they should"
    exit 0
fi

# ---- inside the node ----
PATH=$dist/bin:$PATH
mount -t tmpfs -o mode=755 tmpfs /run
mount --make-rshared /
cd "$work"

# Settings of both programs: what containerd's environment says reaches the shim and the runtime.
export REAPER_ISOLATION=host REAPER_CONFIG=/dev/null
export REAPER_RUNTIME_PATH=$dist/bin/reaper-runtime REAPER_SHIM_LOG=$work/shim.log

failures=0
fail() { printf 'FAILED: %s\n' "$*"; failures=$((failures + 1)); }

# Runs a command, shows it and what it says; it must end with status $1 (any: whatever). Its output stays in $work/out.
expect() {
    local want=$1 got=0 word
    shift
    printf '\n$'
    for word; do
        case $word in
            *[!A-Za-z0-9._/:=+-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    # a file, not a pipe: the first process of a container inherits it and may keep it open
    "$@" >"$work/out" 2>&1 || got=$?
    cat "$work/out"
    [ -z "$(tail -c 1 "$work/out")" ] || echo
    [ "$got" = 0 ] || printf '(exit status %s)\n' "$got"
    [ "$want" = any ] || [ "$got" = "$want" ] || fail "'$*' ended with $got instead of $want"
}
# What the last command said must match the pattern $1.
says() { grep -Eq -- "$1" "$work/out" || fail "no '$1' in that output"; }
# Waits until the remaining arguments, a command, succeed; at most $1 seconds.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || { fail "not within the time: $*"; return 1; }
        sleep 0.1
    done
}

printf '\n'; say "1. reaper-runtime alone: a bundle through the OCI lifecycle"
mkdir -p bundle/rootfs
cat >bundle/config.json <<'T'
{
  "ociVersion": "1.2.0",
  "process": {
    "args": ["/bin/sh", "-c", "echo pid $$ of user $(id -u):$(id -g), in $PWD, GREETING=$GREETING; exec sleep 1000"],
    "cwd": "/tmp", "env": ["PATH=/usr/bin:/bin", "GREETING=hello"], "user": {"uid": 65534, "gid": 65534}
  },
  "root": {"path": "rootfs"}
}
T
expect 0 cat bundle/config.json
expect 0 reaper-runtime create test1 --bundle bundle
cp out output # the container's: it has inherited the stdout of create
expect 0 reaper-runtime state test1
says '"status" *: *"created"'
expect 0 reaper-runtime start test1
expect 0 reaper-runtime state test1
says '"status" *: *"running"'
expect 0 reaper-runtime list
says '^test1 .*running'
expect 0 reaper-runtime kill test1 15
expect 0 reaper-runtime delete test1
expect 1 reaper-runtime state test1
says 'does not exist'

printf '\n'; say "2. the same program in host mode, and isolated"
mkdir -p apart/rootfs/bin apart/rootfs/run
cp /bin/busybox apart/rootfs/bin/busybox
for applet in sh echo hostname ls readlink; do ln -s busybox "apart/rootfs/bin/$applet"; done
expect 0 reaper-runtime spec --bundle apart # what runc writes, too: namespaces, mounts, a read-only root
sed -i 's/"terminal": true/"terminal": false/; s|"args": \["sh"\]|"args": ["/bin/sh", "/run/look"]|' apart/config.json
cat >apart/rootfs/run/look <<'T'
cd /proc; set -- [0-9]*; cd /
echo "pid $$ on $(hostname), processes: $*"
echo "mount namespace $(readlink /proc/self/ns/mnt), in /: $(echo /*)"
echo "network:" $(while read -r name rest; do case $name in *:*) echo "$name"; esac; done </proc/net/dev)
T
cp apart/rootfs/run/look /run/look # both have one program of this name
expect 0 reaper-runtime run --bundle apart node
says "^mount namespace $(readlink /proc/self/ns/mnt | sed 's/[][]/\\&/g'), in /: .*/usr"
expect 0 env REAPER_ISOLATION=oci reaper-runtime run --bundle apart alone
says '^pid 1 on reaper, processes: 1$'
says 'in /: /bin /dev /proc /run /sys$'
says '^network: lo:$'
if grep -qF "$(readlink /proc/self/ns/mnt)" out; then fail "the mount namespace is the node's"; fi
rm /run/look

printf '\n'; say "3. containerd-shim-reaper-v2 alone: what containerd asks it first"
expect 0 containerd-shim-reaper-v2 -v
expect 0 sh -c "containerd-shim-reaper-v2 -info | tr -c '[:print:]' ' '" # a protobuf message
says io.containerd.reaper.v2

printf '\n'; say "4. a private containerd with an image made on the spot"
cat >config.toml <<T
version = 2
root = "$work/root"
state = "$work/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",
  "io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "$work/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$work/opt"
T
export CONTAINERD_ADDRESS=$work/containerd.sock CONTAINERD_NAMESPACE=demo CONTAINERD_SNAPSHOTTER=native
start_containerd() {
    containerd -c config.toml >>containerd.log 2>&1 &
    daemon=$!
    within 60 ctr version
}
start_containerd

# An OCI image layout of one layer that holds busybox; a blob's name is its checksum.
mkdir -p image/blobs/sha256 layer/bin layer/etc
cp /bin/busybox layer/bin/busybox
ln -s busybox layer/bin/sh
echo "made by scripts/demo.sh" >layer/etc/image
tar -C layer --owner=0 --group=0 -cf layer.tar .
blob() { # FILE: moves it to its place, prints "digest": …, "size": …
    local sum size
    sum=$(sha256sum <"$1" | cut -d' ' -f1) size=$(stat -c %s "$1")
    mv "$1" "image/blobs/sha256/$sum"
    printf '"digest": "sha256:%s", "size": %s' "$sum" "$size"
}
case $(uname -m) in aarch64) arch=arm64 ;; *) arch=amd64 ;; esac
type=application/vnd.oci.image
layer=$(blob layer.tar)
diff=$(sed 's/.*\(sha256:[0-9a-f]*\).*/\1/' <<<"$layer")
echo "{\"architecture\": \"$arch\", \"os\": \"linux\", \"config\": {\"Cmd\": [\"sh\"], \"Env\": [\"PATH=/usr/bin:/bin\"]},
 \"rootfs\": {\"type\": \"layers\", \"diff_ids\": [\"$diff\"]}}" >config.json
echo "{\"schemaVersion\": 2, \"config\": {\"mediaType\": \"$type.config.v1+json\", $(blob config.json)},
 \"layers\": [{\"mediaType\": \"$type.layer.v1.tar\", $layer}]}" >manifest.json
echo '{"imageLayoutVersion": "1.0.0"}' >image/oci-layout
echo "{\"schemaVersion\": 2, \"manifests\": [{\"mediaType\": \"$type.manifest.v1+json\", $(blob manifest.json),
 \"annotations\": {\"io.containerd.image.name\": \"demo/busybox:1\"}}]}" >image/index.json
tar -C image -cf image.tar .
expect 0 ctr images import image.tar
ctr events >events 2>&1 &
subscriber=$!

printf '\n'; say "5. containers: io.containerd.reaper.v2 (host mode: the program is the node's own)"
run="ctr run --rm --runtime io.containerd.reaper.v2 demo/busybox:1"
expect 0 $run hello /bin/echo "hello from a container"
says '^hello from a container$'
expect 7 $run seven /bin/sh -c 'echo "and its exit status"; exit 7'
expect 137 $run killed /bin/sh -c 'kill -9 $$'
expect 1 $run missing /no/such/program
says 'no such file or directory'
printf '\n$ five containers at once\n'
for i in 1 2 3 4 5; do $run "at-once-$i" /bin/sh -c "echo number $i; exit $i" >"at-once-$i" 2>&1 & pids[i]=$!; done
for i in 1 2 3 4 5; do
    got=0; wait "${pids[i]}" || got=$?
    echo "$(cat "at-once-$i") (exit status $got)"
    [ "$got" = "$i" ] && grep -qx "number $i" "at-once-$i" || fail "container $i"
done

printf '\n'; say "6. a container that stays: tasks, processes, the image's files, signals"
expect 0 ctr run --detach --runtime io.containerd.reaper.v2 demo/busybox:1 stays \
    /bin/sh -c 'sleep 1000 & trap "exit 3" TERM; wait'
expect 0 ctr task ls
says '^stays .*RUNNING'
expect 0 ctr task ps stays
expect 5 ctr task exec --exec-id look --cwd /tmp stays /bin/sh -c 'echo "another process, in $(pwd)"; exit 5'
says 'another process, in /tmp'
expect 0 cat "$work/state/io.containerd.runtime.v2.task/demo/stays/rootfs/etc/image"
says 'made by scripts/demo.sh'

printf '\n'; say "7. containerd crashes and comes back: the container lives on, its exit arrives"
printf '\n$ kill -9 <containerd>; containerd …\n'
kill -9 "$daemon"
wait "$daemon" 2>/dev/null || true
wait "$subscriber" 2>/dev/null || true
start_containerd
ctr events >>events 2>&1 &
expect 0 ctr task ls
says '^stays .*RUNNING'
expect 0 ctr task kill --signal TERM stays
within 20 sh -c "ctr task ls | grep -q '^stays .*STOPPED'"
expect any ctr task delete stays # its own status differs between the versions of ctr
says 'exit code 3|^3$'
expect 0 ctr container delete stays

printf '\n'; say "8. the events of one container, in order"
printf '\n$ ctr events\n'
within 20 grep -q '/tasks/delete.*"stays"' events
grep -Eo '/(tasks|containers)/[a-z-]+ \{.*"seven".*' events | tee out
[ "$(grep -Eo '/tasks/(create|start|exit|delete)' out | tr '\n' ' ')" = \
    "/tasks/create /tasks/start /tasks/exit /tasks/delete " ] || fail "events of 'seven' are missing or out of order"

printf '\n'; say "9. what is left"
kill "$daemon"
wait 2>/dev/null || true
left() {
    awk -v work="$work/" 'index($5, work) == 1 { print "mounted: " $5 }' /proc/self/mountinfo
    local entry command
    for entry in /proc/[0-9]*; do
        command=$({ tr '\0' ' ' <"$entry/cmdline"; } 2>/dev/null) || continue
        case $command in
            '' | *demo.sh*) ;; # kernel threads and zombies; this script
            *) echo "running: ${entry#/proc/} $command" ;;
        esac
    done
    ls -d /run/reaper/* /run/containerd/s/* "$work"/state/io.containerd.runtime.v2.task/*/* 2>/dev/null || true
}
clean() { left >"$work/out"; [ ! -s "$work/out" ]; }
if within 10 clean; then echo "nothing: no process, no mount, no socket, no state directory"; else cat out; fi


for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do # containerd's parent of the containers' cgroups
    [ ! -d "$hierarchy/demo" ] || find "$hierarchy/demo" -depth -type d -exec rmdir {} + 2>/dev/null || true
done
printf '\n'
[ "$failures" = 0 ] || die "$failures step(s) did not do what they should"
