package io.reaper.runtime.init.step;

import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A kernel that says yes to everything, or what a test sets, and remembers what it was asked. */
public final class RecordingSyscalls {

    private final List<String> calls = new ArrayList<>();
    private final Map<String, Long> answers = new HashMap<>();

    public Syscalls kernel() {
        return (Syscalls)
                Proxy.newProxyInstance(
                        Syscalls.class.getClassLoader(),
                        new Class<?>[] {Syscalls.class},
                        (proxy, method, args) -> {
                            calls.add(method.getName() + shown(args));
                            return answers.getOrDefault(method.getName(), 0L);
                        });
    }

    /** What a call returns from now on: a value, or −errno. */
    public void answer(String call, long result) {
        answers.put(call, result);
    }

    /** Calls in their order, such as {@code setgid(5)}. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    private static String shown(Object[] args) {
        List<String> shown = new ArrayList<>();
        for (Object arg : args == null ? new Object[0] : args) {
            shown.add(
                    switch (arg) {
                        case null -> "null";
                        case Memory _ -> "memory";
                        case int[] ints -> Arrays.toString(ints);
                        default -> arg.toString();
                    });
        }
        return "(" + String.join(", ", shown) + ")";
    }
}
