#!/usr/bin/env bash
# Runs the tests of pods, src-test-k8s, against a kind cluster.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/cluster.sh"

usage() {
    cat <<'T'
usage: kind-integration.sh [--cluster-name NAME] [--image IMAGE] [--keep] [--skip-build] [--programs DIR]
                           [--only TEST] [--logs DIR] [--verbose] [--dry-run] [--help]

Builds both executables, creates a kind cluster or takes the one that has the name, installs Reaper on each of its nodes
with scripts/install-node.sh, applies kubernetes/runtimeclass.yaml and runs src-test-k8s against the cluster. A cluster
that it has created it deletes, whatever happens; one that was there it keeps.

  --cluster-name NAME  default reaper
  --image IMAGE        node image of a new cluster, for example kindest/node:v1.35.0; default: that of the kind in PATH
  --keep               keep the cluster
  --skip-build         take the executables as they are
  --programs DIR       where they are, with --skip-build; default target/native
  --only TEST          run this test class alone, as -Dtest of Maven
  --logs DIR           what is collected when something fails; default target/k8s/logs
  --verbose            show each command
  --dry-run            show each command, in order, and run none

Needs docker, kind, kubectl, and what the build needs. Ends with 0 only when all tests have passed.
The user's kubeconfig is not touched: target/k8s/NAME.kubeconfig is this script's own.
T
}

cluster=reaper image= keep= skip_build= from=$repo/target/native only= logs=$work/logs
while [ $# -gt 0 ]; do
    case $1 in
        --cluster-name | --image | --programs | --only | --logs)
            [ -n "${2:-}" ] || die "$1 needs a value"
            case $1 in
                --cluster-name) cluster=$2 ;;
                --image) image=$2 ;;
                --programs) from=$2 ;;
                --only) only=$2 ;;
                --logs) logs=$2 ;;
            esac
            shift
            ;;
        --keep) keep=1 ;;
        --skip-build) skip_build=1 ;;
        --verbose) verbose=1 ;;
        --dry-run) dry_run=1 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown argument: $1" ;;
    esac
    shift
done
case $cluster in
    -* | *[!a-z0-9.-]*) die "--cluster-name '$cluster': small letters, digits, . and - only" ;;
esac
[ "$from" = "$repo/target/native" ] || [ -n "$skip_build" ] || die "--programs needs --skip-build"

kubeconfig=$work/$cluster.kubeconfig
kubectl_options=(--kubeconfig "$kubeconfig" --context "kind-$cluster")
# On a node / is a file system that lasts; /run and /tmp are not, and docker cp cannot write there.
there=/usr/local/share/reaper-install
nodes=() created=

on_node() {
    local node=$1
    shift
    run docker exec "$node" "$@"
}
to_node() { run docker cp "$2" "$1:$3"; }

# At the end, however it comes: logs of a failure, then the cluster that was made goes.
finish() {
    local status=$?
    trap - EXIT
    trap '' INT TERM
    set +e
    if [ $status != 0 ] && [ -n "$created$reused" ]; then
        say "failed with $status: logs go to $logs"
        save_logs
    fi
    remove_cluster || status=1
    [ $status != 0 ] || [ -n "$dry_run" ] || say "all passed on kind cluster $cluster"
    exit $status
}
save_logs() {
    [ -n "$dry_run" ] || mkdir -p "$logs"
    run kind export logs "$logs" --name "$cluster"
    collect_logs "$logs" ${nodes[@]+"${nodes[@]}"}
}
remove_cluster() {
    if [ -n "$created" ] && [ -z "$keep" ]; then
        run kind delete cluster --name "$cluster" --kubeconfig "$kubeconfig"
    elif [ -n "$created$reused" ]; then
        say "cluster $cluster is kept: kubectl ${kubectl_options[*]} …; to delete it: kind delete cluster --name $cluster"
    fi
}

need_programs docker kind kubectl
make_work
build_programs "$skip_build" "$from"
say "making the image of the tests"
write_image "$work/busybox.tar"

reused= clusters= names=
capture clusters '' kind get clusters
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if grep -qxF -- "$cluster" <<<"$clusters"; then
    say "taking kind cluster $cluster, which is there"
    reused=1
    run kind export kubeconfig --name "$cluster" --kubeconfig "$kubeconfig"
else
    say "creating kind cluster $cluster"
    created=1
    # --retain: what is left of a creation that fails has the logs that tell why; it is deleted below.
    run kind create cluster --name "$cluster" ${image:+--image "$image"} --kubeconfig "$kubeconfig" --retain --wait 180s
fi
capture names "$cluster-control-plane" kind get nodes --name "$cluster"
# The balancer of several control planes has no containerd.
mapfile -t nodes < <(grep . <<<"$names" | grep -v -- '-external-load-balancer$')
[ ${#nodes[@]} -gt 0 ] || die "kind cluster $cluster has no nodes"

for node in "${nodes[@]}"; do
    install_on_node "$node" "$from" $there
    log_shims "$node"
done
run kind load image-archive "$work/busybox.tar" --name "$cluster"
apply_runtime_class
run_suite "$kubeconfig" 'docker exec -i {node}' "$from" ${only:+"-Dtest=$only" -Dsurefire.failIfNoSpecifiedTests=false}
if [ -n "$dry_run" ]; then
    printf '# only when one of these fails:\n'
    save_logs
    printf '# in any case:\n'
fi
