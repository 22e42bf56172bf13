package tplctl.machine;

import java.util.Locale;
import java.util.Optional;

/** Which QEMU an emulator is, as far as templates are concerned. Found by asking it; see {@link EmulatorProbe}. */
public enum Flavour {
    /** QEMU as it is released. Shared RAM is left out of a state by {@code x-ignore-shared}. */
    STOCK("x-ignore-shared"),

    /**
     * A fork that leaves shared RAM out by {@code bypass-shared-memory} and is told by {@code -osnet_init_ram_state} that RAM is there
     * before a state is loaded.
     */
    OSNET("bypass-shared-memory");

    private final String capability;

    Flavour(String capability) {
        this.capability = capability;
    }

    /** The migration capability that leaves shared RAM out of a state. */
    public String capability() {
        return capability;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Flavour> parse(String word) {
        for (Flavour flavour : values()) {
            if (flavour.word().equals(word)) {
                return Optional.of(flavour);
            }
        }
        return Optional.empty();
    }
}
