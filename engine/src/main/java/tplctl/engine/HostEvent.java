package tplctl.engine;

/** What becomes of a host before and while its resources are worked on. */
public enum HostEvent {
    /** There is a connection, and the user is logged in. */
    CONNECTED,
    /** There is no connection, or it broke. */
    UNREACHABLE,
    /** It is this run's alone. */
    LOCKED,
    /** It said how things are. */
    OBSERVED
}
