package tplctl.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tplctl.kind.ResourceId;
import tplctl.model.Resource;
import tplctl.model.ResourceGraph;

/** The graph for Graphviz or Mermaid: each arrow goes from a resource to one that comes before it, and says why. */
public final class GraphText {
    private GraphText() {}

    /** Graphviz's DOT; the reasons are the arrows' labels, their places in the playbook the tooltips. */
    public static String dot(ResourceGraph graph) {
        StringBuilder out = new StringBuilder("digraph tplctl {\n  rankdir=BT;\n  node [shape=box];\n");
        Map<String, StringBuilder> hosts = new LinkedHashMap<>();
        for (Resource<?, ?> resource : graph.order()) {
            hosts.computeIfAbsent(resource.id().host(), h -> new StringBuilder())
                    .append("    ")
                    .append(dotted(resource.id().toString()))
                    .append(" [label=")
                    .append(dotted(resource.id().local()))
                    .append("];\n");
        }
        int cluster = 0;
        for (Map.Entry<String, StringBuilder> host : hosts.entrySet()) {
            out.append("  subgraph cluster_")
                    .append(cluster++)
                    .append(" {\n    label=")
                    .append(dotted(host.getKey()))
                    .append(";\n")
                    .append(host.getValue())
                    .append("  }\n");
        }
        for (ResourceGraph.Edge edge : graph.edges()) {
            out.append("  ")
                    .append(dotted(edge.from().toString()))
                    .append(" -> ")
                    .append(dotted(edge.to().toString()))
                    .append(" [label=")
                    .append(dotted(edge.why()))
                    .append(", edgetooltip=")
                    .append(dotted(edge.at().toString()))
                    .append("];\n");
        }
        return out.append("}\n").toString();
    }

    /** A Mermaid flow chart; the reasons are the arrows' labels. */
    public static String mermaid(ResourceGraph graph) {
        StringBuilder out = new StringBuilder("flowchart BT\n");
        Map<ResourceId, String> names = new LinkedHashMap<>();
        Map<String, List<ResourceId>> hosts = new LinkedHashMap<>();
        for (Resource<?, ?> resource : graph.order()) {
            names.put(resource.id(), "n" + names.size());
            hosts.computeIfAbsent(resource.id().host(), h -> new java.util.ArrayList<>())
                    .add(resource.id());
        }
        int number = 0;
        for (Map.Entry<String, List<ResourceId>> host : hosts.entrySet()) {
            out.append("  subgraph h")
                    .append(number++)
                    .append('[')
                    .append(mermaided(host.getKey()))
                    .append("]\n");
            host.getValue()
                    .forEach(id -> out.append("    ")
                            .append(names.get(id))
                            .append('[')
                            .append(mermaided(id.local()))
                            .append("]\n"));
            out.append("  end\n");
        }
        for (ResourceGraph.Edge edge : graph.edges()) {
            out.append("  ")
                    .append(names.get(edge.from()))
                    .append(" -->|")
                    .append(mermaided(edge.why()))
                    .append("| ")
                    .append(names.get(edge.to()))
                    .append('\n');
        }
        return out.toString();
    }

    // The DOT language knows one escape in a quoted string, \"; labels read \\, \n and the like on top of it.
    private static String dotted(String text) {
        return '"' + Cells.clean(text).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    // Mermaid has no escapes but HTML's character references, which it writes with # for &.
    private static String mermaided(String text) {
        StringBuilder out = new StringBuilder("\"");
        Cells.clean(text).codePoints().forEach(c -> {
            if (Character.isLetterOrDigit(c) || " _./:-,".indexOf(c) >= 0) {
                out.appendCodePoint(c);
            } else {
                out.append('#').append(c).append(';');
            }
        });
        return out.append('"').toString();
    }
}
