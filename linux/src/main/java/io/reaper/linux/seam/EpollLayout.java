package io.reaper.linux.seam;

/**
 * {@code struct epoll_event}: packed on x86-64 alone ({@code epoll_ctl(2)}).
 *
 * @param size of the structure, bytes
 * @param data where its token lies, bytes from the start
 */
public record EpollLayout(int size, int data) {

    public static final EpollLayout CURRENT = of(Architecture.CURRENT);

    static EpollLayout of(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> new EpollLayout(12, 4);
            case AARCH64 -> new EpollLayout(16, 8);
        };
    }
}
