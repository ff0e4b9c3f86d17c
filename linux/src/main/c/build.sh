#!/bin/sh
# Builds pause.c and, around it, seam.c and start.c into TARGET/c: a static library for the native image, a shared one
# (packed into the jar) for the JVM.
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
seam() { "$cc" -std=c11 -O2 -Wall -Wextra -Werror -fPIC -DPAUSE="\"$out/pause\"" "$@"; }
seam -c "$src/seam.c" -o "$out/seam.o"
seam -DREAPER_IMAGE -c "$src/start.c" -o "$out/start.o"
rm -f "$out/libreaper_linux.a"
ar rcs "$out/libreaper_linux.a" "$out/seam.o" "$out/start.o"
cp "$src/image.ld" "$out/"
seam -shared "$src/seam.c" "$src/start.c" -o "$lib/libreaper_linux.so"
