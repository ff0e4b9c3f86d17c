package io.reaper.runtime.launch;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Environment;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.text.Digits;
import io.reaper.runtime.state.ContainerException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The caller's open files that the program gets under the same numbers, besides the standard
 * streams: first the sockets that systemd has opened for it ({@code sd_listen_fds(3)}), then those
 * of {@code --preserve-fds}.
 *
 * @param sockets how many of them, from 3 on, are for {@code LISTEN_FDS}
 * @param end the first number behind all of them; 3 if there are none
 * @param gaps the numbers from 3 to {@code end} that are not open, in their order
 */
public record CallerDescriptors(int sockets, int end, List<Integer> gaps) {

    private static final int FIRST = 3;
    private static final Path OPEN = Path.of("/proc/self/fd");

    private static final boolean IMAGE =
            System.getProperty("org.graalvm.nativeimage.imagecode") != null;

    public static final CallerDescriptors NONE = new CallerDescriptors(0, FIRST, List.of());

    /**
     * Those of {@code --preserve-fds}: the open ones among them, which may lie apart.
     *
     * @param count how many numbers from 3 on
     */
    public static CallerDescriptors preserved(int count) {
        return behind(0, count);
    }

    /**
     * Also the sockets, if this very process was meant to get them: {@code LISTEN_PID} is its pid.
     * A {@code LISTEN_FDS} that is no number counts as none, as in runc.
     *
     * @param count how many numbers behind the sockets
     * @throws ContainerException if one of the sockets is not open
     */
    public static CallerDescriptors withSockets(int count) {
        int sockets = opened();
        for (int number = FIRST; number - FIRST < sockets; number++) {
            if (!isCallers(number)) {
                throw new ContainerException(
                        ErrorCode.E_DESCRIPTOR_CLOSED,
                        "LISTEN_FDS: descriptor " + number + " is not open");
            }
        }
        return behind(sockets, count);
    }

    private static int opened() {
        String count = Environment.variable("LISTEN_FDS");
        String pid = count == null ? null : Environment.variable("LISTEN_PID");
        if (pid == null) {
            return 0;
        }
        OptionalLong owner = Digits.parse(pid, Integer.MAX_VALUE);
        return owner.isPresent() && owner.getAsLong() == Syscalls.get().getpid()
                ? (int) Digits.parse(count, Integer.MAX_VALUE - FIRST).orElse(0)
                : 0;
    }

    private static CallerDescriptors behind(int sockets, int count) {
        if (sockets == 0 && count == 0) {
            return NONE;
        }
        long limit = (long) FIRST + sockets + count;
        int end = FIRST + sockets;
        for (int number : count == 0 ? List.<Integer>of() : open()) {
            if (number >= end && number < limit && isCallers(number)) {
                end = number + 1;
            }
        }
        List<Integer> gaps = new ArrayList<>();
        for (int number = FIRST + sockets; number < end; number++) {
            if (!isCallers(number)) {
                gaps.add(number);
            }
        }
        return new CallerDescriptors(sockets, end, List.copyOf(gaps));
    }

    /** What we have opened is close-on-exec, but for the files that a JVM is loaded from. */
    private static boolean isCallers(int number) {
        return Fd.isInherited(number) && (IMAGE || !isOfTheVirtualMachine(number));
    }

    private static boolean isOfTheVirtualMachine(int number) {
        try {
            Path file = Files.readSymbolicLink(OPEN.resolve(Integer.toString(number)));
            return file.startsWith(System.getProperty("java.home"))
                    || List.of(System.getProperty("java.class.path").split(":", 0))
                            .contains(file.toString());
        } catch (IOException e) {
            throw new LinuxException("readlink", OPEN + "/" + number, Errno.EIO);
        }
    }

    /** All there are: a number that a caller names says nothing of how many. */
    private static List<Integer> open() {
        List<Integer> numbers = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(OPEN)) {
            for (Path file : files) {
                Digits.parse(file.getFileName().toString(), Integer.MAX_VALUE)
                        .ifPresent(number -> numbers.add((int) number));
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new LinuxException("read", OPEN.toString(), Errno.EIO);
        }
        return numbers;
    }

    /** For a child's table, from 3 on. */
    List<Fd> table() {
        List<Fd> table = new ArrayList<>();
        int gap = 0;
        for (int number = FIRST; number < end; number++) {
            boolean open = gap == gaps.size() || gaps.get(gap) != number;
            table.add(open ? Fd.of(number) : SpawnRequest.CLOSED);
            gap += open ? 0 : 1;
        }
        return table;
    }
}
