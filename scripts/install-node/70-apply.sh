# ---- what both ways share: the lock, the restart, what is said ----
# Takes: config, restart, uninstall, dry, handler, type, prefix, wait, state, work.
# Sets:  file descriptor 9, the lock; programs that stay must not inherit it: 9>&-
#        pending: a file that is there from the first change of the configuration until containerd is back with it
#        $work/settings: the text of a new settings file
# Two of these at the same time would undo each other's work.

if [ -z "$dry" ] && command -v flock >/dev/null 2>&1; then
    exec 9>/run/reaper-install.lock
    flock -w 300 9 || die "another install-node.sh is at work on this node"
fi
pending=$(dirname "$config")/.reaper-restart-pending
# Restarts containerd on its new configuration and looks that all is well; $1 is a dump which tells its address.
go_live() {
    if [ "$restart" = none ]; then
        say "restart containerd for this to take effect"
        return
    fi
    restart_containerd || die "this failed: $restart"
    await_cri "$1" || die "containerd does not answer or its CRI plugin is not in order $wait s after the restart ($state)"
    [ -n "$uninstall" ] || crictl_lists_handler "$1" || die "crictl info does not list $handler after the restart"
    if [ -z "$uninstall" ]; then
        dump "$config" "$work/live" || die "$config: $(last_error)"
        [ "$(runtime_type "$work/live")" = "$type" ] || die "$handler is not in $config after the restart"
    fi
    rm -f "$pending"
    say "containerd is back"
}
# Says what would be written into $2, where $1 is the new text.
show_change() {
    say "would change $2:"
    old=/dev/null
    [ ! -e "$2" ] || old=$2
    diff -u "$old" "$1" || [ $? = 1 ] || cat "$1"
}
write_config() {
    restarting=''
    [ "$restart" = none ] || restarting=1
    undoing restart_again
    if [ -n "$restarting" ]; then
        undoing "rm -f '$pending'"
        : >"$pending"
    fi
}
settings_text() {
    echo '# written by install-node.sh'
    echo 'REAPER_ISOLATION=host'
    [ "$prefix" = /usr/local ] || echo "REAPER_RUNTIME_PATH=$prefix/bin/reaper-runtime"
}
settings_text >"$work/settings"
