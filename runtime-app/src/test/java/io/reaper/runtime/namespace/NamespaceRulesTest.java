package io.reaper.runtime.namespace;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.reaper.linux.namespace.NamespaceType;
import io.reaper.runtime.bundle.SpecException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceRulesTest {

    private static final Set<NamespaceType> ALL = EnumSet.allOf(NamespaceType.class);
    private static final String NOT_MOUNTED =
            ": needs a mount namespace of the container's own, and linux.namespaces gives none";

    private static Set<NamespaceType> without(NamespaceType type) {
        Set<NamespaceType> some = EnumSet.copyOf(ALL);
        some.remove(type);
        return some;
    }

    private static void check(String parts, Set<NamespaceType> own) {
        new NamespaceRules(NamespaceSpecs.of(parts), own).check(false);
    }

    private static String refusal(String parts, Set<NamespaceType> own) {
        return assertThrows(SpecException.class, () -> check(parts, own)).getMessage();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"mounts\":[{\"destination\":\"/a\"}],'|mounts",
                "'\"linux\":{\"devices\":[{\"path\":\"/a\",\"type\":\"c\"}]},'|linux.devices",
                "'\"linux\":{\"rootfsPropagation\":\"shared\"},'|linux.rootfsPropagation",
                "'\"root\":{\"path\":\"r\",\"readonly\":true},'|root.readonly",
            })
    void withoutAMountNamespaceNothingIsMounted(String parts, String property) {
        String refusal = refusal(parts, without(NamespaceType.MOUNT));
        assertEquals("config.json: " + property + NOT_MOUNTED, refusal);
        assertDoesNotThrow(() -> check(parts, ALL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"maskedPaths", "readonlyPaths"})
    void norIsAPathRestricted(String property) {
        String parts = "\"linux\":{\"" + property + "\":[\"/proc/keys\"]},";
        assertEquals(
                "config.json: linux."
                        + property
                        + ": unable to restrict sys entries without a private MNT namespace",
                refusal(parts, without(NamespaceType.MOUNT)));
        assertDoesNotThrow(() -> check(parts, ALL));
    }

    @Test
    void norIsThereAnythingToPivot() {
        NamespaceRules rules =
                new NamespaceRules(NamespaceSpecs.of(""), without(NamespaceType.MOUNT));
        SpecException e = assertThrows(SpecException.class, () -> rules.check(true));
        assertEquals("config.json: --no-pivot" + NOT_MOUNTED, e.getMessage());
    }

    @Test
    void emptyListsAskForNothing() {
        String parts =
                "\"mounts\":[],\"hostname\":\"\",\"root\":{\"path\":\"r\",\"readonly\":false},"
                        + "\"linux\":{\"maskedPaths\":[],\"readonlyPaths\":[],\"devices\":[],"
                        + "\"rootfsPropagation\":\"\",\"sysctl\":{}},";
        assertDoesNotThrow(() -> check(parts, EnumSet.noneOf(NamespaceType.class)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hostname", "domainname"})
    void namesNeedAUtsNamespaceAndAreNotTooLong(String property) {
        String parts = "\"" + property + "\":\"name\",";
        assertEquals(
                "config.json: "
                        + property
                        + ": unable to set "
                        + property
                        + " without a private UTS namespace",
                refusal(parts, without(NamespaceType.UTS)));
        assertDoesNotThrow(() -> check(parts, ALL));
        String longest = "\"" + property + "\":\"" + "n".repeat(64) + "\",";
        assertDoesNotThrow(() -> check(longest, ALL));
        String longer = "\"" + property + "\":\"" + "n".repeat(63) + "ü\",";
        assertEquals(
                "config.json: "
                        + property
                        + ": \""
                        + "n".repeat(63)
                        + "ü\" is longer than 64 bytes",
                refusal(longer, ALL));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kernel.msgmax|IPC|sysctl \"kernel.msgmax\" is not allowed in the hosts ipc"
                        + " namespace",
                "fs/mqueue/msg_max|IPC|sysctl \"fs/mqueue/msg_max\" is not allowed in the hosts"
                        + " ipc namespace",
                "net.ipv4.conf.eth0/1.forwarding|NETWORK|sysctl"
                        + " \"net.ipv4.conf.eth0/1.forwarding\" not allowed in host network"
                        + " namespace",
                "net/ipv4/conf/eth0.1/forwarding|NETWORK|sysctl"
                        + " \"net/ipv4/conf/eth0.1/forwarding\" not allowed in host network"
                        + " namespace",
                "kernel.domainname|UTS|sysctl \"kernel.domainname\" is not in a separate kernel"
                        + " namespace",
            })
    void aSysctlNeedsItsNamespace(String key, NamespaceType type, String text) {
        String parts = "\"linux\":{\"sysctl\":{\"" + key + "\":\"1\"}},";
        assertEquals("config.json: linux.sysctl: " + text, refusal(parts, without(type)));
        assertDoesNotThrow(() -> check(parts, EnumSet.of(type, NamespaceType.MOUNT)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kernel.hostname|sysctl \"kernel.hostname\" is not allowed as it conflicts with"
                        + " the OCI \"hostname\" field",
                "kernel/hostname|sysctl \"kernel/hostname\" is not allowed as it conflicts with"
                        + " the OCI \"hostname\" field",
                "user.max_user_namespaces|setting ucounts without a user namespace not allowed:"
                        + " user.max_user_namespaces",
                "vm.swappiness|sysctl \"vm.swappiness\" is not in a separate kernel namespace",
                "net/../kernel/core_pattern|sysctl \"net/../kernel/core_pattern\" is not in a"
                        + " separate kernel namespace",
                "net.a.//.b|sysctl \"net.a.//.b\" is not in a separate kernel namespace",
                "net/./a|sysctl \"net/./a\" is not in a separate kernel namespace",
                "net//a|sysctl \"net//a\" is not in a separate kernel namespace",
                "net/|sysctl \"net/\" is not in a separate kernel namespace",
                "/net/a|sysctl \"/net/a\" is not in a separate kernel namespace",
                "net|sysctl \"net\" is not in a separate kernel namespace",
                "''|sysctl \"\" is not in a separate kernel namespace",
            })
    void someAreNobodys(String key, String text) {
        String parts = "\"linux\":{\"sysctl\":{\"" + key + "\":\"1\"}},";
        assertEquals("config.json: linux.sysctl: " + text, refusal(parts, ALL));
    }

    @Test
    void aDomainnameIsNotSetToTwoValues() {
        String parts =
                "\"domainname\":\"one\",\"linux\":{\"sysctl\":{\"kernel.domainname\":\"%s\"}},";
        assertDoesNotThrow(() -> check(parts.formatted("one"), ALL));
        assertEquals(
                "config.json: linux.sysctl: sysctl \"kernel.domainname\" is not allowed as it"
                        + " conflicts with the OCI \"domainname\" field",
                refusal(parts.formatted("two"), ALL));
    }

    @Test
    void bothFormsOfAKeyLeadToOneFile() {
        assertEquals("net/ipv4/conf/eth0.1/x", SysctlKey.of("net.ipv4.conf.eth0/1.x").path());
        assertEquals("net/ipv4/conf/eth0.1/x", SysctlKey.of("net/ipv4/conf/eth0.1/x").path());
    }
}
