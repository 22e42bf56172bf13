package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tplctl.kind.ResourceId;
import tplctl.machine.VmTask;
import tplctl.model.Project;

/** Migrations in a playbook: where they are, what they come after, what is remembered and taken away. */
class MigrationsTest extends MigrationsCase {
    @Test
    void isOnTheHostItNamesAndComesAfterTheVmAndWhatThatHostNeeds() {
        Project project = project(HOSTS + VM + MOVE);
        assertThat(project.graph().dependencies(MIGRATION))
                .containsExactlyInAnyOrder(WEB, new ResourceId("o40", "packages", "default"));
        assertThat(project.playbook().hosts()).containsExactly("o41", "o40");
        assertThat(resource(project).elsewhere()).containsExactly("o41");
    }

    @Test
    void takesItsDestinationsVariablesAndTheAddressOfTheInventory() {
        Project project = project(HOSTS + VM + """
                - vars: { destination: o40 }
                  migrations: { web: { from: o41, to: "{{ destination }}", bandwidth: "{{ rate }}" } }
                """);
        VmTask.MoveVm move = move(observed(project, "", "").changes());
        assertThat(move.transfer().address()).isEqualTo("10.0.0.40");
        assertThat(move.transfer().bandwidth()).contains(100L << 20);
        assertThat(move.from() + " " + move.to()).isEqualTo("o41 o40");
    }

    @Test
    void isNotThereWhenItsConditionIsFalse() {
        Project project = project(HOSTS + VM + """
                - migrations: { web: { from: o41, to: o40, when: false } }
                """);
        assertThat(project.graph().find(MIGRATION)).isEmpty();
        assertThat(project.playbook().unmanaged()).contains(MIGRATION);
    }

    @Test
    void isRefusedWithThePlaceOfTheMistake() {
        assertThat(errors(HOSTS + VM + """
                        - migrations:
                            a: { from: o41, to: o42 }
                            b: { from: o41, to: o40 }
                            c: { from: o40, to: o40, vm: web }
                            d: { to: o40 }
                            e: { from: o41, to: "{{ nowhere }}" }
                          mounts: { ram: { path: /mnt, type: tmpfs } }
                        - hosts: o40
                          migrations: { f: { from: o41, to: o40 } }
                        """))
                .containsExactly(
                        "6:25 no host \"o42\" in the inventory | did you mean \"o40\"?",
                        "7:16 there is no o41:vms.b | did you mean \"o41:vms.web\"?",
                        "8:25 \"from\" and \"to\" are the same host | a migration is between two",
                        "9:5 missing field \"from\" | a migration needs from: a host of the inventory",
                        "10:29 undefined variable \"nowhere\" | it can be set in vars, in the inventory or with -e",
                        "11:3 \"mounts\" in a play without \"hosts\" | put it into a play of its own that says \"hosts: …\"; only"
                                + " migrations say themselves where they are",
                        "13:3 \"migrations\" in a play with \"hosts\" | each of them says itself where it is, in \"to\"; put them into"
                                + " a play without \"hosts\"");
    }

    @Test
    void oneVmIsMovedOnceAndHasItsNameForItself() {
        assertThat(errors(HOSTS + VM + """
                        - hosts: o40
                          vms: { other: { machine: { ram: 1G } } }
                        - migrations:
                            web: { from: o41, to: o40 }
                            again: { from: o41, to: o40, vm: web }
                            other: { from: o41, to: o40, vm: other }
                        """))
                .contains(
                        "9:38 o41:vms.web is taken up twice | o40:migrations.web does so at p.yml:8:18; leave one of them",
                        "10:5 the VM other is declared twice for o40 | vms.other is the other, at p.yml:6:10; give one of them another"
                                + " name");
        assertThat(errors(HOSTS + """
                        - hosts: [o41, o40]
                          vms: { web: { machine: { ram: 1G } } }
                        """ + MOVE))
                .containsExactly(
                        "5:17 the VM web is declared twice for o40 | vms.web is the other, at p.yml:4:10; give one of them another name");
        assertThat(errors(HOSTS + """
                        - hosts: o41
                          vms: { web: { machine: { ram: 1G }, count: 2 } }
                        """ + MOVE))
                .containsExactly("5:30 vms.web is counted, and this is about one | name one of them, such as web-1");
    }

    @Test
    void aVmThatMovesHasItsPortsOnBothHosts() {
        String serial = "{ machine: { ram: 1G, serial: \"telnet:127.0.0.1:7000,server,nowait\" } }";
        assertThat(errors(HOSTS + """
                        - hosts: o41
                          vms:
                            web: %s
                            stays: %s
                        - hosts: o40
                          vms:
                            there: %s
                        """.formatted(serial, serial, serial) + MOVE))
                .containsExactlyInAnyOrder(
                        "6:23 127.0.0.1:7000 is declared twice for o41 | vms.web is the other, at p.yml:5:21; give one of them another"
                                + " port (vms.web is made here before o40:migrations.web takes it elsewhere)",
                        "10:30 127.0.0.1:7000 is declared twice for o40 | vms.there is the other, at p.yml:9:23; give one of them"
                                + " another port");
    }

    @Test
    void aClonesInheritedPortIsTakenWhereItMovesTo() {
        String template = """
                  templates:
                    base:
                      machine: { ram: 1G, serial: "telnet::7000,server,nowait" }
                      memory: /mnt/memory
                      state: /mnt/state
                """.indent(2).replaceAll("(?m)^    ", "  ");
        assertThat(errors(HOSTS + "- hosts: o41\n" + template + "  vms: { web: { template: base } }\n" + """
                        - hosts: o40
                          vms: { there: { machine: { ram: 1G, monitor: "tcp:127.0.0.1:7000,server=on" } } }
                        """ + MOVE))
                .singleElement()
                .asString()
                .contains(
                        "port 7000 is declared twice for o40 | vms.there is the other, with 127.0.0.1:7000, at p.yml:");
    }

    @Test
    void knowsNoAddressOfThisMachineForAnother() {
        assertThat(errors("""
                - hosts: { o41: }
                  vms: { web: { machine: { ram: 1G } } }
                - migrations: { web: { from: o41, to: localhost } }
                """))
                .containsExactly(
                        "3:39 no address is known under which o41 reaches localhost | say it in \"address\", or in the inventory as"
                                + " its ansible_host");
    }
}
