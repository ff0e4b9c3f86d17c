#!/bin/sh
# What the installer's pod does on its node: entry.sh install | uninstall.
#
# Installing ends with the node's label, and removing begins with taking it away: RuntimeClass reaper-v2 lets pods go to
# labelled nodes only. Afterwards it stays, so that the DaemonSet is satisfied; its readiness says that the work is done.
#
# Environment: NODE_NAME; HANDLER, by default reaper-v2; INSTALL_OPTIONS, further words for install-node.sh; for tests
# PAYLOAD, STAGING (the same directory here and on the node), ENTER (how a command gets onto the node), NODE_PATH, DONE
# (the file that the readiness probe looks for), ONCE (do not stay).
set -eu

handler=${HANDLER:-reaper-v2}
label=reaper/installed
payload=${PAYLOAD:-/payload}
staging=${STAGING:-/var/lib/reaper-installer}
enter=${ENTER-nsenter --target 1 --mount --uts --ipc --net --pid --}
node_path=${NODE_PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}
ready=${DONE:-/tmp/done}

say() { printf 'installer: %s\n' "$*"; }
die() { printf 'installer: %s\n' "$*" >&2; exit 1; }

# Runs a command on the node, with nothing of this pod's environment.
on_node() {
    # shellcheck disable=SC2086 # words
    $enter env -i PATH="$node_path" "$@"
}
# Runs install-node.sh on the node. Where there is systemd as a unit of its own: the end of this pod must not end it
# half-way, and containerd's restart is not to hold its output for long.
install_node() {
    set -- /bin/sh "$staging/install-node.sh" --programs "$staging" --handler "$handler" "$@"
    if on_node test -d /run/systemd/system; then
        on_node systemd-run --quiet --wait --pipe --collect --unit reaper-installer -- "$@"
    else
        on_node "$@"
    fi
}
# Puts file $1 into the staging directory by renaming: a copy that runs just now stays whole.
stage() {
    cp "$payload/$1" "$staging/.$1"
    chmod "$2" "$staging/.$1"
    mv -f "$staging/.$1" "$staging/$1"
}
# Lines NAMESPACE/POD of this node's pods that run on the handler.
pods_of_the_handler() {
    classes=$(kubectl get runtimeclasses --output "jsonpath={range .items[?(@.handler==\"$handler\")]}{.metadata.name}{\"\\n\"}{end}")
    kubectl get pods --all-namespaces \
        --field-selector "spec.nodeName=$NODE_NAME,status.phase!=Succeeded,status.phase!=Failed" \
        --output 'jsonpath={range .items[*]}{.spec.runtimeClassName}{" "}{.metadata.namespace}/{.metadata.name}{"\n"}{end}' >"$ready.pods"
    for class in $classes; do
        sed -n "s|^$class ||p" "$ready.pods"
    done
}

[ -n "${NODE_NAME:-}" ] || die "NODE_NAME is not set"
rm -f "$ready"
case ${1:-} in
    install)
        mkdir -p "$staging"
        chmod 0700 "$staging"
        for program in reaper-runtime containerd-shim-reaper-v2; do stage "$program" 0755; done
        stage install-node.sh 0755
        # shellcheck disable=SC2086 # words
        install_node ${INSTALL_OPTIONS:-}
        kubectl label node "$NODE_NAME" "$label=true" --overwrite
        say "node $NODE_NAME is labelled $label=true" ;;
    uninstall)
        kubectl label node "$NODE_NAME" "$label-"
        pods=$(pods_of_the_handler)
        if [ -n "$pods" ]; then
            die "pods of $handler run on $NODE_NAME, nothing is removed before they are gone: $(echo "$pods" | tr '\n' ' ')"
        fi
        mkdir -p "$staging"
        stage install-node.sh 0755
        # shellcheck disable=SC2086 # words
        install_node --uninstall ${INSTALL_OPTIONS:-}
        rm -f "$staging/reaper-runtime" "$staging/containerd-shim-reaper-v2" "$staging/install-node.sh"
        say "removed from node $NODE_NAME" ;;
    *) die "usage: entry.sh install | uninstall" ;;
esac
: >"$ready"
[ -z "${ONCE:-}" ] || exit 0
trap 'exit 0' TERM INT
while :; do
    sleep 3600 &
    wait $!
done
