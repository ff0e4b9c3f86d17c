#!/usr/bin/env bash
# Builds those of the JDK's C libraries that our images link, as static archives:
#   static-libs.sh OPENJDK-SOURCE JDK-25 OUTPUT-DIRECTORY
# The C comes from an OpenJDK source tree, which may be a later release than 25. The prototypes come from the Java sources
# of JDK 25 itself (lib/src.zip), so that a signature that differs stops the compiler. Works in the current directory.
# Words that are split on purpose: lists of files and directories of the JDK, without blanks.
# shellcheck disable=SC2046,SC2207,SC2086
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$1" && pwd)/src jdk=$2 out=$3
mkdir -p "$out" headers classes

# Headers of the modules' native methods and constants.
for module in java.base jdk.net jdk.management; do
    unzip -qo "$jdk/lib/src.zip" "$module/*"
    grep -rlE '(^|\s)native\s+[^;"*]*\(|@Native' --include='*.java' "$module" | grep -v /package-info >"$module.list"
    "$jdk/bin/javac" -proc:none -implicit:none -nowarn -XDignore.symbol.file --patch-module "$module=$module" \
        -h "headers/$module" -d "classes/$module" @"$module.list"
done

# The directories $2… of module $1 for all platforms, for Unixes and for Linux.
dirs() {
    local module=$1 platform name
    shift
    for platform in share unix linux; do
        for name; do
            [ ! -d "$source/$module/$platform/native/$name" ] || echo "$source/$module/$platform/native/$name"
        done
    done
}
# The C files of library $2 of module $1, without those of subdirectories when $3 is 1.
files() { dirs "$1" "$2" | while read -r dir; do find "$dir" -maxdepth "${3:-3}" -name '*.c'; done; }

flags=(-O2 -fPIC -w -fno-strict-aliasing -fwrapv -ffunction-sections -fdata-sections -D_GNU_SOURCE -D_REENTRANT
    -D_LARGEFILE64_SOURCE -DLINUX -DNDEBUG -D_LP64=1 -D_LITTLE_ENDIAN -DSTATIC_BUILD=1 -Damd64
    '-DARCH="amd64"' '-DARCHPROPNAME="amd64"' '-DVERSION_STRING="25"')
# shellcheck disable=SC2046 # one word for each directory
base=("$PWD/headers/java.base" "$jdk/include" "$jdk/include/linux" $(dirs java.base include libjava)
    "$source/hotspot/share/include" "$source/hotspot/os/posix/include")

# Adds library $1 to the makefile: directories of its headers, "--", its files.
library() {
    local name=$1 includes=() objects=() file
    shift
    while [ "$1" != -- ]; do includes+=("-I$1"); shift; done
    shift
    [ $# -gt 0 ] || { echo "no sources of lib$name in $source" >&2; exit 1; }
    mkdir -p "objects/$name"
    for file; do
        objects+=("objects/$name/$(basename "$file" .c).o")
        printf '%s: %s\n\tgcc $(FLAGS) -DLIBRARY_NAME=%s %s $(BASE) -c $< -o $@\n' \
            "${objects[-1]}" "$file" "$name" "${includes[*]}" >>rules
    done
    printf '%s/lib%s.a: %s\n\trm -f $@; ar rcs $@ $^\nall: %s/lib%s.a\n' \
        "$out" "$name" "${objects[*]}" "$out" "$name" >>rules
}

: >rules
# Without the ways into HotSpot itself: an image has other code there.
library java -- $(files java.base libjava \
    | grep -vE '/(Class|ConstantPool|NativeAccessors|Array|LambdaProxyClassArchive|StackTraceElement)\.c$')
library net $(dirs java.base libnet) -- $(files java.base libnet)
nio=$(files java.base libnio)
dispatcher=$(grep /UnixNativeDispatcher.c <<<"$nio")
if grep -B1 '_fstatat0(JNIEnv' "$dispatcher" | grep -q 'jint JNICALL'; then
    sed 's/^Java_sun_nio_fs_UnixNativeDispatcher_fstatat0(/fstatat0_errno(/' "$dispatcher" >UnixNativeDispatcher.c
    nio="$(grep -v /UnixNativeDispatcher.c <<<"$nio") UnixNativeDispatcher.c $here/glue/fstatat.c"
fi
library nio $(dirs java.base libnio libnio/ch libnio/fs libnet) -- $nio
library zip -- $(files java.base libzip 1)
library extnet headers/jdk.net $(dirs java.base libnet) -- $(files jdk.net libextnet)
library management_ext headers/jdk.management $(dirs java.management include) $(dirs jdk.management libmanagement_ext) \
    -- $(files jdk.management libmanagement_ext)

{
    printf '.DEFAULT_GOAL = all\nFLAGS ='
    printf " '%s'" "${flags[@]}"
    printf '\nBASE ='
    printf ' -I%s' "${base[@]}"
    printf '\n'
    cat rules
} >makefile
make -s -j"$(nproc)"

# A part of the source that was left out would be noticed by the linker of an image only, minutes later.
for expected in java:Java_java_io_FileInputStream_open0 java:findJavaTZ_md net:Java_java_net_Inet4Address_init \
    nio:Java_sun_nio_ch_EPoll_wait nio:Java_sun_nio_fs_UnixNativeDispatcher_fstatat0 zip:Java_java_util_zip_CRC32_update \
    extnet:Java_jdk_net_LinuxSocketOptions_getSoPeerCred0 \
    management_ext:Java_com_sun_management_internal_OperatingSystemImpl_initialize0; do
    grep -q " T ${expected#*:}\$" <<<"$(nm --defined-only "$out/lib${expected%%:*}.a")" \
        || { echo "lib${expected%%:*}.a lacks ${expected#*:}: the source tree $source does not fit" >&2; exit 1; }
done
