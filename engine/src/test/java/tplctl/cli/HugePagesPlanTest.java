package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.engine.Connections;
import tplctl.host.FakeHost;
import tplctl.kinds.Kinds;

/** What a plan adds up of huge pages, on hosts with several NUMA nodes and pages of 1G, which the tests' own machine need not have. */
class HugePagesPlanTest {
    @TempDir
    Path directory;

    private String plan(int exit, String pools, String mount, int... present) throws IOException {
        SimulatedMachine machine = SimulatedMachine.withNodes(Files.createTempDirectory(directory, "host"), present);
        Tplctl tplctl = new Tplctl(directory, Kinds::named)
                .on((inventory, options) -> new EngineSession(
                        inventory, options, name -> Connections.Link.of(new FakeHost(name).onAny(machine::run))));
        String playbook = tplctl.write("site.yml", """
                - hosts: localhost
                  hugepages:
                    1G: %s
                  mounts:
                    huge: { type: hugetlbfs, path: /mnt/huge, page_size: 1G%s }
                  templates:
                    base:
                      machine:
                        vcpus: 2
                        ram: 3G
                        numa: [{ cpus: 0, ram: 1G, host_node: 0 }, { cpus: 1, ram: 2G, host_node: 1 }]
                      memory: /mnt/huge/memory
                      state: /var/lib/state
                  vms:
                    web: { template: base }
                """.formatted(pools, mount));
        Tplctl.Result result = tplctl.run("plan", playbook).exits(exit);
        return result.out() + result.err();
    }

    @Test
    void countsEachNodesPagesForItself() throws IOException {
        assertThat(plan(0, "{ nodes: { 0: 2, 1: 4 } }", "", 1, 0))
                .contains("nodes.0: 1 → 2", "nodes.1: 0 → 4")
                .doesNotContain("not enough");
        assertThat(plan(2, "{ nodes: { 0: 5, 1: 3 } }", "", 5, 3))
                .contains(
                        "not enough huge pages of 1G on NUMA node 1 on localhost: the plan takes 4 (templates.base 2, vms.web 2),"
                                + " there will be 3",
                        "make the pool larger by 1")
                .doesNotContain("not enough huge pages of 1G on localhost");
    }

    @Test
    void countsThePoolAsAWholeWhereNodesAreNotNamed() throws IOException {
        assertThat(plan(2, "{ count: 5 }", "", 1, 1))
                .contains("not enough huge pages of 1G on localhost: the plan takes 6 (templates.base 3, vms.web 3),"
                        + " there will be 5");
    }

    @Test
    void countsWhatAMountIsLimitedTo() throws IOException {
        assertThat(plan(2, "{ count: 8 }", ", size: 4G", 4, 4))
                .contains("not enough hugetlbfs /mnt/huge on localhost: the plan takes 6 (templates.base 3, vms.web 3),"
                        + " there will be 4");
    }

    @Test
    void namesANodeThatTheHostLacks() throws IOException {
        assertThat(plan(2, "{ nodes: { 0: 2, 2: 4 } }", "", 2, 2))
                .contains("localhost has no NUMA node 2 with memory: it has 0, 1");
    }
}
