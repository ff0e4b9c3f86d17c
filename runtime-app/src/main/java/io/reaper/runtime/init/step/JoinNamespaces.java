package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;
import io.reaper.linux.namespace.NamespaceControl;
import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.process.ProcessControl;
import io.reaper.runtime.namespace.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Enters the namespaces that are there already ({@code setns(2)}). Before the first one this
 * process hides from those who live in them, and what it got of them is closed behind it.
 *
 * @param types in the order in which they are entered: a mount namespace is the last
 * @param first the number of the first one's descriptor among those that create has handed over;
 *     the others follow
 */
public record JoinNamespaces(List<NamespaceType> types, int first) implements InitStep {

    static final int NUMBER = 20;

    public JoinNamespaces {
        types = List.copyOf(types);
    }

    /**
     * Wanted if any has a path in {@code linux.namespaces} that the stage was not born in.
     *
     * @param first where the descriptors of {@link Namespaces#entered} begin
     */
    public static Optional<JoinNamespaces> of(Namespaces namespaces, int first) {
        List<NamespaceType> types = new ArrayList<>();
        namespaces.entered().forEach(joined -> types.add(joined.type()));
        // born in a pid namespace with others it hides, too, though there is nothing to enter
        return types.isEmpty() && namespaces.pidNamespace().isEmpty()
                ? Optional.empty()
                : Optional.of(new JoinNamespaces(types, first));
    }

    static JoinNamespaces read(PlanInput in) {
        List<NamespaceType> types = new ArrayList<>();
        for (int count = in.count(); count > 0; count--) {
            types.add(NamespaceType.valueOf(in.text()));
        }
        return new JoinNamespaces(types, in.int32());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(types.size());
        for (NamespaceType type : types) {
            out.text(type.name());
        }
        out.int32(first);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new ProcessControl(stage.syscalls()).hide();
        NamespaceControl control = new NamespaceControl(stage.syscalls());
        for (int i = 0; i < types.size(); i++) {
            try (Fd namespace = stage.files().given(first + i)) {
                control.enter(namespace, types.get(i));
            }
        }
        return Optional.empty();
    }
}
