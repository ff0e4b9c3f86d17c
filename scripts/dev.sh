#!/usr/bin/env bash
# Quarkus' dev mode of one program: mvn -pl MODULE -am quarkus:dev -Dquarkus.args="ARGUMENTS"
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'T'
usage: dev.sh runtime-app|shim-app [ARGUMENT...]

Runs the program with the arguments and keeps it loaded: press space after a change of a source, e to edit the
arguments, q to end. Quarkus' dev mode asks for Maven 3.9: where the installed one is older (Debian 12 has 3.8), it
fetches one, by means of the installed one and the repositories set up for it, into ~/.cache/reaper.
T
}

case ${1:-} in
    runtime-app | shim-app) module=$1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 1 ;;
esac
shift
find_jdk
need_build_tools

mvn=mvn
# "Apache Maven 3.8.7", coloured on some systems
case $(mvn --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9]*\.[0-9]*\).*/\1/p') in
    '' | [0-2].* | 3.[0-8])
        version=3.9.11
        cache=${XDG_CACHE_HOME:-$HOME/.cache}/reaper
        mvn=$cache/apache-maven-$version/bin/mvn
        if [ ! -x "$mvn" ]; then
            say "fetching Maven $version into $cache"
            mkdir -p "$cache"
            part=$(mktemp -d "$cache/part.XXXXXX")
            trap 'rm -rf "$part"' EXIT
            (cd "$part" && command mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
                "-Dartifact=org.apache.maven:apache-maven:$version:tar.gz:bin" "-DoutputDirectory=$part") </dev/null
            chmod +x "$part/apache-maven-$version/bin/mvn"
            rm -rf "$cache/apache-maven-$version"
            mv "$part/apache-maven-$version" "$cache/"
            rm -rf "$part"
            trap - EXIT
        fi
        ;;
esac
cd "$repo"
exec "$mvn" -pl "$module" -am quarkus:dev "-Dquarkus.args=$*"
