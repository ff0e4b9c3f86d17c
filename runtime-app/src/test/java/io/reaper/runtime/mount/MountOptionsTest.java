package io.reaper.runtime.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.mount.MountAttributes;
import io.reaper.linux.mount.MountFlags;
import io.reaper.linux.mount.Propagation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each word means. */
class MountOptionsTest {

    private static MountOptions of(String... options) {
        return MountOptions.of(List.of(options));
    }

    @ParameterizedTest
    @CsvSource({
        "ro, 1, 0",
        "rw, 0, 1",
        "nosuid, 2, 0",
        "suid, 0, 2",
        "nodev, 4, 0",
        "dev, 0, 4",
        "noexec, 8, 0",
        "exec, 0, 8",
        "nodiratime, 0x80, 0",
        "diratime, 0, 0x80",
        "nosymfollow, 0x200000, 0",
        "symfollow, 0, 0x200000",
        "noatime, 0x10, 0x70",
        "atime, 0, 0x70",
        "relatime, 0, 0x70",
        "norelatime, 0, 0x70",
        "strictatime, 0x20, 0x70",
        "nostrictatime, 0, 0x70",
        "defaults, 0, 0"
    })
    void attributesOfTheMountAndOfThoseBelow(String word, String set, String clear) {
        MountAttributes expected = new MountAttributes(Integer.decode(set), Integer.decode(clear));
        assertEquals(expected, of(word).attributes());
        assertEquals(MountAttributes.NONE, of(word).recursive());
        if (!word.equals("defaults")) {
            assertEquals(expected, of("r" + word).recursive());
            assertEquals(MountAttributes.NONE, of("r" + word).attributes());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sync, 0x10, 0",
        "async, 0, 0x10",
        "dirsync, 0x80, 0",
        "mand, 0x40, 0",
        "nomand, 0, 0x40",
        "lazytime, 0x2000000, 0",
        "nolazytime, 0, 0x2000000",
        "iversion, 0x800000, 0",
        "noiversion, 0, 0x800000",
        "silent, 0x8000, 0",
        "loud, 0, 0x8000"
    })
    void flagsOfTheFilesystem(String word, String set, String clear) {
        assertEquals(Long.decode(set), of(word).superblock());
        assertEquals(Long.decode(clear), of(word).superblockCleared());
        assertEquals(List.of(), of(word).data());
    }

    @Test
    void theLaterWordOfAPairWins() {
        assertEquals(new MountAttributes(0, 1), of("ro", "rw").attributes());
        assertEquals(new MountAttributes(1, 0), of("rw", "ro").attributes());
        assertEquals(MountFlags.SYNCHRONOUS, of("async", "sync").superblock());
        assertEquals(0, of("async", "sync").superblockCleared());
        assertFalse(of("tmpcopyup", "notmpcopyup").copyUp());
        assertTrue(of("notmpcopyup", "tmpcopyup").copyUp());
    }

    @Test
    void theAccessTimeIsOneValue() {
        int all = MountAttributes.ATIME;
        assertEquals(new MountAttributes(0x10, all), of("noatime", "relatime").attributes());
        assertEquals(new MountAttributes(0x20, all), of("strictatime", "noatime").attributes());
        assertEquals(new MountAttributes(0, all), of("noatime", "atime").attributes());
        assertEquals(
                new MountAttributes(0x10, all),
                of("strictatime", "noatime", "nostrictatime").attributes());
    }

    @Test
    void binds() {
        assertTrue(of("bind").bind());
        assertFalse(of("bind").rbind());
        assertTrue(of("rbind", "bind").rbind());
        assertTrue(of("rbind").bind());
        assertTrue(of("remount").remount());
    }

    @Test
    void propagationIsKeptInItsOrder() {
        assertEquals(
                List.of(
                        new OptionWord.Propagate(Propagation.PRIVATE, true),
                        new OptionWord.Propagate(Propagation.SHARED, false)),
                of("rprivate", "shared").propagation());
        for (String word : List.of("slave", "unbindable", "rslave", "runbindable", "rshared")) {
            assertEquals(1, of(word).propagation().size(), word);
        }
    }

    @Test
    void theRestIsTheFilesystems() {
        assertEquals(
                List.of("size=64k", "mode=1777", "newinstance", "_netdev"),
                of("size=64k,mode=1777", "ro", "newinstance", "X-a", "x-b=c,_netdev").data());
        assertEquals(
                List.of("context=\"u:r:t:s0:c1,c2\"", "mpol=bind:0,2", "lowerdir=/a\\,b", "x"),
                of("context=\"u:r:t:s0:c1,c2\",mpol=bind:0,2", "lowerdir=/a\\,b,x").data());
        assertEquals(
                List.of("idmap", "rsync", "acl", "RO", "=", "a="),
                of("idmap", "rsync", "acl", "RO", "=", "a=", "", ",").data());
    }

    @Test
    void theWordsAreSortedAndComplete() {
        List<String> words = MountOptions.words();
        assertEquals(words.stream().sorted().toList(), words);
        assertEquals(61, words.size(), words::toString);
        assertTrue(words.containsAll(List.of("rro", "rnosymfollow", "tmpcopyup", "runbindable")));
        for (String word : words) {
            assertEquals(List.of(), of(word).data(), word);
        }
    }
}
