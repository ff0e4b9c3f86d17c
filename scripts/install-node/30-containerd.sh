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
