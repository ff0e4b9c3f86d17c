# ---- what was changed, and how it is undone ----
# Every change of a file goes through place, take_away or make_directory, which note the way back. When the script ends
# with another status than 0, or by a signal, that way is gone.
# Takes: target, of the plan, for a message.
# Sets:  work: a directory for files in between, removed at the end
#        undo: the way back; '' says that all went well
#        settled: copies for the way back, for whoever empties undo to remove

work=$(mktemp -d "${TMPDIR:-/tmp}/reaper-install.XXXXXX")
undo='' # lines for sh, the last one to be run first
undoing() { undo="{ $1; } || bad=1
$undo"; }
finish() {
    status=$?
    trap - EXIT
    trap : HUP INT TERM
    if [ "$status" != 0 ] && [ -n "$undo" ]; then
        bad=''
        if (set +e; eval "$undo"; [ -z "$bad" ]); then
            say "failed: everything is as it was" >&2
        else
            say "failed, and not all could be undone: see above, and the copy $target.before-reaper" >&2
        fi
    fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Puts file $1 in the place of $2: written beside it and renamed. $3 is the mode of a new one; one that is there keeps
# mode and owner. Undone on failure.
place() {
    new=$(dirname "$2")/.$(basename "$2").reaper-new
    old=$(dirname "$2")/.$(basename "$2").reaper-old
    make_directory "$(dirname "$2")"
    rm -f "$new" "$old"
    undoing "rm -f '$new' '$old'"
    if [ -e "$2" ]; then
        ln "$2" "$old"
        undoing "[ ! -e '$old' ] || mv -f '$old' '$2'"
        cp -p "$2" "$new"
    else
        undoing "rm -f '$2'"
        : >"$new"
        chmod "$3" "$new"
    fi
    cat "$1" >"$new"
    [ "$3" != 0755 ] || chmod 0755 "$new"
    sync "$new" 2>/dev/null || sync
    mv -f "$new" "$2"
    settled="$settled '$old'"
}
# Takes file $1 away; undone on failure.
take_away() {
    old=$(dirname "$1")/.$(basename "$1").reaper-old
    rm -f "$old"
    undoing "[ ! -e '$old' ] || mv -f '$old' '$1'"
    mv -f "$1" "$old"
    settled="$settled '$old'"
}
make_directory() {
    [ ! -d "$1" ] || return 0
    make_directory "$(dirname "$1")"
    mkdir -m 0755 "$1"
    undoing "rmdir '$1'"
}
settled='' # copies for the way back, not needed once all went well
