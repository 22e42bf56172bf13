package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tplctl.kind.Field;
import tplctl.kind.Schema;
import tplctl.kind.Shape;
import tplctl.kind.Type;
import tplctl.kind.Types;

/**
 * Who a guest takes itself for, beside what its emulator tells it.
 *
 * @param hostname empty: it keeps the one that it has
 * @param newMachineId whether it gets a machine-id (machine-id(5)) that no other has
 */
public record GuestIdentity(Optional<String> hostname, boolean newMachineId) {
    /** What a guest is that nothing was done to. */
    public static final GuestIdentity NONE = new GuestIdentity(Optional.empty(), false);

    // Linux takes 64 characters (HOST_NAME_MAX); the labels are as RFC 1123, section 2.1, has them.
    private static final Pattern HOSTNAME = Pattern.compile(
            "(?=.{1,64}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");
    private static final Type<String> NAME = Types.scalar(
            "a host name of at most 64 letters, digits and hyphens, such as web-1 or web-1.example.org",
            new Shape.Text(HOSTNAME.pattern()),
            s -> Optional.of(s.text()).filter(text -> HOSTNAME.matcher(text).matches()));

    private static final Field<Optional<String>> HOSTNAME_FIELD =
            Field.optional("hostname", NAME, "the guest's host name, at once and after it boots again");
    private static final Field<Optional<String>> MACHINE_ID = Field.optional(
            "machine_id",
            Types.oneOf("new"),
            "new gives the guest a machine-id of its own, as journals and DHCP tell it by");

    public static final Schema<GuestIdentity> SCHEMA =
            new Schema<>("a guest's identity", List.of(HOSTNAME_FIELD, MACHINE_ID), (v, to) -> {
                if (v.get(HOSTNAME_FIELD).isEmpty() && v.get(MACHINE_ID).isEmpty()) {
                    to.error(
                            v.at(),
                            "nothing says what the guest is to be",
                            "give a hostname, \"machine_id: new\", or both");
                }
                return new GuestIdentity(
                        v.get(HOSTNAME_FIELD), v.get(MACHINE_ID).isPresent());
            });

    public boolean isEmpty() {
        return hostname.isEmpty() && !newMachineId;
    }

    /** What is left to do for a guest that is {@code done} already. */
    public GuestIdentity without(GuestIdentity done) {
        return new GuestIdentity(
                hostname.filter(name -> !done.hostname.equals(hostname)), newMachineId && !done.newMachineId);
    }

    /** What a guest is that was {@code before} and got this. */
    public GuestIdentity over(GuestIdentity before) {
        return new GuestIdentity(hostname.or(() -> before.hostname), newMachineId || before.newMachineId);
    }

    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        hostname.ifPresent(name -> words.add("hostname " + name));
        if (newMachineId) {
            words.add("machine_id new");
        }
        return String.join(", ", words);
    }
}
