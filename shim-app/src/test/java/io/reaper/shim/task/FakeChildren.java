package io.reaper.shim.task;

import io.reaper.linux.process.SpawnRequest;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Children;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Adopted children are those that a test puts here. */
final class FakeChildren implements Children {

    final List<ChildProcess> adopted = new CopyOnWriteArrayList<>();

    @Override
    public ChildProcess spawn(SpawnRequest request) {
        throw new AssertionError(request);
    }

    @Override
    public Hold hold() {
        return () -> {};
    }

    @Override
    public ChildProcess claim(int pid) {
        throw new AssertionError(pid);
    }

    @Override
    public List<ChildProcess> adopted() {
        return adopted.stream().filter(child -> !child.exit().isDone()).toList();
    }

    @Override
    public CompletableFuture<Void> end(List<ChildProcess> orphans, Predicate<ChildProcess> whose) {
        orphans.stream().filter(whose).forEach(orphan -> orphan.signal(9));
        return CompletableFuture.completedFuture(null);
    }
}
