#!/bin/sh
# native-image: starts the driver (lib/svm/driver) of the image builder.
home=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
exec "$home/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
    -XX:+UnlockExperimentalVMOptions -XX:+EnableJVMCI -XX:-UseJVMCICompiler \
    @"$home/lib/svm/builder/builder.args" @"$home/lib/svm/builder/driver.args" \
    --add-modules org.graalvm.nativeimage.builder \
    --upgrade-module-path "$home/lib/svm/builder/upgrade" --module-path "$home/lib/svm/builder" \
    -cp "$home/lib/svm/driver" io.reaper.toolchain.Main "$@"
