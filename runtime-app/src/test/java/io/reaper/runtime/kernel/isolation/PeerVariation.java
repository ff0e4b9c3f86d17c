package io.reaper.runtime.kernel.isolation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One change to what {@code runc spec} writes. A mount namespace stays in all of them.
 *
 * @param change to the configuration
 * @param image what the image has besides
 */
record PeerVariation(String name, Consumer<ImageBundle> change, Consumer<ImageBundle> image) {

    private static final int DEVICE_MODE = 0640;

    void configure(ImageBundle bundle) {
        change.accept(bundle);
    }

    void fill(ImageBundle bundle) {
        image.accept(bundle);
    }

    @Override
    public String toString() {
        return name;
    }

    private static PeerVariation of(String name, Consumer<ImageBundle> change) {
        return new PeerVariation(name, change, _ -> {});
    }

    /** What both run. */
    static Stream<PeerVariation> all() {
        List<PeerVariation> all = new ArrayList<>();
        all.add(of("as it is", _ -> {}));
        namespaces(all);
        root(all);
        paths(all);
        devices(all);
        mounts(all);
        process(all);
        return all.stream();
    }

    /** What none creates. */
    static Stream<PeerVariation> refused() {
        return Stream.of(
                of("namespace twice", b -> b.own("pid")),
                of("unknown namespace", b -> b.own("nothing")),
                of("sysctl of the node", b -> sysctl(b, "vm.swappiness", "1")),
                of(
                        "sysctl without its namespace",
                        b -> {
                            b.inherit("network");
                            sysctl(b, "net.ipv4.ip_forward", "1");
                        }),
                of(
                        "host name without its namespace",
                        b -> {
                            b.inherit("uts");
                            b.config().put("hostname", "else");
                        }),
                of("source missing", b -> b.mount("/x", "bind", "/does/not/exist", "bind")),
                of("unknown file system", b -> b.mount("/x", "nofs", "none")),
                of("unknown option", b -> b.mount("/x", "tmpfs", "tmpfs", "frobnicate=1")),
                of("device of a wrong type", b -> device(b, "/dev/x", "q", 1, 3)),
                of("rootfs missing", b -> b.root().put("path", "nowhere")),
                new PeerVariation(
                        "a directory on a file",
                        b -> b.mount("/file", "tmpfs", "tmpfs"),
                        b -> b.file("file", "")),
                new PeerVariation(
                        "proc on a link",
                        b -> {
                            b.unmount("/proc");
                            b.mount("/proc", "proc", "proc");
                        },
                        b -> b.link("proc", "elsewhere")),
                of("a relative directory", b -> b.process().put("cwd", "tmp")),
                of("propagation of no kind", b -> b.linux().put("rootfsPropagation", "wide")));
    }

    private static void namespaces(List<PeerVariation> all) {
        List<String> types = List.of("pid", "network", "ipc", "uts");
        for (String type : types) {
            all.add(
                    of(
                            "without " + type,
                            b -> {
                                b.inherit(type);
                                if (type.equals("uts")) {
                                    b.config().remove("hostname");
                                }
                            }));
            all.add(
                    of(
                            type + " alone",
                            b -> {
                                types.stream().filter(t -> !t.equals(type)).forEach(b::inherit);
                                if (!type.equals("uts")) {
                                    b.config().remove("hostname");
                                }
                            }));
        }
        all.add(of("with cgroup", b -> b.own("cgroup")));
    }

    private static void root(List<PeerVariation> all) {
        all.add(of("writable root", b -> b.root().put("readonly", false)));
        all.add(of("absolute root", b -> b.root().put("path", b.rootfs().toString())));
        for (String kind : List.of("private", "slave", "shared", "rprivate", "rslave", "rshared")) {
            all.add(of("propagation " + kind, b -> b.linux().put("rootfsPropagation", kind)));
        }
        all.add(
                of(
                        "names",
                        b -> {
                            b.config().put("hostname", "a-name");
                            b.config().put("domainname", "a-domain");
                        }));
        all.add(
                of(
                        "sysctls",
                        b -> {
                            sysctl(b, "net.ipv4.ip_unprivileged_port_start", "7");
                            sysctl(b, "kernel.shm_rmid_forced", "1");
                            sysctl(b, "kernel.msgmax", "4096");
                            sysctl(b, "fs.mqueue.msg_max", "9");
                        }));
    }

    private static void paths(List<PeerVariation> all) {
        all.add(
                of(
                        "no protected paths",
                        b -> {
                            b.linux().remove("maskedPaths");
                            b.linux().remove("readonlyPaths");
                        }));
        all.add(
                new PeerVariation(
                        "masked paths of the image",
                        b -> {
                            b.root().put("readonly", false);
                            b.linux()
                                    .putArray("maskedPaths")
                                    .add("/masked-file")
                                    .add("/masked-directory")
                                    .add("/masked-directory/below")
                                    .add("/missing")
                                    .add("/to-masked");
                        },
                        b -> {
                            b.file("masked-file", "secret");
                            b.file("masked-directory/below", "secret");
                            b.file("else", "secret");
                            b.link("to-masked", "else");
                        }));
        all.add(
                new PeerVariation(
                        "read-only paths of the image",
                        b -> {
                            b.root().put("readonly", false);
                            b.linux()
                                    .putArray("readonlyPaths")
                                    .add("/made")
                                    .add("/file")
                                    .add("/missing")
                                    .add("/dev/shm");
                        },
                        b -> {
                            b.file("made/file", "");
                            b.file("file", "");
                        }));
    }

    private static void devices(List<PeerVariation> all) {
        all.add(
                of(
                        "devices of each type",
                        b -> {
                            device(b, "/dev/a-char", "c", 1, 5);
                            device(b, "/dev/unbuffered", "u", 1, 3);
                            device(b, "/dev/a-block", "b", 7, 200)
                                    .put("fileMode", DEVICE_MODE)
                                    .put("uid", 5)
                                    .put("gid", 6);
                            device(b, "/dev/a-fifo", "p", 0, 0).put("fileMode", DEVICE_MODE);
                            device(b, "/dev/new/below", "c", 1, 7);
                        }));
        all.add(
                of(
                        "a default device in another form",
                        b -> device(b, "/dev/urandom", "c", 1, 9).put("fileMode", 0600)));
        all.add(
                of(
                        "a device elsewhere",
                        b -> {
                            b.root().put("readonly", false);
                            device(b, "/made/below/null", "c", 1, 3);
                        }));
        all.add(of("the multiplexer as a device", b -> device(b, "/dev/ptmx", "c", 5, 2)));
    }

    private static void mounts(List<PeerVariation> all) {
        all.add(
                of(
                        "tmpfs",
                        b -> {
                            b.mount("/tmp", "tmpfs", "tmpfs", "size=64k", "mode=1700", "nodev");
                            b.mount("/a/b/c", "tmpfs", "name", "ro", "noexec", "noatime");
                            b.mount("/none", "tmpfs", "tmpfs");
                        }));
        all.add(
                new PeerVariation(
                        "tmpfs with what was there",
                        b -> {
                            b.mount("/made", "tmpfs", "tmpfs", "tmpcopyup", "mode=755");
                            b.mount("/cwd", "tmpfs", "tmpfs");
                        },
                        b -> {
                            b.file("made/file", "kept");
                            b.file("made/below/file", "kept");
                            b.link("made/link", "file");
                            b.file("cwd/file", "hidden");
                        }));
        all.add(
                new PeerVariation(
                        "binds",
                        b -> {
                            b.mount("/made", "bind", b.dir() + "/source", "bind", "ro");
                            b.mount("/rec", "none", b.dir() + "/source", "rbind", "nosuid");
                            b.mount("/file", "bind", b.dir() + "/source/file", "bind", "noexec");
                            b.mount("/rel", "", "source", "rbind", "rro", "rprivate");
                            b.mount("/etc/new/file", "bind", "source/file", "bind", "nodev", "ro");
                        },
                        b -> b.file("../source/file", "from the node")));
        all.add(
                of(
                        "propagation of mounts",
                        b -> {
                            b.mount("/p", "tmpfs", "tmpfs", "private");
                            b.mount("/s", "tmpfs", "tmpfs", "shared");
                            b.mount("/sl", "bind", b.dir().toString(), "rbind", "rslave");
                            b.mount("/u", "tmpfs", "tmpfs", "unbindable");
                        }));
        all.add(
                of(
                        "times and links",
                        b -> {
                            b.mount("/t1", "tmpfs", "tmpfs", "strictatime");
                            b.mount("/t2", "tmpfs", "tmpfs", "relatime", "nodiratime");
                            b.mount("/t3", "tmpfs", "tmpfs", "noatime", "atime");
                            b.mount("/t4", "tmpfs", "tmpfs", "nosymfollow", "sync", "dirsync");
                        }));
        all.add(
                new PeerVariation(
                        "over links of the image",
                        b -> {
                            b.root().put("readonly", false);
                            b.mount("/link", "tmpfs", "tmpfs");
                            b.mount("/out/below", "tmpfs", "tmpfs");
                            b.mount("/dangling", "tmpfs", "tmpfs");
                        },
                        b -> {
                            b.file("target/file", "");
                            b.link("link", "target");
                            b.link("out", "/../../../made");
                            b.link("dangling", "/made/later");
                        }));
        all.add(
                of(
                        "a read-only /dev",
                        b -> {
                            b.unmount("/dev");
                            ArrayNode rest = b.config().withArray("mounts").deepCopy();
                            b.config().putArray("mounts");
                            b.mount("/dev", "tmpfs", "tmpfs", "nosuid", "mode=755", "ro");
                            b.config().withArray("mounts").addAll(rest);
                        }));
        all.add(of("proc with options", b -> b.mount("/p2", "proc", "proc", "hidepid=2", "ro")));
        all.add(
                new PeerVariation(
                        "overlay",
                        b ->
                                b.mount(
                                        "/made",
                                        "overlay",
                                        "overlay",
                                        "lowerdir=" + b.rootfs() + "/l1:" + b.rootfs() + "/l2"),
                        b -> {
                            b.file("l1/one", "");
                            b.file("l2/two", "");
                        }));
    }

    private static void process(List<PeerVariation> all) {
        all.add(
                of(
                        "a directory that is missing",
                        b -> {
                            b.root().put("readonly", false);
                            b.process().put("cwd", "/cwd/below");
                        }));
        all.add(
                new PeerVariation(
                        "a user",
                        b -> {
                            ObjectNode user = b.process().putObject("user");
                            user.put("uid", 1000).put("gid", 1001).put("umask", 077);
                            user.putArray("additionalGids").add(5).add(1002);
                            b.mount("/tmp", "tmpfs", "tmpfs", "mode=1777");
                        },
                        b ->
                                b.file(
                                        "etc/passwd",
                                        "root:x:0:0::/root:/bin/sh\nu:x:1000:1001::/home/u:\n")));
        all.add(of("umask", b -> ((ObjectNode) b.process().get("user")).put("umask", 027)));
        all.add(of("HOME given", b -> b.process().withArray("env").add("HOME=/given").add("A=ü")));
        all.add(of("OOM score", b -> b.process().put("oomScoreAdj", 77)));
        all.add(
                of(
                        "personality",
                        b -> b.linux().putObject("personality").put("domain", "LINUX32")));
        all.add(
                of(
                        "limits",
                        b -> {
                            ArrayNode limits = b.process().putArray("rlimits");
                            limit(limits, "RLIMIT_CORE", 1, 2);
                            limit(limits, "RLIMIT_NOFILE", 100, 200);
                            limit(limits, "RLIMIT_NPROC", 1000, 2000);
                        }));
        all.add(
                of(
                        "all capabilities that it may have",
                        b -> {
                            b.process().put("noNewPrivileges", false);
                            ObjectNode sets = b.process().putObject("capabilities");
                            for (String set :
                                    List.of(
                                            "bounding",
                                            "effective",
                                            "permitted",
                                            "inheritable",
                                            "ambient")) {
                                sets.putArray(set).add("CAP_CHOWN").add("CAP_NET_RAW");
                            }
                        }));
    }

    private static ObjectNode device(
            ImageBundle bundle, String path, String type, int major, int minor) {
        return bundle.linux()
                .withArray("devices")
                .addObject()
                .put("path", path)
                .put("type", type)
                .put("major", major)
                .put("minor", minor);
    }

    private static void sysctl(ImageBundle bundle, String name, String value) {
        bundle.linux().withObject("/sysctl").put(name, value);
    }

    private static void limit(ArrayNode limits, String type, int soft, int hard) {
        limits.addObject().put("type", type).put("soft", soft).put("hard", hard);
    }
}
