# ---- install: what is missing, done ----
# Takes: programs, prefix, handler, settings, restart, dry; replace, foreign, target, pending, settled; $work/new,
#        $work/old, $work/after, $work/settings.
# Sets:  nothing, write: whether there was something to do, and whether for containerd: 1, restart (only that) or ''

nothing=1 write=''
if [ -n "$foreign" ]; then
    say "the handler $handler is in containerd's configuration already"
elif ! cmp -s "$work/new" "$target"; then
    write=1
elif [ -e "$pending" ] && [ "$restart" != none ]; then
    say "an earlier run ended before containerd was restarted"
    write=restart
fi
if [ -n "$write" ] && [ "$restart" != none ] && [ "$(cri_state "$work/old")" = bad ]; then
    die "CRI of the running containerd is out of order before any change (ctr plugins ls): mend that first"
fi
for program in $replace; do
    nothing=''
    if [ -n "$dry" ]; then
        say "would install $prefix/bin/$program"
    else
        place "$programs/$program" "$prefix/bin/$program" 0755
        say "installed $prefix/bin/$program"
    fi
done
if [ ! -e "$settings" ]; then
    nothing=''
    if [ -n "$dry" ]; then
        say "would write $settings:"
        cat "$work/settings"
    else
        place "$work/settings" "$settings" 0644
        say "wrote $settings"
    fi
elif [ "$prefix" != /usr/local ] && ! grep -qx "REAPER_RUNTIME_PATH=$prefix/bin/reaper-runtime" "$settings"; then
    say "warning: $settings does not say REAPER_RUNTIME_PATH=$prefix/bin/reaper-runtime: the shim will not use that one"
fi
if [ -n "$write" ]; then
    nothing=''
    if [ -n "$dry" ]; then
        [ "$write" = restart ] || show_change "$work/new" "$target"
        [ "$restart" = none ] || say "would run: $restart"
    else
        write_config
        if [ "$write" = 1 ]; then
            if [ -e "$target" ] && ! has_block "$target"; then
                place "$target" "$target.before-reaper" 0600
            fi
            place "$work/new" "$target" 0644
            say "added $handler to $target"
        fi
        go_live "$work/after"
    fi
fi
[ -n "$dry" ] || eval "rm -f $settled"
undo=''
if [ -n "$nothing" ]; then say "nothing to do"; elif [ -z "$dry" ]; then say "installed"; fi
