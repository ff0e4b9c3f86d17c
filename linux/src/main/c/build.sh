#!/bin/sh
# Builds pause.c and, around it, seam.c into TARGET/c: a static library for the native image, a shared one (packed into the
# jar) for the JVM.
set -eu
src=$(cd "$(dirname "$0")" && pwd)
out=$1/c
lib=$1/classes/io/reaper/linux/seam
fresh() { [ -e "$1" ] && [ -z "$(find "$src" -newer "$1")" ]; }
if fresh "$out/libreaper_linux.a" && fresh "$lib/libreaper_linux.so"; then exit 0; fi
mkdir -p "$out" "$lib"
cc=${CC:-cc}
command -v "$cc" >/dev/null || { echo "linux/src/main/c/build.sh: no C compiler '$cc': apt-get install gcc libc6-dev" >&2; exit 1; }
# one segment, nothing but code: a page of memory for each pod
"$cc" -std=c11 -Os -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables \
    -static -no-pie -nostdlib -s -Wl,-z,noseparate-code -Wl,--build-id=none "$src/pause.c" -o "$out/pause"
seam() { "$cc" -std=c11 -O2 -Wall -Wextra -Werror -fPIC -DPAUSE="\"$out/pause\"" "$@" "$src/seam.c"; }
seam -DREAPER_IMAGE -c -o "$out/seam.o"
ar rcs "$out/libreaper_linux.a" "$out/seam.o"
seam -shared -o "$lib/libreaper_linux.so"
