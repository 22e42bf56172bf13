package tplctl.relay;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Lines of fields: separated by single spaces, each percent-encoded (RFC 3986 section 2.1) over UTF-8, the empty field a
 * single percent sign. So a line is plain ASCII, whatever its fields hold.
 */
public final class Fields {
    private static final String PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:+=,@";

    private Fields() {}

    /** One line, without its end. */
    public static String line(List<String> fields) {
        return fields.stream().map(Fields::encode).collect(Collectors.joining(" "));
    }

    /**
     * The fields of a line.
     *
     * @throws IllegalArgumentException when a percent sign is followed by something other than two hexadecimal digits
     */
    public static List<String> parse(String line) {
        return Arrays.stream(line.strip().split(" +")).map(Fields::decode).toList();
    }

    public static String encode(String field) {
        if (field.isEmpty()) {
            return "%";
        }
        StringBuilder out = new StringBuilder();
        for (byte each : field.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xff);
            if (PLAIN.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%').append(hex(c >> 4)).append(hex(c & 0xf));
            }
        }
        return out.toString();
    }

    /** The reverse of {@link #encode}, with its exception. */
    public static String decode(String field) {
        if (field.equals("%")) {
            return "";
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                out.write(bytes[i]);
                continue;
            }
            int high = digit(bytes, i + 1);
            int low = digit(bytes, i + 2);
            if (high < 0 || low < 0) {
                throw new IllegalArgumentException("a percent sign needs two hexadecimal digits after it: " + field);
            }
            out.write(high << 4 | low);
            i += 2;
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static int digit(byte[] bytes, int at) {
        return at < bytes.length ? Character.digit(bytes[at], 16) : -1;
    }

    private static char hex(int digit) {
        return "0123456789ABCDEF".charAt(digit);
    }
}
