# ---- install: the new configuration, made and tried ----
# Takes: config, containerd, version, format, cri, mode, target, made, note, handler, type, runtime_path, begin;
#        $work/base.
# Sets:  foreign: the type of a handler of this name that is there and not by this script, or ''
#        $work/block; $work/old and $work/after: what containerd reads before and after the change
#        $work/new: the text of target, if foreign is ''

{
    [ "$mode" != drop-in ] || printf 'version = %s\n' "$format"
    printf '[%s.containerd.runtimes.%s]\n  runtime_type = "%s"\n' "$cri" "$handler" "$type"
    [ -z "$runtime_path" ] || printf '  runtime_path = "%s"\n' "$runtime_path"
    printf '  pod_annotations = ["reaper.runtime/*"]\n'
} >"$work/block"

if [ -e "$config" ]; then
    try "$work/base" "$work/old" || die "$config is not accepted as it is: $(last_error)"
else
    "$containerd" config default >"$work/old" 2>"$work/error" || die "$containerd config default: $(last_error)"
fi
# Makes $work/new, the text of the target, and $work/after, the dump that it leads to.
make_new() {
    case $mode in
        block)
            with_block "$work/base" "$work/new" "$note"
            try "$work/new" "$work/after" ;;
        template)
            without_block "$target" "$work/template"
            template_note=''
            if [ ! -e "$target" ] || grep -q "^$begin.*; new file" "$target"; then
                cat "$made" >"$work/template"
                template_note='; new file'
            fi
            with_block "$work/template" "$work/new" "$template_note"
            with_block "$work/base" "$work/main"
            try "$work/main" "$work/after" ;;
        drop-in)
            with_block "$made" "$work/new" '; new file'
            cat "$work/new" >"$work/drop-in.toml"
            sed "s|^\\([ 	]*imports[ 	]*=[ 	]*\\[\\)|\\1\"$work/drop-in.toml\", |" "$config" >"$work/main"
            try "$work/main" "$work/after" ;;
    esac
}
changes_nothing_else() {
    tables "$work/old" others >"$work/old-others"
    tables "$work/after" others >"$work/after-others"
    cmp -s "$work/old-others" "$work/after-others"
}
foreign=$(runtime_type "$work/old")
if has_block "$target"; then foreign=''; fi
case $foreign in
    '')
        [ "$mode" != drop-in ] || [ ! -e "$target" ] || has_block "$target" ||
            die "$target is there and not of this script: move it away"
        make_new || die "containerd does not accept the new configuration: $(last_error)"
        if ! changes_nothing_else && [ "${version%%.*}" = 1 ]; then
            # containerd 1.x: the first runtime in the file replaces those that it has by default
            awk 'NR == FNR { if (/^[ \t]*\[/) { sub(/^[ \t]+/, ""); there[$0] = 1 } next }
                 /^[ \t]*\[/ { name = $0; sub(/^[ \t]+/, "", name); copy = name ~ /\.containerd\.runtimes\./ && !(name in there) }
                 copy && NF { sub(/^[ \t]+/, ""); print (/^\[/ ? "" : "  ") $0 }' "$work/after" "$work/old" >"$work/defaults"
            cat "$work/defaults" >>"$work/block"
            make_new || die "containerd does not accept the new configuration: $(last_error)"
        fi
        [ "$(runtime_type "$work/after")" = "$type" ] ||
            die "$handler does not show in 'containerd config dump' with the new configuration: are there tables of another" \
                "configuration version in $config, or an import that replaces the whole section?"
        changes_nothing_else || {
            diff "$work/old-others" "$work/after-others" >&2 || :
            die "the new configuration would change more than $handler (see above)"
        } ;;
    "$type") ;;
    *) die "the handler $handler is there with runtime_type $foreign: choose another --handler" ;;
esac
