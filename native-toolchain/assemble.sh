#!/usr/bin/env bash
# Assembles what GRAALVM_HOME may name: a directory whose bin/native-image builds images. README.md says from what.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../scripts/common.sh"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/reaper
usage() {
    cat <<T
usage: assemble.sh [DIR]

Assembles an image builder (native-image) in DIR, default $cache/native-image-25, or leaves the one
that is there if it is up to date. About one minute and 170 MB to fetch the first time; needs no root.
The JDK is JAVA_HOME if that is a JDK 25, else one of /usr/lib/jvm or the one of PATH.
T
}
case ${1:-} in
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; die "unknown argument: $1" ;;
esac
[ $# -le 1 ] || { usage >&2; die "one directory at most"; }

version=25.0.2 build=10 date=2026-01-20 # of the image builder; see README.md before changing it

# --- what must be there -----------------------------------------------------------------------------------------------
[ "$(uname -sm)" = "Linux x86_64" ] || die "this tool chain is for Linux on x86_64, not $(uname -sm): set GRAALVM_HOME to a GraalVM 25"
packages=()
for item in gcc make unzip xz=xz-utils mvn=maven apt-get=apt flock=util-linux; do
    command -v "${item%%=*}" >/dev/null || packages+=("${item#*=}")
done
[ -e /usr/include/errno.h ] || packages+=(libc6-dev)
[ -e /usr/include/zlib.h ] || packages+=(zlib1g-dev)
[ ${#packages[@]} = 0 ] || die "missing Debian packages: ${packages[*]}; as root: apt-get install ${packages[*]}"

zlib=$(gcc -print-file-name=libz.a)
[ -e "$zlib" ] || die "gcc finds no libz.a: apt-get install --reinstall zlib1g-dev"

jdk=
javac=$(readlink -f "$(command -v javac || true)" || true)
for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/* "${javac%/bin/javac}"; do
    [ "$(jdk_release "$candidate")" != 25 ] || { jdk=$(cd "$candidate" && pwd -P); break; }
done
[ -n "$jdk" ] || die "no JDK 25 found (JAVA_HOME=${JAVA_HOME:-unset}, none in /usr/lib/jvm or PATH), and the image builder" \
    "$version works with no other release: unpack one there, or set JAVA_HOME to its directory"
[ -f "$jdk/lib/src.zip" ] || die "$jdk has no lib/src.zip, the JDK's Java sources: install them (Debian: openjdk-25-source)" \
    "or set JAVA_HOME to a JDK 25 that has it (Eclipse Temurin)"
[ -d "$jdk/include/linux" ] || die "$jdk has no include/linux/jni_md.h: set JAVA_HOME to a whole JDK 25"
"$jdk/bin/java" --list-modules | grep -c '^jdk.internal.vm.ci@' >/dev/null \
    || die "$jdk has no module jdk.internal.vm.ci (JVMCI): set JAVA_HOME to a JDK 25 that has it (Eclipse Temurin)"

# --- up to date? one assembly at a time -------------------------------------------------------------------------------
mkdir -p "$cache" || die "cannot write below $cache: set XDG_CACHE_HOME to a directory of yours"
target=${1:-$cache/native-image-25}
mkdir -p "$(dirname "$target")"
target=$(cd "$(dirname "$target")" && pwd)/$(basename "$target")
if [ -e "$target" ] && [ ! -e "$target/lib/svm/stamp" ]; then
    die "$target exists and is no assembly of this script: name another directory, or remove it"
fi
hash() { sha256sum | cut -c 1-32; }
stamp=$(cd "$here" && cat ./*.sh driver/* glue/*.[ch] glue/include/* "$jdk/release" | hash)
up_to_date() { [ "$(cat "$target/lib/svm/stamp" 2>/dev/null)" = "$stamp" ]; }
exec 9>"$cache/.lock"
if ! up_to_date; then
    flock -n 9 || { say "waiting for another assembly"; flock 9; }
fi
if up_to_date; then
    say "up to date: $target"
    exit 0
fi
# Under the lock these can only be of assemblies that were killed.
rm -rf "$cache"/.work.* "$target".new.*
work=$(mktemp -d "$cache/.work.XXXXXX")
new=$(mktemp -d "$target.new.XXXXXX")
chmod 755 "$new"
trap 'rm -rf "$work" "$new" "$target.new.old"' EXIT
log=$cache/assemble.log
: >"$log"
# Shows what the last command has said of its errors.
excerpt() { { grep -m 3 -E '^(E:|W: Failed|\[ERROR\] [A-Z])' "$log" || tail -n 10 "$log"; } | cut -c 1-500 >&2; }
# Runs a command, its output in the log.
logged() {
    local what=$1
    shift
    "$@" >>"$log" 2>&1 </dev/null || { excerpt; die "$what; all of it: $log"; }
}

svm=$new/lib/svm builder=$new/lib/svm/builder glue=$new/lib/svm/clibraries/linux-amd64
static=$new/lib/static/linux-amd64/glibc

say "JDK: $jdk"
tar -C "$jdk" --exclude=./lib/src.zip --exclude=./jmods --exclude=./man --exclude=./demo -cf - . | tar -C "$new" -xf -
chmod -R u+w "$new"
mkdir -p "$builder/upgrade" "$builder/lib" "$glue/glibc" "$static" "$svm/driver"

say "image builder $version from Maven Central"
cat >"$work/pom.xml" <<T
<project>
    <modelVersion>4.0.0</modelVersion>
    <groupId>io.reaper</groupId>
    <artifactId>image-builder</artifactId>
    <version>1</version>
    <packaging>pom</packaging>
    <dependencies>
        <dependency>
            <groupId>org.graalvm.nativeimage</groupId>
            <artifactId>svm</artifactId>
            <version>$version</version>
        </dependency>
    </dependencies>
</project>
T
MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" JAVA_HOME=$jdk \
    logged "Maven could not fetch org.graalvm.nativeimage:svm:$version" mvn --batch-mode --strict-checksums -f "$work/pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies "-DoutputDirectory=$work/jars"
[ -e "$work/jars/svm-$version.jar" ] || die "Maven left no svm-$version.jar; its log: $log"
cp "$work"/jars/*.jar "$builder/"
mv "$builder"/compiler-*.jar "$builder/upgrade/"

say "driver and C helpers"
logged "the driver does not compile against image builder $version" "$jdk/bin/javac" -nowarn -XDignore.symbol.file \
    --upgrade-module-path "$builder/upgrade" --module-path "$builder" --add-modules org.graalvm.nativeimage.builder \
    --add-exports jdk.graal.compiler/jdk.graal.compiler.options=ALL-UNNAMED \
    --add-exports org.graalvm.nativeimage.builder/com.oracle.svm.core.option=ALL-UNNAMED \
    -d "$svm/driver" "$here"/driver/*.java
"$new/bin/java" -cp "$svm/driver" io.reaper.toolchain.ModuleArguments "$work/jars" "$builder"
printf 'version=%s\nbuild=%s\ndate=%s\n' $version $build $date >"$svm/assembly.properties"
install -m 755 "$here/native-image.sh" "$new/bin/native-image"
flags=(-O2 -Wall -Wextra -Werror -fPIC -ffunction-sections "-I$new/include" "-I$new/include/linux")
archive() {
    local name=$1 part objects=()
    shift
    for part; do
        logged "gcc fails on glue/$part.c" gcc "${flags[@]}" -c "$here/glue/$part.c" -o "$work/$part.o"
        objects+=("$work/$part.o")
    done
    ar rcs "$glue/glibc/lib$name.a" "${objects[@]}"
}
archive libchelper system signals cpu
archive svm_container container
archive jvm jvm
cp -r "$here/glue/include" "$glue/"
logged "gcc fails on glue/reporter.c" gcc "${flags[@]}" -shared "$here/glue/reporter.c" -o "$builder/lib/libreporterchelper.so"

# --- the JDK's C libraries as archives, kept for the next assembly ----------------------------------------------------
libraries=$cache/jdk-libraries-$(cat "$here/static-libs.sh" "$here/glue/fstatat.c" "$jdk/release" | hash)
apt=$work/apt
apt_get() {
    apt-get -q -oDir::Etc::sourcelist="$apt/sources.list" -oDir::Etc::sourceparts=/dev/null -oDir::State::Lists="$apt/lists" \
        -oDir::Cache="$apt/cache" -oAPT::Sandbox::User=root -oAcquire::Retries=2 "$@"
}
fetch_source() {
    local base key package
    base=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -m 1 '/debian/*$' || true)
    [ -n "$base" ] || die "apt names no Debian mirror (…/debian), which has the source of OpenJDK: add one to /etc/apt/sources.list"
    key=$(ls /usr/share/keyrings/debian-archive-keyring.* 2>/dev/null | head -n 1)
    [ -n "$key" ] || die "no key to check Debian's packages with: apt-get install debian-archive-keyring"
    mkdir -p "$apt/lists" "$apt/cache/archives/partial" "$apt/source"
    # The suite that has every release of OpenJDK, whatever this machine runs.
    echo "deb-src [signed-by=$key] $base sid main" >"$apt/sources.list"
    logged "apt could not read $base, suite sid (no network, a proxy that apt does not know, no mirror of it?)" \
        apt_get -oAPT::Update::Error-Mode=any update
    cd "$apt/source"
    # A later release's C serves as well; static-libs.sh notices where it does not.
    for package in openjdk-25 openjdk-26; do
        apt_get source --download-only "$package" >>"$log" 2>&1 </dev/null || continue
        say "C libraries of $package: about one minute"
        tar -xf "$package"_*.orig.tar.xz --strip-components=1 --wildcards --one-top-level="$work/openjdk" \
            '*/src/*/native/*' '*/src/hotspot/share/include/*' '*/src/hotspot/os/posix/include/*'
        return
    done
    excerpt
    die "$base gives neither the source of openjdk-25 nor of openjdk-26; all of it: $log"
}
if [ ! -d "$libraries" ]; then
    say "source of OpenJDK from the machine's Debian mirror"
    (fetch_source)
    mkdir "$work/libraries"
    (cd "$work/libraries" \
        && logged "the JDK's C libraries do not compile" "$here/static-libs.sh" "$work/openjdk" "$jdk" "$work/libraries/out")
    rm -rf "$cache"/jdk-libraries-*
    mv "$work/libraries/out" "$libraries"
fi
cp "$libraries"/*.a "$static/"
# Found before libz.so, so that an executable carries zlib.
cp -L "$zlib" "$static/"

logged "the assembled native-image does not start" "$new/bin/native-image" --version
echo "$stamp" >"$svm/stamp"
[ ! -e "$target" ] || mv "$target" "$target.new.old"
mv "$new" "$target"
say "ready: $target"
