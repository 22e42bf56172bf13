package tplctl.kind;

/** What a change does, as the plan's symbol shows it. In ascending order of weight; a resource's action is its heaviest. */
public enum Impact {
    UPDATE("~"),
    CREATE("+"),
    UNKNOWN("?"),
    MIGRATE(">"),
    REPLACE("-/+"),
    REMOVE("-");

    private final String symbol;

    Impact(String symbol) {
        this.symbol = symbol;
    }

    public String symbol() {
        return symbol;
    }

    /** Whether a person is asked before it runs. */
    public boolean asks() {
        return this == MIGRATE || this == REPLACE || this == REMOVE;
    }
}
