#!/usr/bin/env bash
# Builds everything and runs every test: the unit, the kernel and the containerd ring.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'T'
usage: test.sh [--jvm] [--keep-build] [--long] [RING...]      RING: unit, kernel, containerd, smoke; default: all

Builds both programs, installs them into target/dist and runs the rings:
  unit        no root needed: mvn verify, with the compiler's and the formatter's checks
  kernel      root: the installed reaper-runtime with real processes, FIFOs, cgroups
  containerd  root: a private containerd (own sockets and directories) that runs containers through the shim
  smoke       root: a part of the last two, with both programs in JVM mode (installed into target/dist-jvm)
As root it installs the Debian packages that are missing; as another user it runs the unit ring only.

  --jvm         kernel and containerd ring in JVM mode, too; nothing is compiled to executables
  --keep-build  use the executables that are in target/native, if they are there
  --long        fuzzes and storms with all of their cases; without it a tenth of them

Where executables cannot be built, for want of a GraalVM, it says so and goes on as with --jvm.
At the end it prints each ring's minutes; those of the unit ring contain the build by Maven.
Ends 0 only when no test failed and, as root, none was skipped and nothing was left running or mounted.
Reports: */target/test-reports/RING, logs: target/test-logs.
Environment: JAVA_HOME (JDK 25 or newer), GRAALVM_HOME (see build-native.sh --help),
REAPER_TEST_OFFLINE=1 (no newer containerds, no podman, no Docker are fetched: those tests are skipped).
T
}

rings=() mode=native keep= long=()
for argument; do
    case $argument in
        unit | kernel | containerd | smoke) rings+=("$argument") ;;
        --jvm) mode=jvm ;;
        --keep-build) keep=--keep-build ;;
        --long) long=(-Dreaper.test.long=true) ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown argument: $argument" ;;
    esac
done
if [ ${#rings[@]} = 0 ]; then
    rings=(unit kernel containerd)
    [ "$mode" = jvm ] || rings+=(smoke)
fi
wants() { [[ " ${rings[*]} " == *" $1 "* ]]; }

root=
[ "$(id -u)" != 0 ] || root=1
need_build_tools
if [ -n "$root" ]; then
    need_packages containerd /usr/sbin/runc=runc /bin/busybox=busybox-static strace shellcheck
fi
find_jdk
cd "$repo"
logs=$repo/target/test-logs
mkdir -p "$logs"
for name in "${rings[@]}"; do : >"$logs/$name.log"; done
say "JDK: $JAVA_HOME; rings: ${rings[*]}; user: $(id -un)"

# What must not outlive the tests: mounts, and processes of the installed programs.
leftovers() {
    awk '$5 ~ /reaper/ { print "mounted: " $5 }' /proc/self/mountinfo
    local entry command
    for entry in /proc/[0-9]*; do
        command=$({ tr '\0' ' ' <"$entry/cmdline"; } 2>/dev/null) || continue
        case $command in
            *"$repo/target/dist"*) echo "running: ${entry#/proc/} ${command:0:200}" ;;
        esac
    done
}
leftovers | sort >"$logs/before"

broken=()
declare -A seconds=()
# Runs Maven for ring $1 with the remaining arguments: the whole log in a file, the classes' results on the terminal.
ring() {
    local name=$1 status began=$SECONDS
    shift
    rm -rf "$repo"/*/target/test-reports/"$name"
    set +e
    maven --fail-at-end "$@" ${long[@]+"${long[@]}"} 2>&1 | tee "$logs/$name.log" | grep --line-buffered -E ' -- in |^\[WARNING\] .*\.java:|^\[ERROR\]' \
        | grep --line-buffered -vE '^\[ERROR\] *$|\[Help 1\]|e-run Maven|For more information|After correcting|mvn <args>'
    status=${PIPESTATUS[0]}
    set -e
    seconds[$name]=$((SECONDS - began))
    [ "$status" = 0 ] || broken+=("ring $name: Maven ended with $status, see $logs/$name.log")
}

built=1
if wants unit; then
    say "building; unit ring"
    ring unit verify
fi
if ! wants unit || [ ${#broken[@]} -gt 0 ]; then
    say "building"
    maven -q package -DskipTests || built=
fi
if wants kernel || wants containerd || wants smoke; then
    if [ -z "$root" ]; then
        say "not root: the kernel and containerd rings are skipped, they start processes with other credentials, mounts and a containerd"
    elif [ -z "$built" ]; then
        broken+=("the build failed: only the unit ring was run")
    else
        if [ "$mode" = native ] && { wants kernel || wants containerd; }; then
            build_executables $keep --with-tests || mode=jvm
        fi
        dist=target/dist options=(-Dreaper.mode=native -Dreaper.test.parallel=50 "-Dreaper.seam.checks=$repo/target/native/seam-checks")
        if [ "$mode" = jvm ]; then
            dist=target/dist-jvm options=(-Dreaper.mode=jvm -Dring.excluded=native)
            scripts/install.sh --jvm --prefix "$dist"
        else
            scripts/install.sh --prefix "$dist"
        fi
        for name in kernel containerd; do
            ! wants $name || { say "$name ring ($mode)"; ring $name test "-Dring=$name" "-Dreaper.bin=$repo/$dist/bin" "${options[@]}"; }
        done
        if wants smoke; then
            [ "$dist" = target/dist-jvm ] || scripts/install.sh --jvm --prefix target/dist-jvm
            say "smoke ring (JVM mode)"
            ring smoke test -Dring=smoke -Dreaper.mode=jvm -Dring.excluded=native "-Dreaper.bin=$repo/target/dist-jvm/bin"
        fi
    fi
fi

# Adds up the classes that ring $1 has run: "tests failed skipped". From the log, since a report of one class can
# replace another: a class with tests of two engines has one for each.
count() {
    awk '
        function number(name) { return match($0, name ": [0-9]+") ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2) + 0 : 0 }
        / -- in / { tests += number("Tests run"); failed += number("Failures") + number("Errors"); skipped += number("Skipped") }
        END { print tests + 0, failed + 0, skipped + 0 }' "$logs/$1.log"
}

passed=0 failed=0 skipped=0
printf '\n%-12s %8s %8s %8s %8s\n' ring passed failed skipped minutes
for name in "${rings[@]}"; do
    read -r t f s <<<"$(count "$name")"
    tenths=$(((${seconds[$name]:-0} + 3) / 6))
    printf '%-12s %8d %8d %8d %6d.%d\n' "$name" $((t - f - s)) "$f" "$s" $((tenths / 10)) $((tenths % 10))
    passed=$((passed + t - f - s)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$t" = 0 ] && { [ -n "$root" ] || [ "$name" = unit ]; }; then broken+=("ring $name: no test ran"); fi
done
if [ "$skipped" -gt 0 ]; then
    printf '\nskipped:\n'
    for name in "${rings[@]}"; do
        # <testcase name="…" classname="…"> and after it <skipped message="…"> or <skipped …><![CDATA[exception: reason
        find "$repo"/*/target/test-reports/"$name" -name 'TEST-*.xml' -exec awk '
            /^ *<testcase / { match($0, / name="[^"]*"/); test = substr($0, RSTART + 7, RLENGTH - 8)
                              match($0, / classname="[^"]*"/); test = substr($0, RSTART + 12, RLENGTH - 13) "." test }
            /^ *<skipped/ { reason = match($0, / message="[^"]*"/) ? substr($0, RSTART + 10, RLENGTH - 11) : $0
                            sub(/^.*CDATA\[/, "", reason); print "  " test ": " reason }' {} + 2>/dev/null
    done
    [ -z "$root" ] || broken+=("$skipped skipped, and as root none may be")
fi
for _ in {1..30}; do # what was killed at last may still be ending
    left=$(leftovers | sort | comm -13 "$logs/before" -)
    [ -n "$left" ] || break
    sleep 1
done
[ -z "$left" ] || broken+=("left behind:"$'\n'"$left")

printf '\n'
for problem in ${broken[@]+"${broken[@]}"}; do printf 'problem: %s\n' "$problem"; done
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] && [ ${#broken[@]} = 0 ]
