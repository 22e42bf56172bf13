package tplctl.report;

import java.time.Duration;
import java.util.List;
import tplctl.engine.Status;

/** What runs, one table of templates and one of VMs. Sizes are powers of 1024. */
public final class StatusText {
    private static final int DIGEST = 12;
    private static final String NONE = "-";

    private StatusText() {}

    public static String render(List<Status> hosts, Style style) {
        StringBuilder out = new StringBuilder();
        if (hosts.stream().anyMatch(h -> !h.templates().isEmpty())) {
            out.append(templates(hosts, style)).append('\n');
        }
        if (hosts.stream().anyMatch(h -> !h.vms().isEmpty())) {
            out.append(vms(hosts, style)).append('\n');
        }
        List<String> empty = hosts.stream()
                .filter(h -> h.templates().isEmpty() && h.vms().isEmpty())
                .map(h -> Cells.clean(h.host()))
                .toList();
        if (!empty.isEmpty()) {
            out.append("No templates and no VMs on ")
                    .append(String.join(", ", empty))
                    .append(".\n\n");
        }
        return out.isEmpty() ? "" : out.substring(0, out.length() - 1);
    }

    private static String templates(List<Status> hosts, Style style) {
        boolean verified = hosts.stream()
                .flatMap(h -> h.templates().stream())
                .anyMatch(t -> !t.verified().isEmpty());
        Table table = new Table(0, false, false, false, false, true, false);
        table.row("HOST", "TEMPLATE", "OWNER", "DIGEST", "RAM", verified ? "VERIFIED" : "");
        for (Status host : hosts) {
            for (Status.Template t : host.templates()) {
                table.row(host.host(), t.name(), t.owner(), digest(t), Words.bytes(t.memoryBytes()), t.verified());
            }
        }
        return heading(table.text(), style);
    }

    private static String vms(List<Status> hosts, Style style) {
        Table table = new Table(0, false, false, false, false, false, true, true, true, true);
        table.row("HOST", "VM", "OWNER", "TEMPLATE", "STATE", "PID", "UPTIME", "PRIVATE", "SHARED");
        for (Status host : hosts) {
            for (Status.Vm vm : host.vms()) {
                boolean runs = vm.pid() > 0;
                table.row(
                        host.host(),
                        vm.name(),
                        vm.owner(),
                        vm.template().isEmpty() ? NONE : vm.template(),
                        vm.state(),
                        runs ? Long.toString(vm.pid()) : NONE,
                        runs ? Words.elapsed(Duration.ofSeconds(vm.uptimeSeconds())) : NONE,
                        runs ? Words.bytes(vm.privateBytes()) : NONE,
                        runs ? Words.bytes(vm.sharedBytes()) : NONE);
            }
        }
        return heading(table.text(), style);
    }

    private static String digest(Status.Template template) {
        return template.digest().length() <= DIGEST
                ? template.digest()
                : template.digest().substring(0, DIGEST);
    }

    private static String heading(String table, Style style) {
        int end = table.indexOf('\n');
        return style.paint(Style.Tone.STRONG, table.substring(0, end)) + table.substring(end);
    }
}
