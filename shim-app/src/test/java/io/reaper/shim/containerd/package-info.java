/**
 * The containerd ring: real containers by `ctr` under a containerd of the tests' own.
 *
 * <p>{@link io.reaper.testing.PrivateNode} keeps what the tests start apart from the machine,
 * {@link io.reaper.shim.containerd.PrivateContainerd} runs a containerd on it, and the scenarios
 * are written once for these pairs:
 *
 * <table>
 * <caption>Classes and what they run</caption>
 * <tr><th>class</th><th>shim, runtime</th><th>1.6, 2.x</th><th>1.7</th></tr>
 * <tr><td>ContainerdNReaperTest</td><td>ours, ours</td><td>ReaperScenarios</td><td>SmokeScenarios</td></tr>
 * <tr><td>ContainerdNReaperShimTest</td><td>ours, runc</td><td>ReaperShimScenarios</td><td>SmokeScenarios</td></tr>
 * <tr><td>ContainerdNReaperRuntimeTest</td><td>runc's, ours</td><td>ContainerScenarios</td><td>SmokeScenarios</td></tr>
 * <tr><td>ContainerdNRuncReference</td><td>runc's, runc</td><td>ContainerScenarios</td><td>ContainerScenarios</td></tr>
 * </table>
 *
 * <p>Each of ReaperScenarios, ReaperShimScenarios, ContainerScenarios, TerminalScenarios,
 * StreamScenarios, ExecScenarios, IsolationScenarios and SmokeScenarios holds all of the next one.
 * Containers are those of host mode but in IsolationScenarios.
 *
 * <p>The last row has nothing of ours: it checks the scenarios themselves and runs on demand only,
 * by -Dtest='Containerd*RuncReference'.
 *
 * <p>Left out of runc's shim: one runtime directory for all containerd namespaces (that shim gives
 * every namespace its own), REAPER_RUNTIME_PATH, and what a container writes and how it ends while
 * neither containerd nor a client is there (that shim drops unread output, and containerd 2 deletes
 * its ended tasks when it starts). Its delete event may be lost, since it leaves without waiting
 * for it. A container whose leftovers it shall kill in host mode has to join the node's PID
 * namespace in its spec.
 *
 * <p>Otherwise with runc's shim: what a terminal shows last may be lost when its container exits,
 * and the exit of an exec that ends with its container may be told late or never. In both crossings
 * and with both programs ours, pause, resume and metrics are refused in host mode.
 *
 * <p>System properties: reaper.bin, the directory of both programs; reaper.test.parallel, how many
 * containers run at once (5); reaper.test.execs, how many execs at once (200; 50 with a peer; 10 in
 * JVM mode). Environment: REAPER_TEST_OFFLINE=1 skips what needs a package that cannot be fetched.
 */
package io.reaper.shim.containerd;
