#!/usr/bin/env bash
# Builds the executables reaper-runtime and containerd-shim-reaper-v2.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'T'
usage: build-native.sh [--force] [--quick] [--with-tests] [MODULE...]

Builds into target/native
  reaper-runtime               of module runtime-app, about 3 minutes on two cores
  containerd-shim-reaper-v2    of module shim-app, about 4 minutes
and passes over one whose sources and tools have not changed since. Default: both.

  --force        build even if nothing has changed
  --quick        less optimisation (native-image -Ob): for development, larger and slower programs
  --with-tests   target/native/seam-checks too: the kernel seam's test list as an executable, about 2 minutes

The image builder is the GraalVM 25 of GRAALVM_HOME, else the one of the native-image in PATH; else one is assembled in
~/.cache/reaper (native-toolchain/assemble.sh, about 1 minute once), and as root missing Debian packages are installed for it.
Log: target/native/build.log. Ends with 3 if there is no image builder and none can be assembled, 1 for other failures.
T
}

no_builder=3
force= quick= tests= modules=()
for argument; do
    case $argument in
        --force) force=1 ;;
        --quick) quick=1 ;;
        --with-tests) tests=1 ;;
        runtime-app | shim-app) modules+=("$argument") ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown argument: $argument" ;;
    esac
done
[ ${#modules[@]} -gt 0 ] || modules=(runtime-app shim-app)
program() { case $1 in runtime-app) echo reaper-runtime ;; *) echo containerd-shim-reaper-v2 ;; esac; }

out=$repo/target/native
log=$out/build.log
mkdir -p "$out"
need_build_tools
find_jdk

# The home of an image builder 25 that the caller has, or nothing.
graalvm_25() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/native-image" ] \
        && [[ "$("$1/bin/native-image" --version 2>/dev/null)" == "native-image 25."* ]]
}
find_graalvm() {
    local home
    if [ -n "${GRAALVM_HOME:-}" ]; then
        graalvm_25 "$GRAALVM_HOME" && return
        say "GRAALVM_HOME=$GRAALVM_HOME is no GraalVM 25 with native-image: looking elsewhere"
    fi
    home=$(readlink -f "$(command -v native-image || true)" || true)
    # Upwards, since bin/native-image is a link into lib/svm/bin.
    while [ "${home:-/}" != / ]; do
        home=$(dirname "$home")
        if graalvm_25 "$home"; then
            GRAALVM_HOME=$home
            return
        fi
    done
    (need_packages make unzip xz=xz-utils /usr/include/zlib.h=zlib1g-dev flock=util-linux) || exit $no_builder
    GRAALVM_HOME=${XDG_CACHE_HOME:-$HOME/.cache}/reaper/native-image-25
    "$repo/native-toolchain/assemble.sh" "$GRAALVM_HOME" || exit $no_builder
}
find_graalvm

exec 8>"$out/.lock"
flock 8

# --- what has to be built ---------------------------------------------------------------------------------------------
# A hash of all that goes into an executable, with the sources given beside the shared ones.
inputs() {
    {
        echo "quick=$quick"
        cat "$GRAALVM_HOME/release" "$GRAALVM_HOME/lib/svm/stamp" 2>/dev/null || true
        cd "$repo"
        find pom.xml scripts/build-native.sh linux/pom.xml linux/src/main contract/pom.xml contract/src/main proto/pom.xml proto/src "$@" -type f \
            | LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum
    } | sha256sum | cut -c 1-64
}
# Whether executable $1 is there and was made from inputs $2.
unchanged() { [ -z "$force" ] && [ -x "$out/$1" ] && [ "$(cat "$out/.$1.inputs" 2>/dev/null)" = "$2" ]; }
stale=()
for module in "${modules[@]}"; do
    name=$(program "$module")
    if unchanged "$name" "$(inputs "$module/pom.xml" "$module/src/main")"; then
        say "up to date: $out/$name"
    else
        stale+=("$module")
    fi
done

# --- building ---------------------------------------------------------------------------------------------------------
# What the image builder knows of this environment it may leave in the executables, so it is told nothing; the check below
# looks for the marker. (A GraalVM keeps PATH, HOME, PWD and the locale from its caller; native-toolchain not even those.)
marker=reaper-build-environment-marker
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
clean() {
    local name kept=()
    for name in CC MAVEN_ARGS JAVA_TOOL_OPTIONS; do
        [ -z "${!name+x}" ] || kept+=("$name=${!name}")
    done
    # in / because shells put their directory into PWD
    (cd / && env -i PATH=$path LC_ALL=C.UTF-8 JAVA_HOME="$JAVA_HOME" GRAALVM_HOME="$GRAALVM_HOME" "REAPER_BUILD_MARKER=$marker" \
        MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}" \
        ${kept[@]+"${kept[@]}"} "$@" </dev/null)
}
# Runs a command that builds images: its output in the log, the steps' names on the terminal.
logged() {
    local status
    set +e
    clean "$@" 2>&1 | tee -a "$log" \
        | sed -un 's/^\(\[[1-8]\/8\] .*\)/    \1/p; s/^Finished generating .\([^ ]*\)-[0-9.]*-runner. in/    \1:/p'
    status=${PIPESTATUS[0]}
    set -e
    [ "$status" = 0 ] || {
        tail -n 30 "$log" >&2
        die "the build failed (status $status), see above or the whole log: $log"
    }
}

# Stops at an executable that would not run elsewhere, or that tells of the machine that built it.
check() {
    local file=$1 library word
    shift
    case $(LC_ALL=C readelf -h "$file" 2>&1) in
        *"Type:"*"(Executable file)"*"Machine:"*X86-64* | *"Type:"*"DYN"*"Machine:"*X86-64*) ;;
        *"Machine:"*AArch64*) ;;
        *) die "$file is no executable of this machine" ;;
    esac
    for library in $(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
        case $library in
            libc.so.6 | libz.so.1) ;;
            *) die "$file needs $library; only libc and libz are allowed" ;;
        esac
    done
    for word in "$marker" "$repo" "$JAVA_HOME" "$GRAALVM_HOME"; do
        # a short path may stand in a program for other reasons
        [ ${#word} -lt 10 ] || ! LC_ALL=C grep -qaF -- "$word" "$file" \
            || die "$file contains '$word', which belongs to the build machine"
    done
    [ $# = 0 ] || "$file" "$@" >/dev/null || die "$file ${*} ended with $?"
}
# Puts an executable $1 into its place under name $2, when its check (with the remaining arguments) is passed.
keep() {
    local file=$1 name=$2
    shift 2
    install -m 755 "$file" "$out/.$name.new"
    check "$out/.$name.new" "$@"
    mv -f "$out/.$name.new" "$out/$name"
    say "$out/$name: $(($(stat -c %s "$out/$name") / 1024 / 1024)) MiB, needs glibc $(readelf -V "$out/$name" \
        | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1 | cut -d_ -f2) or newer"
}

# The kernel seam's test list, by native-image itself: no Quarkus in it.
build_seam_checks() {
    local name=seam-checks class=io.reaper.linux.seam.SeamChecks target=$repo/linux/target hash
    hash=$(inputs linux/src/test)
    if unchanged "$name" "$hash"; then
        say "up to date: $out/$name"
        return
    fi
    say "building $name, about 2 minutes; log: $log"
    logged "$mvn" -f "$repo/pom.xml" --batch-mode --no-transfer-progress -Dstyle.color=never test-compile \
        -Dspotless.check.skip --projects linux --also-make
    logged "$GRAALVM_HOME/bin/native-image" -cp "$target/classes:$target/test-classes" -Ob -march=compatibility --no-fallback \
        --initialize-at-build-time=io.reaper.linux \
        -H:+UnlockExperimentalVMOptions -H:AbortOnTypeReachable=io.reaper.linux.seam.FfmKernel \
        "-H:CLibraryPath=$target/c" -o "$out/.$name.build" "$class"
    keep "$out/.$name.build" $name
    rm -f "$out/.$name.build"
    echo "$hash" >"$out/.$name.inputs"
}

mvn=$(command -v mvn)
if [ ${#stale[@]} -gt 0 ]; then
    : >"$log"
    declare -A hashes=()
    for module in "${stale[@]}"; do
        hashes[$module]=$(inputs "$module/pom.xml" "$module/src/main")
        rm -f "$repo/$module"/target/*-runner
    done
    say "building ${stale[*]} with $GRAALVM_HOME, 3 to 5 minutes each; log: $log"
    options=()
    # Both at once where the memory is there: one alone leaves a fifth of two processors idle.
    if [ "$(awk '$1 == "MemAvailable:" { print int($2 / 1024 / 1024) }' /proc/meminfo)" -ge 10 ]; then options+=(-T 2); fi
    # The list of options ends with the CPU: what comes behind it wins over the modules' own.
    [ -z "$quick" ] || options+=("-Dnative.march=compatibility,-Ob")
    logged "$mvn" -f "$repo/pom.xml" --batch-mode --no-transfer-progress -Dstyle.color=never package -Dnative -DskipTests \
        -Dspotless.check.skip "-Dreaper.commit=$(source_commit)" ${options[@]+"${options[@]}"} \
        --projects "$(IFS=,; echo "${stale[*]}")" --also-make
    for module in "${stale[@]}"; do
        file=$(ls -t "$repo/$module"/target/*-runner 2>/dev/null | head -n 1)
        [ -n "$file" ] || die "no $module/target/*-runner: the build left none; its log: $log"
        name=$(program "$module")
        case $name in reaper-runtime) keep "$file" "$name" --version ;; *) keep "$file" "$name" -v ;; esac
        echo "${hashes[$module]}" >"$out/.$name.inputs"
    done
fi
[ -z "$tests" ] || build_seam_checks
