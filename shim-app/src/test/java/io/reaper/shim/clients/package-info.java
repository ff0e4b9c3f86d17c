/**
 * The containerd ring, continued: real clients, each with everything of its own on a {@link
 * io.reaper.testing.PrivateNode}.
 *
 * <table>
 * <caption>Classes and what they run</caption>
 * <tr><th>class</th><th>client</th><th>runs containers by</th></tr>
 * <tr><td>PodmanReaperTest</td><td>podman and conmon of Debian 12</td><td>our runtime</td></tr>
 * <tr><td>PodmanRuncReference</td><td>the same</td><td>runc</td></tr>
 * <tr><td>DockerReaperTest</td><td>Docker of Debian 13, with its containerd</td><td>our shim, our runtime</td></tr>
 * <tr><td>DockerRuncReference</td><td>the same</td><td>runc's shim, runc</td></tr>
 * </table>
 *
 * <p>{@link io.reaper.shim.clients.ClientScenarios} holds for all of them. The references have
 * nothing of ours: they check the scenarios themselves and run on demand only, by
 * -Dtest='*RuncReference'. What host mode cannot do is in the two test classes.
 */
package io.reaper.shim.clients;
