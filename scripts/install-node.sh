#!/bin/sh
# Installs Reaper on a Kubernetes node: two programs, a handler in containerd's configuration, a restart.
# Needs sh (dash, busybox), awk, sed, cmp and containerd; no other file of the repository.
# Joined from scripts/install-node/*.sh by scripts/join-install-node.sh: edit those, this file is written anew.

# ---- options ----
# What the user asks for, checked, and how the script speaks. Nothing of the node is looked at yet.
# Takes: the arguments.
# Sets:  shim, type: the program's and the runtime's name, fixed
#        programs, config, containerd: as given, or '': the parts that look for them fill them in
#        prefix (absolute, no / at the end), handler, settings, wait (seconds)
#        restart: a command for sh, none, or '' for the flavour's own
#        dry, uninstall, force: 1 or ''

set -eu

usage() {
    cat <<'T'
usage: install-node.sh [--programs DIR] [--prefix DIR] [--handler NAME] [--config FILE] [--containerd PROGRAM]
                       [--settings FILE] [--no-restart | --restart-command CMD] [--wait SECONDS] [--dry-run] [--uninstall [--force]]

As root on a node. Puts reaper-runtime and containerd-shim-reaper-v2 into PREFIX/bin, adds a handler to containerd's
configuration, writes /etc/reaper/reaper.conf if there is none, and restarts containerd if its configuration changed.
The new configuration is shown to `containerd config dump` before it is used, and whatever fails leaves everything as
it was. Run again, it does what is missing, or nothing. On k3s and rke2 it uses their drop-in directory or template.

  --programs DIR         where the two programs are; default: this script's directory, else ../target/native
  --prefix DIR           default /usr/local
  --handler NAME         of the RuntimeClass; default reaper-v2
  --config FILE          default: what containerd's systemd unit names, else /etc/containerd/config.toml
  --containerd PROGRAM   default: the unit's, else the containerd of PATH
  --settings FILE        default /etc/reaper/reaper.conf
  --no-restart           leave the restart to the caller
  --restart-command CMD  for sh; default: systemctl restart containerd (or k3s, k3s-agent, rke2-server, rke2-agent)
  --wait SECONDS         for CRI to be back after a restart; default 60
  --dry-run              say what would be done, change nothing
  --uninstall            the way back: configuration, restart, programs; refused while containers of Reaper run
  --force                uninstall in spite of them
T
}

say() { printf 'install-node: %s\n' "$*"; }
die() { printf 'install-node: %s\n' "$*" >&2; exit 1; }

shim='containerd-shim-reaper-v2'
type=io.containerd.reaper.v2
programs='' prefix=/usr/local handler=reaper-v2 config='' containerd='' settings=/etc/reaper/reaper.conf
restart='' wait=60 dry='' uninstall='' force=''
while [ $# -gt 0 ]; do
    case $1 in
        --programs | --prefix | --handler | --config | --containerd | --settings | --restart-command | --wait)
            if [ $# -lt 2 ] || [ -z "$2" ]; then die "$1 needs a value"; fi
            case $1 in
                --programs) programs=$2 ;;
                --prefix) prefix=$2 ;;
                --handler) handler=$2 ;;
                --config) config=$2 ;;
                --containerd) containerd=$2 ;;
                --settings) settings=$2 ;;
                --restart-command) restart=$2 ;;
                --wait) wait=$2 ;;
            esac
            shift ;;
        --no-restart) restart=none ;;
        --dry-run) dry=1 ;;
        --uninstall) uninstall=1 ;;
        --force) force=1 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown argument: $1" ;;
    esac
    shift
done
# absolute, and nothing in it that TOML, sh or a settings file would read in another way
case $prefix in
    /*) ;;
    *) die "--prefix '$prefix': an absolute directory is needed" ;;
esac
case $prefix in
    *[!A-Za-z0-9._+/-]*) die "--prefix '$prefix': letters, digits and ._+/- only" ;;
esac
prefix=${prefix%/}
case $handler in
    '' | -* | *- | *[!a-z0-9-]*) die "--handler '$handler': lower case letters, digits and - inside only" ;;
    runc) die "--handler runc: that one is containerd's own" ;;
esac
case $wait in
    '' | *[!0-9]* | ?????*) die "--wait '$wait': a number of seconds is needed" ;;
esac
[ "$(id -u)" = 0 ] || die "must be run as root (sudo $0 …)"

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

# ---- containerd: program, configuration, version ----
# Finds the containerd that the kubelet uses: that of k3s or rke2, else the one of systemd's unit, else the one of PATH.
# Takes: config, containerd: the user's, or ''; settings, work.
# Sets:  flavour: containerd, k3s or rke2
#        containerd: the program; config: its file, absolute, without links, perhaps not there yet
#        version: of the program, 1.7.24 for example
# Prints the value of the option --config or -c in a command line.

config_option() {
    printf '%s\n' "$*" | tr ' ' '\n' | awk '
        found { print; exit }
        /^(--config|-c)=/ { sub(/^[^=]*=/, ""); print; exit }
        $0 == "--config" || $0 == "-c" { found = 1 }'
}
flavour=containerd
if [ -z "$config" ]; then
    for rancher in k3s rke2; do
        if [ -e "/var/lib/rancher/$rancher/agent/etc/containerd/config.toml" ]; then
            config=/var/lib/rancher/$rancher/agent/etc/containerd/config.toml
        fi
    done
fi
case $config in
    */agent/etc/containerd/config.toml)
        flavour=k3s
        data=${config%/agent/etc/containerd/config.toml}
        case $data in *rke2*) flavour=rke2 ;; esac
        for candidate in "$data/data/current/bin" "$data/bin" "$data"/data/*/bin; do
            [ -n "$containerd" ] || [ ! -x "$candidate/containerd" ] || containerd=$candidate/containerd
        done
        [ -n "$containerd" ] || die "no containerd in $data/data/current/bin or $data/bin: name it with --containerd" ;;
    *)
        unit=$(systemctl cat containerd 2>/dev/null | sed -n 's/^ExecStart=[-@:+!]*//p' | sed -n '$p') || unit=''
        [ -n "$config" ] || config=$(config_option "$unit")
        [ -n "$containerd" ] || containerd=${unit%% *}
        [ -n "$containerd" ] || containerd=$(command -v containerd) || {
            for other in /etc/k0s /var/snap/microk8s; do
                [ ! -d "$other" ] || die "$other: this node's containerd is not one of its own; docs/kubernetes.md says" \
                    "what to write there by hand"
            done
            die "no containerd in PATH: is this a node? Name it with --containerd"
        }
        config=${config:-/etc/containerd/config.toml} ;;
esac
config=$(readlink -f "$config") || die "--config: the directory of the file is not there"
case $config$settings in
    *[!A-Za-z0-9._+/-]*) die "$config, $settings: letters, digits and ._+/- only" ;;
esac
version=$("$containerd" --version 2>"$work/error") || die "$containerd does not run: $(cat "$work/error")"
version=$(printf '%s\n' "$version" | awk '{ sub(/^v/, "", $3); sub(/[-~+].*/, "", $3); print $3 }')
case $version in
    1.[6-9].* | [2-9].* | [1-9][0-9].*) ;;
    *) die "$containerd is version '$version': 1.6 or later is needed" ;;
esac

# ---- reading and writing a configuration ----
# Functions; nothing is done here. What a file of configuration says, by itself and as containerd understands it; and the block of the
# handler in such a file, put in and taken out.
# Takes: containerd, handler, work; $work/block, the block's text, for with_block.
# Sets:  begin, end: the lines around the block; $work/error: what containerd said last
#        note: with_block changes it
# Prints what is written before the first table of file $1.

head_of() { tr -d '\r' <"$1" | awk '/^[ \t]*\[/ { exit } { print }'; }
# Prints the version that file $1 says it has; nothing if it says none.
file_version() {
    head_of "$1" | sed -n "s/^[ 	]*[\"']\{0,1\}version[\"']\{0,1\}[ 	]*=[ 	]*\([0-9]*\).*/\1/p" | sed -n 1p
}
# Writes the configuration that containerd reads from file $1 into $2, as containerd prints it.
dump() { "$containerd" --config "$1" config dump >"$2" 2>"$work/error"; }
last_error() { sed -n '$p' "$work/error"; }
# Of a dump $1: the lines of the handler's tables, or with $2 = others those of all else; neither indented.
tables() {
    awk -v handler="$handler" -v others="${2:-}" '
        { sub(/^[ \t]+/, "") }
        /^$/ || /^imports = / { next }
        /^\[/ { name = $0; gsub(/["\047]/, "", name); ours = index(name, ".containerd.runtimes." handler "]") || index(name, ".containerd.runtimes." handler ".") }
        (others == "") == (ours == 1 || ours > 1) { print }' "$1"
}
# Prints the runtime_type that the handler has in dump $1.
runtime_type() { tables "$1" | sed -n "s/^runtime_type = [\"']\(.*\)[\"']\$/\1/p" | sed -n 1p; }

# ---- the block in such a file ----
begin="# BEGIN reaper handler $handler "
end="# END reaper handler $handler"
has_block() { [ -f "$1" ] && awk -v begin="$begin" 'index($0, begin) == 1 { found = 1 } END { exit !found }' "$1"; }
# Writes file $1 without the block into $2, byte for byte what it was before.
without_block() {
    if ! has_block "$1"; then
        if [ -e "$1" ]; then cat "$1" >"$2"; else : >"$2"; fi
        return
    fi
    awk -v begin="$begin" -v end="$end" -v flag="$work/no-newline" '
        index($0, begin) == 1 { if (inside) exit 1; inside = 1; joined = /no newline before/; next }
        inside && index($0, end) == 1 { inside = 0; next }
        !inside { print; if (joined) after = 1 }
        END { if (inside) exit 1; if (joined && !after) printf "" >flag }' "$1" >"$2" ||
        die "$1: the block '$begin…' has no end '$end': remove it by hand"
    if [ -e "$work/no-newline" ]; then
        rm "$work/no-newline"
        printf %s "$(cat "$2")" >"$work/joined"
        mv "$work/joined" "$2"
    fi
}
# Writes file $1 with the block after it into $2; $3 is what else the block says of the file.
with_block() {
    cat "$1" >"$2"
    note=${3:-}
    if [ -s "$1" ] && [ -n "$(tail -c 1 "$1")" ]; then
        echo >>"$2"
        note="$note; no newline before"
    fi
    {
        printf '%s(install-node.sh --uninstall removes it%s)\n' "$begin" "$note"
        cat "$work/block"
        printf '%s\n' "$end"
    } >>"$2"
}

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

# ---- install: the programs ----
# Which of the two programs are to be copied, whether they run on this node, and whether containerd will find the shim.
# Takes: programs ('': looked for here), prefix, shim, version, work.
# Sets:  programs; replace: the names of those that are missing or differ
#        runtime_path: of the handler's table, or '' where containerd's PATH leads to the shim

here=$(cd "$(dirname "$0")" && pwd)
if [ -z "$programs" ]; then
    for programs in "$here" "$here/../target/native" "$prefix/bin"; do
        [ ! -e "$programs/$shim" ] || [ ! -e "$programs/reaper-runtime" ] || break
    done
fi
# Runs program $1 to see whether it was built for this machine's processor and libc. A copy that may not be executed
# (its mode, or a file system mounted noexec) is run from elsewhere.
check_program() {
    run=$1
    if [ ! -x "$run" ]; then
        run=$work/$(basename "$1")
        cp "$1" "$run"
        chmod 0755 "$run"
    fi
    flag=--version
    [ "$(basename "$1")" != "$shim" ] || flag=-v
    "$run" "$flag" >"$work/output" 2>&1 9>&- || die "$1 does not run here ($(uname -m)): $(sed -n 1p "$work/output")"
}
replace=''
for program in reaper-runtime "$shim"; do
    [ -f "$programs/$program" ] || die "no $program in $programs: name the programs' directory with --programs"
    check_program "$programs/$program"
    cmp -s "$programs/$program" "$prefix/bin/$program" && [ -x "$prefix/bin/$program" ] || replace="$replace $program"
done

# PATH of containerd, as it runs or as systemd gives it.
containerd_path() {
    pid=$(systemctl show --property MainPID --value containerd 2>/dev/null) || pid=0
    if [ "${pid:-0}" = 0 ]; then
        for entry in /proc/[0-9]*; do
            { read -r name <"$entry/comm"; } 2>/dev/null || continue
            [ "$name" != containerd ] || pid=${entry#/proc/}
        done
    fi
    found=''
    [ "${pid:-0}" = 0 ] || found=$({ tr '\0' '\n' <"/proc/$pid/environ"; } 2>/dev/null | sed -n 's/^PATH=//p')
    printf '%s\n' "${found:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}"
}
runtime_path=''
case :$(containerd_path): in
    *:"$prefix/bin":*) ;;
    *)
        case $version in
            1.6.? | 1.6.1? | 1.6.20)
                say "warning: $prefix/bin is not in containerd's PATH, and containerd $version knows no runtime_path: pods will" \
                    "not start. Use --prefix /usr/local, or give containerd's unit an Environment=PATH=…" ;;
            *) runtime_path=$prefix/bin/$shim ;;
        esac ;;
esac

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
