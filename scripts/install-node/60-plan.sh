# ---- the plan: nothing is changed yet ----
# Decides which file gets the handler, in which format, and refuses what cannot work.
# Takes: config, containerd, flavour, version, handler, uninstall, restart, work.
# Sets:  format: the version that the configuration says; cri: the section of CRI in such a one
#        mode, target: the file to change: block (in config), drop-in (beside it) or template (of k3s and rke2)
#        drop_in: the file that would be the drop-in, or ''; made: what a file of ours holds beside the block
#        note: what the block says of the file; $work/base: the configuration without the block
#        restart: no longer ''
# Gives: try, by which containerd reads file $1 as if it were the configuration, and its dump is written into $2

if [ -e "$config" ]; then
    disabled=$(head_of "$config" | sed '/^[ 	]*#/d' | tr '\n' ' ' | sed -n 's/.*disabled_plugins *= *\[\([^]]*\)\].*/\1/p')
    case $disabled in
        *[\"\']cri[\"\']* | *io.containerd.grpc.v1.cri* | *io.containerd.cri.v1.*)
            [ -n "$uninstall" ] || die "$config: disabled_plugins turns CRI off, Kubernetes cannot use this containerd" \
                "(Docker's package ships it so). Take \"cri\" out, or write the file anew: $containerd config default >$config" ;;
    esac
    format=$(file_version "$config")
else
    [ "$flavour" = containerd ] || die "$config is not there: start $flavour once"
    format=2
    [ "${version%%.*}" = 1 ] || format=3
fi
case $format in
    '' | 0 | 1) [ -n "$uninstall" ] ||
        die "$config has no 'version = 2' before its first table, which makes it a version 1 file: rewrite it with the" \
            "long names of plugins (containerd 2: '$containerd --config $config config migrate' prints it), or anew:" \
            "$containerd config default >$config" ;;
    2) cri='plugins."io.containerd.grpc.v1.cri"' ;;
    3 | 4)
        [ "${version%%.*}" != 1 ] || die "$config says version = $format: containerd $version ignores the CRI tables of" \
            "such a file. Write one of version 2: $containerd config default >$config"
        cri='plugins."io.containerd.cri.v1.runtime"' ;;
    *) die "$config says version = $format, which this script does not know: a newer install-node.sh is needed" ;;
esac

# The text of a file is tried under the file's own name, in a directory that looks like the file's.
mkdir "$work/etc"
for entry in "$(dirname "$config")"/* "$(dirname "$config")"/.[!.]*; do
    [ ! -e "$entry" ] || ln -s "$entry" "$work/etc/"
done
staged=$work/etc/$(basename "$config")
try() {
    rm -f "$staged"
    cat "$1" >"$staged"
    dump "$staged" "$2"
}

# Prints the directories DIR of the file's imports "DIR/*.toml".
import_directories() {
    [ -e "$config" ] || return 0
    head_of "$config" | sed '/^[ 	]*#/d' | tr '\n' ' ' | sed -n 's/.*imports *= *\[\([^]]*\)\].*/\1/p' | tr ',' '\n' |
        sed -n "s|^ *[\"']\(.*\)/\*\.toml[\"'] *\$|\1|p" | while read -r found || [ -n "$found" ]; do
        case $found in
            /*) printf '%s\n' "$found" ;;
            *) printf '%s/%s\n' "$(dirname "$config")" "$found" ;;
        esac
    done
}
drop_in=$(import_directories | sed -n 1p)
drop_in=${drop_in:+$drop_in/$handler.toml}
case $drop_in in
    *[!A-Za-z0-9._+/-]*) die "$config imports $drop_in: letters, digits and ._+/- only" ;;
esac
template=$(dirname "$config")/config.toml.tmpl
[ "$format" = 2 ] || template=$(dirname "$config")/config-v3.toml.tmpl

# What a file that this script makes holds beside the block.
made=$work/made
mode=block target=$config
printf '# made by install-node.sh; all that is not here is as containerd has it by default\nversion = %s\n' "$format" >"$made"
if [ -n "$drop_in" ] && [ "${version%%.*}" -ge 2 ] && ! has_block "$config"; then
    mode=drop-in target=$drop_in
    : >"$made"
elif [ "$flavour" != containerd ]; then
    mode=template target=$template
    printf '{{ template "base" . }}\n' >"$made"
fi
without_block "$config" "$work/base"
note=''
if [ "$mode" = block ] && { [ ! -e "$config" ] || { has_block "$config" && cmp -s "$made" "$work/base"; }; }; then
    cat "$made" >"$work/base"
    note='; new file'
fi

if [ -n "$restart" ]; then
    :
elif [ "$flavour" = containerd ]; then
    restart='systemctl restart containerd'
else
    for candidate in "$flavour" "$flavour-agent" "$flavour-server"; do
        if systemctl is-active --quiet "$candidate" 2>/dev/null; then restart="systemctl restart $candidate"; fi
    done
    [ -n "$restart" ] || die "no unit $flavour, $flavour-agent or $flavour-server is active: say how to restart it with" \
        "--restart-command, or --no-restart"
fi
