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
