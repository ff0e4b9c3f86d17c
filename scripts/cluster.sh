# shellcheck shell=bash
# What kind-integration.sh and minikube-setup-runtime.sh share; sourced by them after common.sh, with bash. The script that
# sources it defines, with the tool of its cluster:
#   on_node NODE COMMAND...    runs a command on the node as root
#   to_node NODE FILE PATH     puts a file of this machine there
# Both go through "run", so that a dry run shows them.

handler=reaper-v2
programs=(reaper-runtime containerd-shim-reaper-v2)
# shellcheck disable=SC2034,SC2154  # work: of those who source this; repo: of common.sh
shim_log=/var/log/reaper-shim.log work=$repo/target/k8s
dry_run= verbose=
# The arguments that every call of kubectl begins with: which cluster is never left to the user's current context.
kubectl_options=()

# What a dry run prints is a script: the steps are comments of it.
say() { if [ -n "$dry_run" ]; then printf '# %s\n' "$*"; else printf '==> %s\n' "$*"; fi; }

# Prints a command as it could be typed.
show() {
    local word line=
    for word; do
        case $word in
            '' | *[!A-Za-z0-9._+=:/@%,-]*) word=${word@Q} ;;
        esac
        line+=" $word"
    done
    printf '%s\n' "${line# }"
}

# Runs a command; with --verbose shows it first, with --dry-run shows it only.
run() {
    if [ -n "$dry_run" ]; then
        show "$@"
        return
    fi
    [ -z "$verbose" ] || printf '+ %s\n' "$(show "$@")" >&2
    "$@"
}

# Sets variable $1 to the output of the command that follows $2; in a dry run to $2.
capture() {
    # shellcheck disable=SC2034  # it is another name of the caller's
    local -n captured=$1
    local otherwise=$2
    shift 2
    if [ -n "$dry_run" ]; then
        show "$@"
        captured=$otherwise
        return
    fi
    [ -z "$verbose" ] || printf '+ %s\n' "$(show "$@")" >&2
    # shellcheck disable=SC2034  # as above
    captured=$("$@")
}

# Runs a command again and again until it succeeds, for at most $1 seconds; what it says is shown at the last attempt only.
await() {
    local seconds=$1 said
    shift
    if [ -n "$dry_run" ]; then
        printf '%s    # until it succeeds, at most %s s\n' "$("$@")" "$seconds"
        return
    fi
    local end=$((SECONDS + seconds))
    until said=$("$@" 2>&1); do
        if [ $SECONDS -ge $end ]; then
            printf '%s\n' "$said" >&2
            return 1
        fi
        sleep 1
    done
}

kubectl_here() { run kubectl ${kubectl_options[@]+"${kubectl_options[@]}"} "$@"; }

# Makes the directory of what the scripts leave.
make_work() { [ -n "$dry_run" ] || mkdir -p "$work"; }

# Stops unless these programs are there.
need_programs() {
    local program
    [ -z "$dry_run" ] || return 0
    for program; do
        command -v "$program" >/dev/null || die "$program is not in PATH: install it first"
    done
}

# Builds the executables, unless told not to; then they have to be in the directory $2.
build_programs() {
    local skip=$1 from=$2 program
    if [ -z "$skip" ]; then
        say "building the executables"
        run "$repo/scripts/build-native.sh"
    elif [ -z "$dry_run" ]; then
        for program in "${programs[@]}"; do
            [ -x "$from/$program" ] || die "no $from/$program: leave --skip-build out, or name their directory with --programs"
        done
    fi
}

# Installs both programs from directory $2 on node $1, by install-node.sh in directory $3 of the node.
install_on_node() {
    local node=$1 from=$2 there=$3 program
    say "installing on node $node"
    on_node "$node" mkdir -p "$there"
    for program in "${programs[@]}"; do
        to_node "$node" "$from/$program" "$there/$program"
    done
    to_node "$node" "$repo/scripts/install-node.sh" "$there/install-node.sh"
    on_node "$node" chmod 0755 "$there/${programs[0]}" "$there/${programs[1]}" "$there/install-node.sh"
    # Another architecture or an older libc shows here, not as a pod that never starts.
    if ! on_node "$node" "$there/reaper-runtime" --version || ! on_node "$node" "$there/containerd-shim-reaper-v2" -v; then
        die "the programs of $from do not run on node $node (this machine: $(uname -m)): build them for its architecture and libc"
    fi
    on_node "$node" "$there/install-node.sh" --programs "$there" --handler "$handler"
    await 60 on_node "$node" crictl info || die "containerd of node $node does not answer CRI 60 s after the installation"
}

# The shims of node $1 log from now on. The line is appended first: the end of a line that is deleted runs no more commands.
log_shims() {
    on_node "$1" sed -i -e "\$a REAPER_SHIM_LOG=$shim_log" -e '/^REAPER_SHIM_LOG=/d' /etc/reaper/reaper.conf
}

apply_runtime_class() {
    kubectl_here apply -f "$repo/kubernetes/runtimeclass.yaml"
    # A containerd that was away for a while makes the kubelet say NotReady.
    kubectl_here wait --for=condition=Ready nodes --all --timeout=120s \
        || die "a node is not Ready: see kubectl describe nodes, and journalctl -u containerd there"
}

# Writes the image of the tests, which no registry has, to file $1.
write_image() {
    run_maven test --quiet --projects src-test-k8s --also-make -Dring=image "-Dreaper.image=$1"
}

# Runs the suite against the cluster of kubeconfig $1 with the command $2 as a shell of its node {node}, the programs
# of directory $3, and the remaining arguments for Maven.
run_suite() {
    local kubeconfig=$1 shell=$2 from=$3
    shift 3
    say "running src-test-k8s; reports: src-test-k8s/target/test-reports/cluster"
    run_maven test --projects src-test-k8s --also-make -Dring=cluster "-Dreaper.bin=$from" "$@" -- \
        "REAPER_KUBECONFIG=$kubeconfig" "REAPER_NODE_SHELL=$shell"
}

# Maven with the arguments before "--" and the variables behind it.
run_maven() {
    local arguments=() variables=()
    if [ -z "$dry_run" ]; then
        find_jdk
        variables+=("JAVA_HOME=$JAVA_HOME")
    fi
    variables+=("MAVEN_OPTS=--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}")
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        arguments+=("$1")
        shift
    done
    [ $# = 0 ] || variables+=("${@:2}")
    run env "${variables[@]}" mvn -f "$repo/pom.xml" --batch-mode --no-transfer-progress -Dstyle.color=never \
        "${arguments[@]}" </dev/null
}

# Runs a command for the logs: into file $1, and whatever becomes of it.
into() {
    local file=$1
    shift
    if [ -n "$dry_run" ]; then
        printf '%s >%s\n' "$("$@")" "$file"
    else
        "$@" >"$file" 2>&1 || say "not collected: $file ($(tail -n 1 "$file"))"
    fi
}

# What is known of the cluster's pods and of the nodes that follow directory $1, as files in it.
collect_logs() {
    local directory=$1 node
    shift
    [ -n "$dry_run" ] || mkdir -p "$directory"
    into "$directory/nodes.txt" kubectl_here describe nodes
    into "$directory/pods.txt" kubectl_here describe pods --all-namespaces
    into "$directory/events.txt" kubectl_here get events --all-namespaces --sort-by=.lastTimestamp
    for node; do
        into "$directory/$node-shim.log" on_node "$node" cat "$shim_log"
        into "$directory/$node-containerd.toml" on_node "$node" cat /etc/containerd/config.toml
        into "$directory/$node-containerd.log" on_node "$node" journalctl --unit containerd --no-pager --lines 5000
    done
}
