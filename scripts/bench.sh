#!/usr/bin/env bash
# Measures both programs beside runc, crun and runc's shim, in one run, and keeps the result in docs/performance.md.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'T'
usage: bench.sh [--quick] [--only PARTS] [--bin DIR] [--write|--no-write] [--check-bars]

Measures, in turns with the peers that the machine has: the runtimes' verbs, containers by a private containerd, the
memory of shims and of pods, how fast a container's end is told, processes added to a container, what streams carry,
what an idle shim does, pods by CRI. Prints tables (Markdown) and writes them into docs/performance.md, between its markers.
  --quick        about 2 minutes, fewer rounds, not written; the full run takes 4 to 10
                 (programs in JVM mode are measured with few rounds in any case)
  --only PARTS   memory, pods, runs, ends, execs, streams, idle, forks, verbs, cri, or some of them, with commas; not
                 written
  --bin DIR      the programs to measure; default target/dist/bin, built if it is missing
  --write        write the result of such a run, too
  --no-write     do not
  --check-bars   end with 1 if a bar that must be met is missed; without it, only if the measurement failed
Needs root; installs the Debian packages that are missing. Leaves nothing running, mounted or on disk but target/.
For figures that mean something nothing else should run on the machine.
T
}

[ "${1:-}" != --inside ] || {
    # ---- in the node of its own: the first process of its PID namespace ----
    tag=$2
    shift 2
    mount -t tmpfs -o mode=755 tmpfs /run
    mount --make-rshared /
    : >"/run/$tag" # tells Bench that this is no machine's /run
    "$@" # a child: this shell stays, to reap what is handed to it
    exit
}

plan=full parts=all write= bin= check=
while [ $# -gt 0 ]; do
    case $1 in
        --quick) plan=quick ;;
        --only) [ $# -ge 2 ] || die "--only needs parts"; parts=$2; shift ;;
        --write) write=1 ;;
        --no-write) write=0 ;;
        --check-bars) check=1 ;;
        --bin) [ $# -ge 2 ] || die "--bin needs a directory"; bin=$2; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown argument: $1" ;;
    esac
    shift
done
[ -n "$write" ] || { write=1; [ "$plan $parts" = 'full all' ] || write=0; }
[ "$(id -u)" = 0 ] || die "needs root: containers, mounts, a private containerd"
need_build_tools
need_packages containerd /usr/sbin/runc=runc crun /bin/busybox=busybox-static strace
find_jdk
cd "$repo"
if [ -z "$bin" ]; then
    bin=$repo/target/dist/bin
    if [ ! -x "$bin/reaper-runtime" ] || [ ! -x "$bin/containerd-shim-reaper-v2" ]; then
        if build_executables --keep-build; then
            scripts/install.sh --prefix target/dist
        else
            bin=$repo/target/dist-jvm/bin
            scripts/install.sh --jvm --build --prefix target/dist-jvm
        fi
    fi
fi
bin=$(cd "$bin" && pwd)
for program in reaper-runtime containerd-shim-reaper-v2; do
    [ -x "$bin/$program" ] || die "no $bin/$program: build with scripts/build-native.sh and scripts/install.sh, or name another --bin"
done

say "building the measuring program"
mkdir -p target
maven -q test-compile org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath -pl shim-app,src-test-k8s -am \
    -Dspotless.check.skip -Dmdep.outputFile=target/test.classpath >target/bench-build.log 2>&1 \
    || { tail -n 20 target/bench-build.log >&2; die "the build failed, see target/bench-build.log"; }
revision=$(git -C "$repo" rev-parse --short HEAD 2>/dev/null || echo unknown)
[ -z "$(git -C "$repo" status --porcelain 2>/dev/null)" ] || revision="$revision, changed"

tag=reaper-bench-$$
work=$(mktemp -d /tmp/reaper-bench.XXXXXX)
node=
# The node's processes and mounts end with its first process. What is left of it outside: cgroups and the directory.
cleanup() {
    local first
    if [ -n "$node" ] && kill -0 "$node" 2>/dev/null; then
        read -r first <"/proc/$node/task/$node/children" || first=$node
        kill -KILL $first || true
        wait "$node" 2>/dev/null || true
    fi
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        find /sys/fs/cgroup -depth -type d -path "*/$tag*" -exec rmdir {} + 2>/dev/null || true
        rm -rf "$work" 2>/dev/null || true
        [ -d "$work" ] || [ -n "$(find /sys/fs/cgroup -type d -name "$tag*" 2>/dev/null)" ] || break
        sleep 0.2 # the kernel lets a cgroup go some time after its last process
    done
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Runs class $2 of module $1's tests in a node of its own, with the remaining arguments. In the background: a trap waits
# for a command in the foreground. pdeathsig: should this script be killed, the node goes, too.
run() {
    local module=$1 class=$2 status=0
    shift 2
    setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
        "$repo/scripts/bench.sh" --inside "$tag" \
        "$JAVA_HOME/bin/java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow "-Dreaper.bin=$bin" "-Djava.io.tmpdir=$work" \
        -cp "$module/target/test-classes:$module/target/classes:$(cat "$module/target/test.classpath")" \
        "$class" "$@" </dev/null &
    node=$!
    wait "$node" || status=$?
    node=
    if [ "$status" != 0 ]; then
        logs=$repo/target/bench-logs
        rm -rf "$logs"
        mkdir -p "$logs"
        find "$work" -name '*.log' -exec cp {} "$logs" \;
        die "the measurement failed; logs are in $logs"
    fi
}

say "measuring ($plan run, started $(date +%H:%M:%S)); programs: $bin"
touch "$work/cri.md" "$work/others.md"
if [[ $parts == all || ,$parts, == *,cri,* ]]; then
    counts=(30 30 3)
    [ "$plan" = full ] || counts=(8 10 1)
    run src-test-k8s io.reaper.k8s.cri.PodBench "$tag" "${counts[@]}" "$work/cri.md"
fi
if [ "$parts" != cri ]; then
    others=,$parts,
    others=${others/,cri,/,}
    others=${others#,}
    run shim-app io.reaper.shim.bench.Bench \
        "$work" "$tag" "$bin" "$revision" "$work/others.md" "$plan" "${others%,}"
fi
# The bars come last.
awk -v cri="$work/cri.md" '
    function add() { while ((getline line < cri) > 0) print line; close(cri); cri = "/dev/null" }
    /^### Bars/ { add(); print "" }
    { print }
    END { add() }' "$work/others.md" >"$work/result.md"

say "result"
cat "$work/result.md"
if [ "$write" = 1 ]; then
    page=$repo/docs/performance.md
    grep -q '^<!-- bench: begin' "$page" && grep -q '^<!-- bench: end' "$page" || die "no markers in $page"
    awk -v result="$work/result.md" '
        /^<!-- bench: end/ { skip = 0 }
        !skip { print }
        /^<!-- bench: begin/ { print ""; while ((getline line < result) > 0) print line; print ""; skip = 1 }' \
        "$page" >"$work/page"
    cat "$work/page" >"$page"
    say "written into $page"
fi
if [ -n "$check" ] && grep -q '| \*\*missed\*\* |' "$work/result.md"; then
    die "a bar that must be met is missed"
fi
