#!/usr/bin/env bash
# Installs Reaper on the nodes of a minikube profile.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/cluster.sh"

usage() {
    cat <<'T'
usage: minikube-setup-runtime.sh [--profile NAME] [--driver DRIVER] [--test [--only TEST] [--keep]] [--uninstall]
                                 [--skip-build] [--programs DIR] [--logs DIR] [--verbose] [--dry-run] [--help]

Builds both executables, starts the minikube profile with containerd unless it runs, installs Reaper on each of its nodes
with scripts/install-node.sh and applies kubernetes/runtimeclass.yaml. Run it again after each "minikube start": that
edits containerd's configuration, and a virtual machine's /usr/local/bin is new then. What is in place is left alone.

  --profile NAME  default minikube
  --driver DRIVER of a profile that has to be started: docker, kvm2, qemu, virtualbox …; default: minikube's choice
  --test          run src-test-k8s against the cluster then; a profile that this run has created is deleted at the end
  --only TEST     with --test: this test class alone, as -Dtest of Maven
  --keep          with --test: keep the profile
  --uninstall     take Reaper off the nodes, and the RuntimeClass away
  --skip-build    take the executables as they are
  --programs DIR  where they are, with --skip-build; default target/native
  --logs DIR      what is collected when something fails; default target/k8s/logs
  --verbose       show each command
  --dry-run       show each command, in order, and run none

Needs minikube and kubectl, with --test the ssh client too. A profile whose container runtime is not containerd is refused.
T
}

profile=minikube driver= test= only= keep= uninstall= skip_build= from=$repo/target/native logs=$work/logs
while [ $# -gt 0 ]; do
    case $1 in
        --profile | --driver | --programs | --only | --logs)
            [ -n "${2:-}" ] || die "$1 needs a value"
            case $1 in
                --profile) profile=$2 ;;
                --driver) driver=$2 ;;
                --programs) from=$2 ;;
                --only) only=$2 ;;
                --logs) logs=$2 ;;
            esac
            shift
            ;;
        --test) test=1 ;;
        --keep) keep=1 ;;
        --uninstall) uninstall=1 ;;
        --skip-build) skip_build=1 ;;
        --verbose) verbose=1 ;;
        --dry-run) dry_run=1 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown argument: $1" ;;
    esac
    shift
done
case $profile in
    -* | *[!A-Za-z0-9._-]*) die "--profile '$profile': letters, digits and ._- only" ;;
esac
[ "$from" = "$repo/target/native" ] || [ -n "$skip_build" ] || die "--programs needs --skip-build"
[ -n "$test" ] || [ -z "$only$keep" ] || die "--only and --keep need --test"
[ -z "$test" ] || [ -z "$uninstall" ] || die "--test and --uninstall exclude each other"

kubectl_options=(--context "$profile")
there=/home/docker/reaper
nodes=() created= reached=

# "minikube ssh" joins its words with blanks and gives them to a shell.
on_node() {
    local node=$1
    shift
    run minikube --profile "$profile" ssh --node "$node" -- "sudo $(show "$@")"
}
to_node() { run minikube --profile "$profile" cp "$2" "$1:$3"; }

finish() {
    local status=$?
    trap - EXIT
    trap '' INT TERM
    set +e
    if [ $status != 0 ] && [ -n "$reached" ]; then
        say "failed with $status: logs go to $logs"
        save_logs
    fi
    if [ -n "$created" ] && [ -n "$test" ] && [ -z "$keep" ]; then
        run minikube --profile "$profile" delete || status=1
    fi
    exit $status
}
save_logs() {
    [ -n "$dry_run" ] || mkdir -p "$logs"
    run minikube --profile "$profile" logs --file "$logs/minikube.log"
    collect_logs "$logs" ${nodes[@]+"${nodes[@]}"}
}

# Puts what leads to this profile, and nothing else, into file $1.
write_kubeconfig() {
    if [ -n "$dry_run" ]; then
        into "$1" kubectl_here config view --minify --flatten
    else
        (umask 077 && kubectl_here config view --minify --flatten >"$1")
    fi
}

# Sets state: running, stopped or absent.
look_at_profile() {
    local status=0 said
    if [ -n "$dry_run" ]; then
        run minikube --profile "$profile" status
        state=absent
        return
    fi
    said=$(run minikube --profile "$profile" status 2>&1) || status=$?
    case $status,$said in
        0,*) state=running ;;
        *"not found"* | *Nonexistent*) state=absent ;;
        *) state=stopped ;;
    esac
}

# Sets nodes, and refuses container runtimes that know nothing of containerd's shims.
find_nodes() {
    local lines='' node runtime
    capture lines "$profile containerd://" kubectl "${kubectl_options[@]}" get nodes \
        -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.nodeInfo.containerRuntimeVersion}{"\n"}{end}'
    while read -r node runtime; do
        [ -n "$node" ] || continue
        case $runtime in
            containerd://*) nodes+=("$node") ;;
            *) die "node $node of profile $profile runs $runtime, and Reaper is a shim of containerd: make the profile again" \
                "with minikube --profile $profile delete; minikube --profile $profile start --container-runtime=containerd" ;;
        esac
    done <<<"$lines"
    [ ${#nodes[@]} -gt 0 ] || die "profile $profile has no nodes"
}

need_programs minikube kubectl
[ -z "$test" ] || need_programs ssh
make_work
[ -n "$uninstall" ] || build_programs "$skip_build" "$from"
if [ -n "$test" ]; then
    say "making the image of the tests"
    write_image "$work/busybox.tar"
fi
state=
look_at_profile
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [ "$state" != running ]; then
    [ -z "$uninstall" ] || [ -n "$dry_run" ] || die "profile $profile is $state: nothing to uninstall from"
    [ "$state" != absent ] || created=1
    if [ -z "$uninstall" ]; then
        say "starting minikube profile $profile"
        run minikube --profile "$profile" start --container-runtime=containerd ${driver:+--driver="$driver"} --wait=all
    fi
fi
find_nodes

if [ -n "$uninstall" ]; then
    # Pods can no longer ask for it before it goes.
    kubectl_here delete --ignore-not-found -f "$repo/kubernetes/runtimeclass.yaml"
    for node in "${nodes[@]}"; do
        say "uninstalling on node $node"
        on_node "$node" mkdir -p $there
        to_node "$node" "$repo/scripts/install-node.sh" $there/install-node.sh
        on_node "$node" sh $there/install-node.sh --uninstall --handler "$handler"
        on_node "$node" rm -rf $there
    done
    exit 0
fi

reached=1
for node in "${nodes[@]}"; do
    install_on_node "$node" "$from" $there
    if [ -n "$test" ]; then
        log_shims "$node"
        to_node "$node" "$work/busybox.tar" $there/busybox.tar
        on_node "$node" ctr --namespace k8s.io images import $there/busybox.tar
        on_node "$node" rm -f $there/busybox.tar
    fi
done
apply_runtime_class
if [ -n "$test" ]; then
    kubeconfig=$work/$profile.kubeconfig
    write_kubeconfig "$kubeconfig"
    # Without --native-ssh=false the command is given a terminal, which mixes what it says with what it reads.
    run_suite "$kubeconfig" "minikube --profile $profile ssh --native-ssh=false --node {node} -- sudo" "$from" \
        ${only:+"-Dtest=$only" -Dsurefire.failIfNoSpecifiedTests=false}
fi
if [ -n "$dry_run" ]; then
    printf '# only when one of these fails:\n'
    save_logs
    [ -z "$test" ] || printf '# in any case, if this run has created the profile:\n'
    exit 0
fi
say "profile $profile runs pods with runtimeClassName: $handler; after each minikube start run this again"
