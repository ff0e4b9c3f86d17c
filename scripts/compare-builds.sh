#!/usr/bin/env bash
# Measures two builds of the executables against each other: size, instructions, time.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'T'
usage: compare-builds.sh [--rounds N] BEFORE AFTER

BEFORE and AFTER are directories with reaper-runtime and containerd-shim-reaper-v2. Prints a table (Markdown) of
  - the size of each program,
  - instructions of one process, counted by valgrind's callgrind: what a command does until it ends, without the
    processes that it starts; "serve" from its start until its socket is bound, then SIGTERM,
  - milliseconds of the wall, median of N rounds (default 60) in which the builds take turns, nobody always first;
    "start" until the address is printed, so until the daemon is bound; "true" is what a process costs from this script.
callgrind knows neither the init stage's /proc/self/exe nor pidfds: create and exec are counted until their stage has
failed, kill until its signal would be sent; alike for both builds.
Memory: scripts/bench.sh --only memory --bin DIR, once for each of them.
Needs root; installs valgrind if it is missing. Host mode, a private /run; leaves nothing behind.
T
}

if [ "${1:-}" = --inside ]; then
    shift
    mount -t tmpfs -o mode=755 tmpfs /run
    "$0" --measure "$@" # a child: this shell reaps
    exit
fi

rounds=60
measure=
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) [ $# -ge 2 ] || die "--rounds needs a number"; rounds=$2; shift ;;
        --measure) measure=1 ;;
        -h | --help) usage; exit 0 ;;
        -*) usage >&2; die "unknown argument: $1" ;;
        *) break ;;
    esac
    shift
done
[ $# = 2 ] || { usage >&2; exit 1; }
for directory; do
    for program in reaper-runtime containerd-shim-reaper-v2; do
        [ -x "$directory/$program" ] || die "no $directory/$program"
    done
done
if [ -z "$measure" ]; then
    [ "$(id -u)" = 0 ] || die "needs root: mounts, containers"
    need_packages valgrind /bin/busybox=busybox-static
    work=$(mktemp -d /tmp/reaper-compare.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    # copies: what has lain in the page cache for long starts faster than what has not
    mkdir "$work/before" "$work/after"
    cp "$1"/{reaper-runtime,containerd-shim-reaper-v2} "$work/before"
    cp "$2"/{reaper-runtime,containerd-shim-reaper-v2} "$work/after"
    sync
    REAPER_COMPARE=$work unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
        "${BASH_SOURCE[0]}" --inside --rounds "$rounds" "$work/before" "$work/after"
    exit
fi

# ---- in the node of its own --------------------------------------------------------------------------------------
work=$REAPER_COMPARE
export REAPER_CONFIG=/dev/null REAPER_ISOLATION=host TTRPC_ADDRESS=/run/none
shim=containerd-shim-reaper-v2
mkdir -p /run/b/rootfs
cat >/run/b/config.json <<'T'
{"ociVersion": "1.2.0", "root": {"path": "rootfs"},
 "process": {"cwd": "/", "args": ["/bin/busybox", "sleep", "1000"], "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}}}
T
echo '{"cwd": "/", "args": ["/bin/busybox", "true"], "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}}' >/run/process.json

# Counts the instructions of a command; what it prints and how it ends does not matter here.
count() {
    rm -f /run/count.*
    valgrind --tool=callgrind --callgrind-out-file=/run/count.%p "$@" </dev/null >/run/count-log 2>&1 || true
    sed -n 's/^summary: //p' /run/count.[0-9]* | sort -n | tail -n 1
}
# Runs a command as the words say and prints the milliseconds that it took.
elapsed() {
    local begin=$EPOCHREALTIME end
    "$@" </dev/null >/run/out 2>&1 || die "'$*' ended with $?: $(tail -n 3 /run/out)"
    end=$EPOCHREALTIME
    awk -v b="$begin" -v e="$end" 'BEGIN { printf "%.3f\n", (e - b) * 1000 }'
}
# An empty bundle for a shim, in which it is started.
shim_bundle() {
    rm -rf /run/s
    mkdir -p /run/s
    cp /run/b/config.json /run/s
}
flags=(-namespace cmp -address /run/none -publish-binary /bin/false -id s)
start_shim() { (cd /run/s && exec "$1/$shim" "${flags[@]}" start); }
end_daemon() {
    local entry
    for entry in /proc/[0-9]*; do
        case $({ tr '\0' ' ' <"$entry/cmdline"; } 2>/dev/null) in
            *" serve "*) kill -TERM "${entry#/proc/}" 2>/dev/null || true ;;
        esac
    done
}
delete_shim() { (cd /run/s && exec "$1/$shim" "${flags[@]}" -bundle /run/s delete); }

instructions() {
    local build=$1 r=$1/reaper-runtime daemon
    echo "state of an unknown id|$(count "$r" --root /run/r state nope)"
    "$r" --root /run/r create --bundle /run/b c </dev/null >/run/out 2>&1
    echo "state|$(count "$r" --root /run/r state c)"
    echo "list|$(count "$r" --root /run/r list)"
    echo "exec|$(count "$r" --root /run/r exec c /bin/busybox true)"
    echo "start|$(count "$r" --root /run/r start c)"
    echo "kill|$(count "$r" --root /run/r kill c CONT)"
    "$r" --root /run/r kill c KILL
    while "$r" --root /run/r state c | grep -q running; do :; done
    echo "delete|$(count "$r" --root /run/r delete c)"
    "$r" --root /run/r delete --force c
    echo "create|$(count "$r" --root /run/r create --bundle /run/b d)"
    "$r" --root /run/r delete --force d 2>/dev/null || true
    echo "shim -v|$(count "$build/$shim" -v)"
    shim_bundle
    cd /run/s
    echo "shim start|$(count "$build/$shim" "${flags[@]}" start)"
    end_daemon
    echo "shim delete|$(count "$build/$shim" "${flags[@]}" -bundle /run/s delete)"
    cd /
    shim_bundle
    rm -f /run/count.* /run/socket
    valgrind --tool=callgrind --callgrind-out-file=/run/count.%p "$build/$shim" -namespace cmp -id s -bundle /run/s \
        -socket /run/socket -ttrpc-address /run/none serve </dev/null >/run/count-log 2>&1 &
    daemon=$!
    while [ ! -S /run/socket ] && kill -0 $daemon 2>/dev/null; do sleep 0.05; done
    kill -TERM $daemon
    wait $daemon || true
    echo "shim serve until bound|$(sed -n 's/^summary: //p' /run/count.[0-9]*)"
}

life() {
    local build=$1 r=$1/reaper-runtime to=$2
    elapsed /bin/true >>"$to.true"
    elapsed "$r" --root /run/r create --bundle /run/b c >>"$to.create"
    elapsed "$r" --root /run/r start c >>"$to.start"
    elapsed "$r" --root /run/r state c >>"$to.state"
    elapsed "$r" --root /run/r exec c /bin/busybox true >>"$to.exec"
    elapsed "$r" --root /run/r exec --detach --process /run/process.json c >>"$to.exec-detached"
    elapsed "$r" --root /run/r kill c KILL >>"$to.kill"
    elapsed "$r" --root /run/r delete c >>"$to.delete"
    shim_bundle
    elapsed start_shim "$build" >>"$to.shim-start"
    end_daemon
    elapsed delete_shim "$build" >>"$to.shim-delete"
}
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
row() { awk -v w="$1" -v b="$2" -v a="$3" -v f="$4" 'BEGIN { printf "| %s | " f " | " f " | %.3f |\n", w, b, a, a / b }'; }

before=$1 after=$2
echo "| what | before | after | after / before |"
echo "| --- | --- | --- | --- |"
for program in reaper-runtime "$shim"; do
    row "$program, 10⁶ bytes" "$(awk "BEGIN { print $(stat -c %s "$before/$program") / 1e6 }")" \
        "$(awk "BEGIN { print $(stat -c %s "$after/$program") / 1e6 }")" %.2f
done
instructions "$before" >"$work/before.count"
instructions "$after" >"$work/after.count"
while IFS='|' read -r what b <&3 && IFS='|' read -r _ a <&4; do
    row "$what, 10⁶ instructions" "$(awk "BEGIN { print $b / 1e6 }")" "$(awk "BEGIN { print $a / 1e6 }")" %.3f
done 3<"$work/before.count" 4<"$work/after.count"
life "$before" "$work/warm"
life "$after" "$work/warm"
for ((round = 0; round < rounds; round++)); do
    if ((round % 2)); then order="after before"; else order="before after"; fi
    for one in $order; do life "$work/$one" "$work/ms-$one"; done
done
for verb in true create start state exec exec-detached kill delete shim-start shim-delete; do
    row "$verb, ms" "$(median "$work/ms-before.$verb")" "$(median "$work/ms-after.$verb")" %.2f
done
