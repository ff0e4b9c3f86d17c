#!/usr/bin/env bash
# Installs reaper-runtime and containerd-shim-reaper-v2.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'T'
usage: install.sh [--prefix DIR] [--build] [--jvm [--no-aot]]

Installs
  DIR/bin/reaper-runtime
  DIR/bin/containerd-shim-reaper-v2
  DIR/share/bash-completion/completions/reaper-runtime

two executables that need nothing but libc, and what bash completes; scripts/build-native.sh makes the executables if
they are not there. With --jvm these are launchers (sh) instead, for a JDK 25 on this machine, and DIR/lib/reaper holds
jars and caches of loaded classes.

  --prefix DIR   default /usr/local; absolute or relative, of letters, digits and ._+/-
  --build        build even if there is an earlier build
  --jvm          JVM mode. The JDK is JAVA_HOME if that is 25 or newer, else the newest of /usr/lib/jvm; launchers keep its path
  --no-aot       with --jvm: without the caches; installs faster, programs start slower

Each file is written beside its place and renamed into it, so that running containers are not disturbed.
To remove: rm DIR/bin/reaper-runtime DIR/bin/containerd-shim-reaper-v2; rm -rf DIR/lib/reaper
           rm DIR/share/bash-completion/completions/reaper-runtime
T
}

prefix=/usr/local build=0 mode=native aot=1
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -ge 2 ] || die "--prefix needs a directory"; prefix=$2; shift ;;
        --prefix=*) prefix=${1#*=} ;;
        --build) build=1 ;;
        --jvm) mode=jvm ;;
        --no-aot) aot=0 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown argument: $1" ;;
    esac
    shift
done
case $prefix in
    '' | *[!A-Za-z0-9._+/-]*) die "--prefix '$prefix': letters, digits and ._+/- only" ;;
esac
mkdir -p "$prefix/bin"
prefix=$(cd "$prefix" && pwd)
[ "$mode" = native ] || exec "$repo/scripts/install-jvm.sh" "$prefix" "$build" "$aot"

native=$repo/target/native
if [ "$build" = 1 ] || [ ! -x "$native/reaper-runtime" ] || [ ! -x "$native/containerd-shim-reaper-v2" ]; then
    "$repo/scripts/build-native.sh"
fi
for program in reaper-runtime containerd-shim-reaper-v2; do
    new=$prefix/bin/.$program.$$
    trap 'rm -f "$new"' EXIT
    install -m 755 "$native/$program" "$new"
    mv -f "$new" "$prefix/bin/$program"
done
install_completion "$prefix"
# of an earlier JVM mode
rm -rf "$prefix/lib/reaper"
say "installed $prefix/bin/reaper-runtime and $prefix/bin/containerd-shim-reaper-v2"
