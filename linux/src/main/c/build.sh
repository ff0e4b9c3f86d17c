#!/bin/sh
# Builds seam.c into TARGET/c: a static library for the native image, a shared one (packed into the jar) for the JVM.
set -eu
src=$(cd "$(dirname "$0")" && pwd)
out=$1/c
lib=$1/classes/io/reaper/linux
fresh() { [ -e "$1" ] && [ -z "$(find "$src" -newer "$1")" ]; }
if fresh "$out/libreaper_linux.a" && fresh "$lib/libreaper_linux.so"; then exit 0; fi
mkdir -p "$out" "$lib"
cc=${CC:-cc}
command -v "$cc" >/dev/null || { echo "linux/src/main/c/build.sh: no C compiler '$cc': apt-get install gcc libc6-dev" >&2; exit 1; }
"$cc" -std=c11 -O2 -Wall -Wextra -Werror -fPIC -c "$src/seam.c" -o "$out/seam.o"
ar rcs "$out/libreaper_linux.a" "$out/seam.o"
"$cc" -shared -o "$lib/libreaper_linux.so" "$out/seam.o"
