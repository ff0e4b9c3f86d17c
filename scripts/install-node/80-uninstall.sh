# ---- uninstall ----
# The way back as a whole; with --uninstall the script ends here. The configuration first, then the restart, and the
# programs last: as long as the handler is there, they are.
# Takes: uninstall, force, dry, prefix, shim, settings, restart, handler; config, flavour, drop_in, made, begin, pending,
#        settled, work, $work/settings.
# Sets:  target: the file at work, for a message on failure; $work/old: the dump before any change

if [ -n "$uninstall" ]; then
    # shellcheck disable=SC2010 # the links' targets are what is looked for
    if [ -z "$force" ] && ls -l /proc/[0-9]*/exe 2>/dev/null | grep -q -- "-> $(readlink -f "$prefix/bin")/$shim"; then
        die "containers of Reaper run on this node: drain it (kubectl drain), or use --force and end them by hand"
    fi
    nothing=1 changed=''
    dump "$config" "$work/old" || : >"$work/old"
    for file in "$config" "$drop_in" "$(dirname "$config")/config.toml.tmpl" "$(dirname "$config")/config-v3.toml.tmpl"; do
        has_block "$file" || continue
        target=$file
        without_block "$file" "$work/new"
        if [ "$file" = "$config" ]; then
            if ! cmp -s "$made" "$work/new"; then
                try "$work/new" "$work/after" || die "$file without the block is not accepted: $(last_error)"
                [ -z "$(tables "$work/after")" ] || die "$file has more tables of $handler outside of the block: remove them first"
            fi
            # k3s writes this file anew at each start
            [ "$flavour" = containerd ] || continue
        fi
        nothing=''
        if [ -n "$dry" ]; then
            show_change "$work/new" "$file"
            continue
        fi
        [ -n "$changed" ] || write_config
        changed=1
        if grep -q "^$begin.*; new file" "$file" && { [ ! -s "$work/new" ] || cmp -s "$made" "$work/new" || [ "$file" != "$config" ]; }; then
            take_away "$file"
            say "removed $file"
        else
            place "$work/new" "$file" 0644
            say "removed the block from $file"
        fi
        if [ -e "$file.before-reaper" ] && { [ ! -e "$file" ] || cmp -s "$file" "$file.before-reaper"; }; then
            take_away "$file.before-reaper"
        fi
    done
    if [ -s "$work/old" ] && [ -z "$changed$dry" ] && [ -n "$(runtime_type "$work/old")" ]; then
        say "the handler $handler in containerd's configuration was not written by this script: left there"
    fi
    if [ -n "$changed" ] || { [ -z "$dry" ] && [ -e "$pending" ] && [ "$restart" != none ]; }; then
        go_live "$work/old"
    fi
    for file in "$prefix/bin/$shim" "$prefix/bin/reaper-runtime" "$settings"; do
        [ -e "$file" ] || continue
        if [ "$file" = "$settings" ] && ! cmp -s "$settings" "$work/settings"; then
            say "left there, since it is not as this script writes it: $settings"
            continue
        fi
        nothing=''
        if [ -n "$dry" ]; then
            say "would remove $file"
        else
            take_away "$file"
            say "removed $file"
        fi
    done
    [ -n "$dry" ] || eval "rm -f $settled"
    undo=''
    [ -n "$dry" ] || [ -e "$settings" ] || rmdir "$(dirname "$settings")" 2>/dev/null || :
    if [ -n "$nothing" ]; then say "nothing to do: not installed"; elif [ -z "$dry" ]; then say "uninstalled"; fi
    exit 0
fi
