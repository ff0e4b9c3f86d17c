#!/usr/bin/env bash
# The JVM mode of install.sh: launchers, jars, caches of loaded classes. For machines that cannot build executables, and
# for tests. Called by install.sh, which checks the prefix.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ $# = 3 ] || die "called by install.sh --jvm: PREFIX, 1 to build the jars even if they are there, 1 to make caches"
prefix=$1 build=$2 aot=$3
find_jdk
bin=$prefix/bin lib=$prefix/lib/reaper
mkdir -p "$bin" "$lib"

# The runner jar of module $1, or nothing. (One version only: the build directory may hold older ones.)
runner_jar() { ls -t "$repo/$1"/target/*-runner.jar 2>/dev/null | head -n 1; }

if [ "$build" = 1 ] || [ -z "$(runner_jar runtime-app)" ] || [ -z "$(runner_jar shim-app)" ]; then
    need_build_tools
    say "building with Maven on $JAVA_HOME"
    maven -q package -DskipTests
fi

stage=$(mktemp -d "$lib/.install.XXXXXX")
run=$(mktemp -d "${TMPDIR:-/tmp}/reaper-install.XXXXXX") # of the training: a socket's path must be short
trap 'rm -rf "$stage" "$run"' EXIT

# Options of every JVM. -Xlog:disable: a missing or outdated cache, or any other remark of the VM, must not be printed;
# stdout and stderr of a shim and of a runtime belong to their callers.
common="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:-MaxFDLimit -Xlog:disable \
--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

# Runs java with the arguments, away from the caller's streams, settings and directory; what it says goes to training.log.
train() {
    (cd "$run" && env -u JAVA_TOOL_OPTIONS -u _JAVA_OPTIONS -u JDK_JAVA_OPTIONS LC_ALL=C.UTF-8 \
        REAPER_CONFIG=/dev/null REAPER_ISOLATION=host timeout 120 "$JAVA_HOME/bin/java" "$@") \
        </dev/null >>"$run/log" 2>&1 || true
}
trained() { [ -s "$stage/$1" ] || say "no cache $1: slower starts, else harmless (training said: $(tail -n 1 "$run/log"))"; }

# Puts the caches made so far into their place.
move_caches() {
    local file
    for file in "$stage"/*.aot; do
        [ ! -e "$file" ] || { chmod 644 "$file"; mv -f "$file" "$lib/"; }
    done
}

# Writes launcher $1: java with the options of the remaining arguments.
launcher() {
    local name=$1 first=:
    shift
    # A Java whose working directory vanishes while it starts ends with 1 and says so on stdout; containerd may remove the
    # bundle while it runs 'delete' in it. -bundle names it there.
    [ "$name" = reaper-runtime ] || first='for verb; do :; done; [ "$verb" != delete ] || cd /'
    cat >"$bin/.$name.$$" <<T
#!/bin/sh
# $name in JVM mode, written by Reaper's scripts/install-jvm.sh. Prints nothing itself unless its Java is gone.
unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JDK_AOT_VM_OPTIONS CLASSPATH
# A standard stream that is closed would be the next file that Java opens.
true 2>/dev/null 3<&0 || exec </dev/null
true 2>/dev/null 3>&1 || exec >/dev/null
true 3>&2 || exec 2>/dev/null
$first
# Nor does Java start in a directory that has been removed before. Relative paths are refused then.
directory=
[ . -ef "\$PWD" ] || { cd /; directory=-Dreaper.directory.lost=true; }
LC_ALL=C.UTF-8
export LC_ALL
[ -x '$JAVA_HOME/bin/java' ] || {
    echo '$name: no Java at $JAVA_HOME/bin/java: install again with scripts/install.sh --jvm' >&2
    exit 1
}
exec '$JAVA_HOME/bin/java' \$directory $* "\$@"
T
    chmod 755 "$bin/.$name.$$"
    mv -f "$bin/.$name.$$" "$bin/$name"
}

# The jars first: a cache is bound to the path and the time of its jar. Until the new ones are there none is used.
rm -f "$lib"/*.aot
for app in runtime-app=reaper-runtime shim-app=containerd-shim-reaper-v2; do
    jar=$(runner_jar "${app%%=*}")
    [ -n "$jar" ] || die "no ${app%%=*}/target/*-runner.jar: the build left none"
    cp "$jar" "$stage/${app#*=}.jar"
    chmod 644 "$stage/${app#*=}.jar"
    mv -f "$stage/${app#*=}.jar" "$lib/"
done

# The C part of the kernel seam, which the programs would unpack from their jar at each start otherwise.
seam=io/reaper/linux/seam/libreaper_linux.so
(cd "$stage" && "$JAVA_HOME/bin/jar" --extract --file "$lib/reaper-runtime.jar" $seam)
chmod 755 "$stage/$seam"
mv -f "$stage/$seam" "$lib/"
common="$common -Dreaper.commit=$(source_commit) -Dreaper.linux.library=$lib/${seam##*/}"

runtime_options="$common -Xmx256m -Dreaper.launcher=$bin/reaper-runtime"
init_options="-Xmx128m -Xlog:disable -Dreaper.linux.library=$lib/${seam##*/}"
runtime_line="-XX:AOTCache=$lib/reaper-runtime.aot $runtime_options \
    '-Dreaper.init.options=$init_options -XX:SharedArchiveFile=$lib/reaper-init.aot' -jar $lib/reaper-runtime.jar"
shim_options="$common -Xmx128m -Dreaper.launcher=$bin/containerd-shim-reaper-v2"
if [ "$aot" = 1 ]; then
    say "training the caches"
    mkdir -p "$run/bundle/rootfs" "$run/state"
    cat >"$run/bundle/config.json" <<T
{"ociVersion": "1.2.0", "root": {"path": "rootfs"}, "annotations": {"training": "1"},
 "process": {"cwd": "/", "args": ["/bin/true"], "env": ["PATH=/bin:/usr/bin"], "noNewPrivileges": true,
             "user": {"uid": $(id -u), "gid": $(id -g)}, "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 256, "hard": 256}]}}
T
    # One container: a cache of the command that runs it (JEP 514), and the list of what its init stage loads. That stage
    # ends in execve and so writes no cache itself; an archive of the listed classes serves as well.
    train "-XX:AOTCacheOutput=$stage/reaper-runtime.aot" $runtime_options \
        "-Dreaper.init.options=$init_options -XX:DumpLoadedClassList=$run/init.classes" \
        -jar "$lib/reaper-runtime.jar" --root "$run/state" run --bundle "$run/bundle" "training-$$"
    trained reaper-runtime.aot
    [ ! -s "$run/init.classes" ] || train -Xshare:dump -XX:+AOTClassLinking $common \
        "-XX:SharedClassListFile=$run/init.classes" "-XX:SharedArchiveFile=$stage/reaper-init.aot" \
        -cp "$lib/reaper-runtime.jar"
    trained reaper-init.aot
    # The shim's daemon: one container's life as containerd asks for it, through the runtime launcher.
    move_caches
    launcher reaper-runtime "$runtime_line"
    id=training-$$
    export REAPER_RUNTIME_PATH=$bin/reaper-runtime REAPER_RUNTIME_ROOT=$run/state
    train "-XX:AOTCacheOutput=$stage/containerd-shim-reaper-v2.aot" $shim_options -jar "$lib/containerd-shim-reaper-v2.jar" \
        -namespace training -id "$id" -bundle "$run/bundle" -socket "$run/shim" -ttrpc-address "$run/none" serve &
    for _ in $(seq 100); do [ ! -S "$run/shim" ] || break; sleep 0.1; done
    train "$repo/scripts/TrainShim.java" "$run/shim" "$id" "$run/bundle"
    wait
    "$bin/reaper-runtime" --root "$run/state" delete --force "$id" 2>/dev/null || true
    trained containerd-shim-reaper-v2.aot
fi

move_caches
launcher reaper-runtime "$runtime_line"
launcher containerd-shim-reaper-v2 "-XX:AOTCache=$lib/containerd-shim-reaper-v2.aot $shim_options \
    -jar $lib/containerd-shim-reaper-v2.jar"
install_completion "$prefix"
say "installed $bin/reaper-runtime and $bin/containerd-shim-reaper-v2 (Java: $JAVA_HOME)"
