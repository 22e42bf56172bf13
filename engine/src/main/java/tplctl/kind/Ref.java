package tplctl.kind;

import tplctl.diag.Position;

/**
 * A field that names another resource; it becomes an edge of the graph.
 *
 * @param host the host of the resource named
 * @param name the name as written; a counted resource's base name means all of its instances
 */
public record Ref(String host, String kind, String name, Position at) {}
