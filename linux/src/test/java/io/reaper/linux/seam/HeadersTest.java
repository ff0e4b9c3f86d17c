package io.reaper.linux.seam;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Numbers, flags and layouts against the kernel's headers, by the C compiler that the build needs
 * anyhow. The generic table, which is aarch64's, lies on every machine; x86-64's only on its own.
 */
class HeadersTest {

    /** What the generic table has for the architectures that say so, as aarch64 does. */
    private static final List<String> OLDER =
            List.of(
                    "#define __ARCH_WANT_NEW_STAT",
                    "#define __ARCH_WANT_RENAMEAT",
                    "#define __ARCH_WANT_SET_GET_RLIMIT");

    @TempDir Path directory;

    private void compile(List<String> lines) throws Exception {
        Path source = Files.write(directory.resolve("headers.c"), lines);
        String command = "cc -std=c11 -D_GNU_SOURCE -fsyntax-only " + source + " 2>&1 || true";
        assertEquals("", SeamChecks.output(List.of("/bin/sh", "-c", command)));
    }

    private static String equal(String c, long expected) {
        return "_Static_assert(%s == %d, \"%s\");".formatted(c, expected, c);
    }

    private void numbers(Architecture architecture, String header) throws Exception {
        List<String> lines = new ArrayList<>(OLDER);
        lines.add("#include <" + header + ">");
        for (SyscallNumber number : SyscallNumber.values()) {
            String name = "__NR_" + number.name().toLowerCase(Locale.ROOT);
            lines.add(equal(name, number.on(architecture)));
        }
        compile(lines);
    }

    @Test
    void systemCallNumbersOfAarch64() throws Exception {
        numbers(Architecture.AARCH64, "asm-generic/unistd.h");
    }

    @Test
    void systemCallNumbersOfThisMachine() throws Exception {
        numbers(Architecture.CURRENT, "asm/unistd.h");
    }

    @Test
    void flagsAndLayoutsOfThisMachine() throws Exception {
        compile(
                List.of(
                        "#include <fcntl.h>",
                        "#include <stddef.h>",
                        "#include <asm/termbits.h>",
                        "#include <asm/ioctls.h>",
                        "#include <sys/epoll.h>",
                        "#include <sys/socket.h>",
                        equal("TCGETS", 0x5401),
                        equal("TCSETS", 0x5402),
                        equal("TIOCSCTTY", 0x540e),
                        equal("TIOCGWINSZ", 0x5413),
                        equal("TIOCSWINSZ", 0x5414),
                        equal("TIOCSPTLCK", 0x40045431),
                        equal("TIOCGPTPEER", 0x5441),
                        equal("O_NOCTTY", 0x100),
                        equal("sizeof(struct termios)", 36),
                        equal("offsetof(struct termios, c_cc[VTIME])", 22),
                        equal("offsetof(struct termios, c_cc[VMIN])", 23),
                        equal("sizeof(struct msghdr)", 56),
                        equal("offsetof(struct msghdr, msg_control)", 32),
                        equal("offsetof(struct msghdr, msg_controllen)", 40),
                        equal("CMSG_LEN(4)", 20),
                        equal("O_CREAT", OpenFlags.O_CREAT),
                        equal("O_EXCL", OpenFlags.O_EXCL),
                        equal("O_TRUNC", OpenFlags.O_TRUNC),
                        equal("O_APPEND", OpenFlags.O_APPEND),
                        equal("O_NONBLOCK", OpenFlags.O_NONBLOCK),
                        equal("O_CLOEXEC", OpenFlags.O_CLOEXEC),
                        equal("O_PATH", OpenFlags.O_PATH),
                        equal("O_DIRECTORY", OpenFlags.O_DIRECTORY),
                        equal("O_NOFOLLOW", OpenFlags.O_NOFOLLOW),
                        equal("O_TMPFILE", OpenFlags.O_TMPFILE),
                        "#include <sys/stat.h>",
                        equal("sizeof(struct stat) <= 144", 1),
                        equal("offsetof(struct stat, st_size)", 48),
                        equal("sizeof(struct epoll_event)", EpollLayout.CURRENT.size()),
                        equal("offsetof(struct epoll_event, data)", EpollLayout.CURRENT.data())));
    }
}
