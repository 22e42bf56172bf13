package tplctl.login;

/** A password or passphrase. It has no printed form, so that it gets into no message by accident. */
public record Secret(String text) {
    @Override
    public String toString() {
        return "***";
    }
}
