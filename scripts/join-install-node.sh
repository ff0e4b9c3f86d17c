#!/usr/bin/env bash
# Joins the parts of the node's installer: a node gets one file, scripts/install-node.sh.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'T'
usage: join-install-node.sh [--check]

Joins scripts/install-node/*.sh, in the order of their names, to scripts/install-node.sh. Both are in git: edit the
parts, join, commit both.

  --check   write nothing; ends with 1, and shows the difference, if the joined file is not what the parts make
T
}

check=
for argument; do
    case $argument in
        --check) check=1 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown argument: $argument" ;;
    esac
done
cd "$repo/scripts"
export LC_ALL=C # for the order of the parts

joined() {
    cat <<'T'
#!/bin/sh
# Installs Reaper on a Kubernetes node: two programs, a handler in containerd's configuration, a restart.
# Needs sh (dash, busybox), awk, sed, cmp and containerd; no other file of the repository.
# Joined from scripts/install-node/*.sh by scripts/join-install-node.sh: edit those, this file is written anew.
T
    awk 'FNR == 1 { print "" } { print }' install-node/*.sh
}

if [ -n "$check" ]; then
    joined | diff -u --label scripts/install-node.sh --label 'the parts, joined' install-node.sh - >&2 \
        || die "scripts/install-node.sh is not what scripts/install-node/*.sh make: change the parts only, then run" \
            "scripts/join-install-node.sh and commit both"
    exit 0
fi
new=.install-node.sh.$$
trap 'rm -f "$new"' EXIT
joined >"$new"
chmod 0755 "$new"
mv -f "$new" install-node.sh
