package io.reaper.runtime.init;

import io.reaper.linux.credential.Capabilities;
import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.linux.process.Scheduling;
import io.reaper.runtime.hooks.Hook;
import io.reaper.runtime.init.InitPlan.StartHooks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A plan as bytes, for the way from {@code create} to its init stage; both are the same build. */
public final class PlanCodec {

    /**
     * Bytes of an encoded plan. The kernel takes at most 6 MiB of arguments and variables ({@code
     * execve(2)}), so that a larger plan could not be carried out.
     */
    public static final int LIMIT = 8 * 1024 * 1024;

    private static final int SUBREAPER = 1;
    private static final int STREAMS = 2;
    private static final int KEYRING = 3;
    private static final int OOM_SCORE = 4;
    private static final int SCHEDULER = 5;
    private static final int IO_PRIORITY = 6;
    private static final int RAISE_LIMITS = 7;
    private static final int NO_NEW_PRIVILEGES = 8;
    private static final int UMASK = 9;
    private static final int DIRECTORY = 10;
    private static final int BOUNDING = 11;
    private static final int KEEP_CAPABILITIES = 12;
    private static final int GROUPS = 13;
    private static final int GID = 14;
    private static final int UID = 15;
    private static final int CAPABILITIES = 16;
    private static final int TERMINAL = 17;

    private PlanCodec() {}

    public static byte[] encode(InitPlan plan) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeInt(plan.steps().size());
            for (InitStep step : plan.steps()) {
                write(step, out);
            }
            write(plan.args(), out);
            write(plan.env(), out);
            write(plan.limits(), out);
            out.writeUTF(plan.gate().name());
            out.writeBoolean(plan.placeholder());
            writeHooks(plan.startHooks(), out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * @throws IllegalArgumentException if it is no plan
     */
    static InitPlan decode(byte[] plan) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(plan))) {
            List<InitStep> steps = new ArrayList<>();
            for (int count = in.readInt(); count > 0; count--) {
                steps.add(readStep(in));
            }
            return new InitPlan(
                    steps,
                    readStrings(in),
                    readStrings(in),
                    readLimits(in),
                    InitPlan.Gate.valueOf(in.readUTF()),
                    in.readBoolean(),
                    readHooks(in));
        } catch (IOException e) {
            throw new IllegalArgumentException("init plan of " + plan.length + " bytes", e);
        }
    }

    private static void write(InitStep step, DataOutputStream out) throws IOException {
        switch (step) {
            case InitStep.BecomeSubreaper() -> out.writeByte(SUBREAPER);
            case InitStep.OwnStreams(int uid) -> number(STREAMS, uid, out);
            case InitStep.TakeTerminal(int uid) -> number(TERMINAL, uid, out);
            case InitStep.JoinSessionKeyring(String name) -> {
                out.writeByte(KEYRING);
                write(name, out);
            }
            case InitStep.SetOomScore(int value) -> number(OOM_SCORE, value, out);
            case InitStep.SetScheduler(Scheduling.Attributes attributes) -> {
                out.writeByte(SCHEDULER);
                out.writeInt(attributes.policy());
                out.writeLong(attributes.flags());
                out.writeInt(attributes.nice());
                out.writeInt(attributes.priority());
                out.writeLong(attributes.runtime());
                out.writeLong(attributes.deadline());
                out.writeLong(attributes.period());
            }
            case InitStep.SetIoPriority(int ioClass, int level) -> {
                number(IO_PRIORITY, ioClass, out);
                out.writeInt(level);
            }
            case InitStep.RaiseLimits(Map<Resource, Limit> limits) -> {
                out.writeByte(RAISE_LIMITS);
                write(limits, out);
            }
            case InitStep.ForbidNewPrivileges() -> out.writeByte(NO_NEW_PRIVILEGES);
            case InitStep.SetUmask(int mask) -> number(UMASK, mask, out);
            case InitStep.ChangeDirectory(String path) -> {
                out.writeByte(DIRECTORY);
                write(path, out);
            }
            case InitStep.LimitBoundingSet(long capabilities) -> {
                out.writeByte(BOUNDING);
                out.writeLong(capabilities);
            }
            case InitStep.KeepCapabilities() -> out.writeByte(KEEP_CAPABILITIES);
            case InitStep.SetGroups(List<Integer> gids) -> {
                number(GROUPS, gids.size(), out);
                for (int gid : gids) {
                    out.writeInt(gid);
                }
            }
            case InitStep.SetGid(int gid) -> number(GID, gid, out);
            case InitStep.SetUid(int uid) -> number(UID, uid, out);
            case InitStep.SetCapabilities(Capabilities.Sets sets) -> {
                out.writeByte(CAPABILITIES);
                out.writeLong(sets.bounding());
                out.writeLong(sets.effective());
                out.writeLong(sets.inheritable());
                out.writeLong(sets.permitted());
                out.writeLong(sets.ambient());
            }
        }
    }

    private static InitStep readStep(DataInputStream in) throws IOException {
        int kind = in.readByte();
        return switch (kind) {
            case SUBREAPER -> new InitStep.BecomeSubreaper();
            case STREAMS -> new InitStep.OwnStreams(in.readInt());
            case TERMINAL -> new InitStep.TakeTerminal(in.readInt());
            case KEYRING -> new InitStep.JoinSessionKeyring(readString(in));
            case OOM_SCORE -> new InitStep.SetOomScore(in.readInt());
            case SCHEDULER ->
                    new InitStep.SetScheduler(
                            new Scheduling.Attributes(
                                    in.readInt(),
                                    in.readLong(),
                                    in.readInt(),
                                    in.readInt(),
                                    in.readLong(),
                                    in.readLong(),
                                    in.readLong()));
            case IO_PRIORITY -> new InitStep.SetIoPriority(in.readInt(), in.readInt());
            case RAISE_LIMITS -> new InitStep.RaiseLimits(readLimits(in));
            case NO_NEW_PRIVILEGES -> new InitStep.ForbidNewPrivileges();
            case UMASK -> new InitStep.SetUmask(in.readInt());
            case DIRECTORY -> new InitStep.ChangeDirectory(readString(in));
            case BOUNDING -> new InitStep.LimitBoundingSet(in.readLong());
            case KEEP_CAPABILITIES -> new InitStep.KeepCapabilities();
            case GROUPS -> new InitStep.SetGroups(readInts(in));
            case GID -> new InitStep.SetGid(in.readInt());
            case UID -> new InitStep.SetUid(in.readInt());
            case CAPABILITIES ->
                    new InitStep.SetCapabilities(
                            new Capabilities.Sets(
                                    in.readLong(),
                                    in.readLong(),
                                    in.readLong(),
                                    in.readLong(),
                                    in.readLong()));
            default -> throw new IllegalArgumentException("init step of kind " + kind);
        };
    }

    private static void number(int kind, int value, DataOutputStream out) throws IOException {
        out.writeByte(kind);
        out.writeInt(value);
    }

    private static void write(String text, DataOutputStream out) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static void write(List<String> texts, DataOutputStream out) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            write(text, out);
        }
    }

    private static void write(Map<Resource, Limit> limits, DataOutputStream out)
            throws IOException {
        out.writeInt(limits.size());
        for (Map.Entry<Resource, Limit> limit : limits.entrySet()) {
            out.writeUTF(limit.getKey().name());
            out.writeLong(limit.getValue().soft());
            out.writeLong(limit.getValue().hard());
        }
    }

    private static void writeHooks(Optional<StartHooks> start, DataOutputStream out)
            throws IOException {
        out.writeBoolean(start.isPresent());
        if (start.isPresent()) {
            write(start.get().state(), out);
            out.writeInt(start.get().hooks().size());
            for (Hook hook : start.get().hooks()) {
                write(hook.path(), out);
                write(hook.args(), out);
                write(hook.env(), out);
                out.writeInt(hook.timeout().orElse(0));
            }
        }
    }

    private static Optional<StartHooks> readHooks(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return Optional.empty();
        }
        String state = readString(in);
        List<Hook> hooks = new ArrayList<>();
        for (int count = in.readInt(); count > 0; count--) {
            hooks.add(new Hook(readString(in), readStrings(in), readStrings(in), readTimeout(in)));
        }
        return Optional.of(new StartHooks(hooks, state));
    }

    private static OptionalInt readTimeout(DataInputStream in) throws IOException {
        int seconds = in.readInt();
        return seconds == 0 ? OptionalInt.empty() : OptionalInt.of(seconds);
    }

    private static String readString(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    private static List<String> readStrings(DataInputStream in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int count = in.readInt(); count > 0; count--) {
            texts.add(readString(in));
        }
        return texts;
    }

    private static List<Integer> readInts(DataInputStream in) throws IOException {
        List<Integer> values = new ArrayList<>();
        for (int count = in.readInt(); count > 0; count--) {
            values.add(in.readInt());
        }
        return values;
    }

    private static Map<Resource, Limit> readLimits(DataInputStream in) throws IOException {
        Map<Resource, Limit> limits = new EnumMap<>(Resource.class);
        for (int count = in.readInt(); count > 0; count--) {
            Resource resource = Resource.valueOf(in.readUTF());
            limits.put(resource, new Limit(in.readLong(), in.readLong()));
        }
        return limits;
    }
}
