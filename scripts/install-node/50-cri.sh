# ---- restarts, and what CRI says after them ----
# Functions; nothing is done here. Where one takes a dump, it is to know at which address that containerd listens.
# Takes: containerd, handler, wait, restart, work; $work/old, the dump before any change, for restart_again.
# Sets:  restarted: 1 once containerd was restarted, so that the way back does it again
#        state: what await_cri saw last; ctr
# Prints where the containerd of dump $1 listens.

address() {
    awk '{ sub(/^[ \t]+/, "") } /^\[/ { grpc = $0 == "[grpc]" }
         grpc && /^address = / { gsub(/^address = |["\047]/, ""); print; exit }' "$1"
}
# Prints of the containerd of dump $1: ok, bad, silent (it does not answer) or unknown (nothing to ask with).
cri_state() {
    ctr=$(dirname "$containerd")/ctr
    [ -x "$ctr" ] || ctr=$(command -v ctr) || { echo unknown; return; }
    "$ctr" --address "$(address "$1")" --connect-timeout 3s plugins ls 2>/dev/null 9>&- | awk '
        $1 == "io.containerd.grpc.v1" && $2 == "cri" { ok = 1 }
        ($1 == "io.containerd.grpc.v1" && $2 == "cri") || $1 == "io.containerd.cri.v1" { if ($NF != "ok") bad = 1 }
        NR > 1 { answered = 1 }
        END { print !answered ? "silent" : ok && !bad ? "ok" : "bad" }'
}
# Waits, for a limited time, until containerd answers and CRI is in order.
await_cri() {
    until=$(($(date +%s) + wait))
    while :; do
        state=$(cri_state "$1")
        case $state in
            ok) return 0 ;;
            unknown) say "no ctr to ask whether CRI is in order: look with crictl info"; return 0 ;;
        esac
        [ "$(date +%s)" -lt "$until" ] || return 1
        sleep 1
    done
}
# Fails when crictl is there and does not list the handler in the containerd of dump $1.
crictl_lists_handler() {
    command -v crictl >/dev/null 2>&1 || return 0
    crictl --runtime-endpoint "unix://$(address "$1")" info >"$work/info" 2>/dev/null || return 0
    grep -q "\"$handler\"" "$work/info"
}
restarted=''
restart_containerd() {
    say "restarting: $restart"
    restarted=1
    sh -c "$restart" 9>&-
}
# Of the way back: with the old configuration in place again.
restart_again() {
    [ -n "$restarted" ] || return 0
    say "restarting with the old configuration" >&2
    restart_containerd && await_cri "$work/old" && return 0
    say "containerd is not in order with its old configuration: journalctl -u containerd" >&2
    return 1
}
