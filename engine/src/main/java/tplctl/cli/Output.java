package tplctl.cli;

/** What stdout carries. */
enum Output {
    TEXT,
    JSON,
    NDJSON;

    static Output of(Arguments args) {
        String word = args.value(Flag.OUTPUT).orElse(args.has(Flag.JSON) ? "json" : "text");
        return switch (word) {
            case "text" -> TEXT;
            case "json" -> JSON;
            case "ndjson" -> NDJSON;
            default -> throw new UsageException("--output takes text, json or ndjson, not \"" + word + "\"");
        };
    }
}
