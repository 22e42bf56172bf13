package tplctl.relay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A legal stream, by chance, and the templates that it is for. Each page is sent at least once, as precopy does. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record GeneratedStream(byte[] bytes, Map<String, byte[]> templates) {
    private static final int PAGE = 4096;

    private record Address(String block, long offset) {}

    /** At most {@code most} pages in a block. */
    static GeneratedStream of(long seed, int most) {
        return new Generator(new Random(seed), most).generate();
    }

    private static final class Generator {
        private final Random random;
        private final int most;
        private final StreamBuilder out = new StreamBuilder();
        private final Map<String, byte[]> templates = new LinkedHashMap<>();
        private final Map<String, Long> lengths = new LinkedHashMap<>();
        private String last = "";

        private Generator(Random random, int most) {
            this.random = random;
            this.most = most;
        }

        private GeneratedStream generate() {
            template("mem0");
            if (chance(30)) {
                template("mem1");
            }
            for (String other : List.of("pc.bios", "/rom@etc/acpi/tables", "0000:00:03.0/virtio-net-pci.rom")) {
                if (chance(50)) {
                    lengths.put(other, (1L + random.nextInt(most)) * PAGE);
                }
            }
            head();
            List<Address> all = addresses();
            List<List<Address>> rounds = new ArrayList<>(List.of(all));
            for (int i = random.nextInt(5); i > 0; i--) {
                List<Address> some = new ArrayList<>(all);
                some.removeIf(each -> chance(60));
                rounds.add(some);
            }
            out.part();
            for (List<Address> round : rounds) {
                if (chance(30)) {
                    Collections.shuffle(round, random);
                }
                for (Address each : round) {
                    while (chance(15)) {
                        border();
                    }
                    record(each);
                }
            }
            out.eos();
            if (chance(50)) {
                out.command(11);
            }
            out.end();
            Collections.shuffle(all, random);
            all.subList(0, random.nextInt(all.size() + 1)).forEach(this::record);
            out.eos();
            byte[] state = new byte[random.nextInt(300)];
            random.nextBytes(state);
            out.devices(state, "{\"devices\": [" + "1,".repeat(random.nextInt(50)) + "1]}");
            return new GeneratedStream(out.build(), templates);
        }

        private void template(String name) {
            int pages = 1 + random.nextInt(most);
            byte[] content = new byte[pages * PAGE];
            for (int i = 0; i < pages; i++) {
                System.arraycopy(content(), 0, content, i * PAGE, PAGE);
            }
            templates.put(name, content);
            lengths.put(name, (long) content.length);
        }

        private void head() {
            out.header("pc-i440fx-" + random.nextInt(10));
            if (chance(20)) {
                out.subsection("configuration/target-page-bits").u32(12);
            }
            if (chance(20)) {
                out.subsection("configuration/capabilities").u32(0);
            }
            if (chance(20)) {
                out.subsection("configuration/uuid").u64(random.nextLong()).u64(random.nextLong());
            }
            if (chance(50)) {
                out.command(1).command(2, (byte) 0, (byte) 0, (byte) 0, (byte) 1);
            }
            out.start(lengths);
        }

        private List<Address> addresses() {
            List<Address> all = new ArrayList<>();
            lengths.forEach((name, length) -> {
                for (long offset = 0; offset < length; offset += PAGE) {
                    all.add(new Address(name, offset));
                }
            });
            return all;
        }

        private void border() {
            out.eos();
            if (chance(20)) {
                out.command(2, (byte) 0, (byte) 0, (byte) 0, (byte) random.nextInt(5));
            }
            out.part();
        }

        private void record(Address at) {
            boolean named = !at.block().equals(last) || chance(20);
            last = at.block();
            byte[] template = templates.get(at.block());
            byte[] page = content();
            if (template != null && chance(60)) {
                page = Arrays.copyOfRange(template, (int) at.offset(), (int) at.offset() + PAGE);
                if (chance(20)) {
                    page[chance(50) ? PAGE - 1 : random.nextInt(PAGE)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            boolean zero = Arrays.equals(page, new byte[PAGE]) && chance(80);
            out.u64(at.offset() | (zero ? 2 : 8) | (named ? 0 : 0x20));
            if (named) {
                out.name(at.block());
            }
            out.bytes(zero ? new byte[1] : page);
        }

        /** One of few, so that pages are often equal. */
        private byte[] content() {
            byte[] page = new byte[PAGE];
            int kind = random.nextInt(5);
            if (kind > 1) {
                Arrays.fill(page, (byte) kind);
            } else if (kind == 1) {
                page[random.nextInt(2) * (PAGE - 1)] = 1;
            }
            return page;
        }

        private boolean chance(int percent) {
            return random.nextInt(100) < percent;
        }
    }
}
