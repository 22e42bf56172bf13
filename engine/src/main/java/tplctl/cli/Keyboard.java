package tplctl.cli;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * What the user types, or what comes in its place.
 *
 * @param lines the same as text; what was read of it is missing in {@code bytes}, up to the end of the line on a terminal
 */
record Keyboard(InputStream bytes, BufferedReader lines) {
    Keyboard(InputStream bytes) {
        this(bytes, new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8)));
    }
}
