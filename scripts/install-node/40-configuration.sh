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
