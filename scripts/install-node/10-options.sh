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
