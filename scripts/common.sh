# shellcheck shell=bash
# What install.sh, demo.sh and test.sh share; sourced by them, with bash.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '==> %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Prints the feature release of the JDK at $1 ("25"), or nothing where there is none.
jdk_release() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -f "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Sets and exports JAVA_HOME: the caller's when that is a JDK 25 or newer, else the newest such one under /usr/lib/jvm
# or the one that the javac of PATH belongs to.
find_jdk() {
    local candidate release best=0 found= javac
    javac=$(readlink -f "$(command -v javac || true)" || true)
    for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/* "${javac%/bin/javac}"; do
        [ -n "$candidate" ] || continue
        release=$(jdk_release "$candidate")
        if [ "${release:-0}" -ge 25 ]; then
            [ "$candidate" = "${JAVA_HOME:-}" ] && found=$candidate && break
            [ "$release" -gt "$best" ] && best=$release found=$candidate
        fi
    done
    [ -n "$found" ] || die "no JDK 25 found (JAVA_HOME=${JAVA_HOME:-unset}, none in /usr/lib/jvm or PATH either):" \
        "unpack one (for example Eclipse Temurin 25) there, or set JAVA_HOME to its directory"
    JAVA_HOME=$(cd "$found" && pwd -P)
    export JAVA_HOME
}

# Installs Debian packages that are missing; root only. Arguments: PROGRAM or PROGRAM=PACKAGE, where PROGRAM is a file
# that the package brings: a name in PATH or an absolute path.
need_packages() {
    local item file missing=()
    for item; do
        file=${item%%=*}
        [ -e "$file" ] && [ "${file#/}" != "$file" ] || command -v "$file" >/dev/null || missing+=("${item#*=}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || die "missing Debian packages: ${missing[*]}; as root: apt-get install ${missing[*]}"
    say "installing Debian packages: ${missing[*]}"
    apt-get update -qq </dev/null >/dev/null || say "apt-get update failed; going on with the package lists that are there"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null \
        || die "apt-get could not install: ${missing[*]}"
}

# Maven on the JDK of find_jdk, without the JDK's remarks about Maven's own libraries.
maven() {
    MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}" \
        mvn -f "$repo/pom.xml" --batch-mode --no-transfer-progress -Dstyle.color=never "$@" </dev/null
}

# The commit that the work tree holds, for --version: "0123456789ab", with -dirty after changes; nothing outside of git.
source_commit() { git -C "$repo" describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || true; }

# Maven, and a C compiler for the kernel seam.
need_build_tools() { need_packages mvn=maven "${CC:-cc}=gcc" /usr/include/errno.h=libc6-dev; }

# Builds the executables into target/native, with build-native.sh's options; --keep-build: not if they are there. Fails,
# after one line that says so, where no GraalVM can be had: the caller goes on in JVM mode. Any other failure ends the script.
build_executables() {
    local status=0
    if [ "${1:-}" = --keep-build ]; then
        shift
        local program there=1
        for program in reaper-runtime containerd-shim-reaper-v2 ${1:+seam-checks}; do # seam-checks: --with-tests
            [ -x "$repo/target/native/$program" ] || there=
        done
        [ -z "$there" ] || return 0
    fi
    "$repo/scripts/build-native.sh" "$@" || status=$?
    case $status in
        0) return 0 ;;
        3) say "no executables: JVM mode is used instead"; return 1 ;;
        *) exit "$status" ;;
    esac
}

# What bash completes after "reaper-runtime", where bash-completion looks for it below prefix $1.
install_completion() {
    local dir=$1/share/bash-completion/completions
    mkdir -p "$dir"
    "$1/bin/reaper-runtime" completion >"$dir/.reaper-runtime.$$"
    chmod 644 "$dir/.reaper-runtime.$$"
    mv -f "$dir/.reaper-runtime.$$" "$dir/reaper-runtime"
}
