package tplctl.qemu;

import com.google.gson.JsonObject;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.kind.AbsPath;
import tplctl.kind.Content;
import tplctl.kind.Sh;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.Manifest;
import tplctl.machine.QemuVersion;
import tplctl.machine.TemplateInfo;
import tplctl.machine.TemplateScripts;
import tplctl.machine.VmTask;

/** Boots a template's machine, saves it, and seals what it leaves. The machine is never resumed after it was saved. */
final class TemplateBuilder {
    private static final Duration SAVE = Duration.ofMinutes(10);
    private static final Duration SEAL = Duration.ofMinutes(10);
    private static final String DESCRIPTOR = "state";

    /** How the state gets from the emulator into its file. */
    private enum Way {
        /** The emulator writes it itself, by a {@code file:} URI. */
        FILE,
        /** We open the file here and pass the descriptor. */
        DESCRIPTOR,
        /** A child of the emulator writes it. */
        CHILD
    }

    private final Host host;
    private final VmTask.BuildTemplate task;
    private final TemplateInfo template;
    private final Emulator emulator;
    private final Way way;

    TemplateBuilder(Host host, VmTask.BuildTemplate task) {
        this.host = host;
        this.task = task;
        this.template = task.template();
        this.emulator = new Emulator(host, task.dirs(), task.doing());
        this.way = task.platform().savesToFile() ? Way.FILE : host.passesDescriptors() ? Way.DESCRIPTOR : Way.CHILD;
    }

    Map<String, Object> run() {
        if (task.platform().version().equals(QemuVersion.UNKNOWN)) {
            throw emulator.failed("the emulator " + task.argv().get(0)
                    + " is not on this host; declare its package (packages: [qemu-system-x86]) or name its path");
        }
        if (way == Way.CHILD) {
            ChildSave.refuseSandbox(emulator, task.argv());
        }
        try {
            long begin = System.nanoTime();
            emulator.launch(
                    task.prepare(),
                    task.argv(),
                    Optional.empty(),
                    way == Way.CHILD ? ChildSave.environment(draft(), task.dirs()) : Map.of());
            long ready;
            long saved;
            try (QmpClient qmp = emulator.connect(way == Way.DESCRIPTOR)) {
                emulator.awaitReady(task.ready());
                ready = System.nanoTime();
                save(qmp);
                saved = System.nanoTime();
                qmp.execute("quit", new JsonObject(), Emulator.SHORT);
            }
            if (!emulator.awaitEnd(Emulator.SHORT)) {
                throw emulator.failed("the emulator did not end after it was told to quit");
            }
            seal();
            Map<String, Object> metrics = new LinkedHashMap<>();
            metrics.put("boot_ms", (ready - begin) / 1_000_000);
            metrics.put("save_ms", (saved - ready) / 1_000_000);
            return metrics;
        } catch (QmpException | QmpConnectionException | QmpTimeoutException e) {
            String problem = Optional.ofNullable(e.getMessage()).orElse("QMP failed");
            throw Emulator.cleanedUp(emulator.failed(problem + emulator.lastWords(), e), this::discard);
        } catch (EmulatorException | HostException e) {
            throw Emulator.cleanedUp(e, this::discard);
        }
    }

    private void save(QmpClient qmp) {
        List<QmpCommand> commands = new ArrayList<>(List.of(QmpCommand.of("stop")));
        commands.addAll(Emulator.capabilities(qmp, task.platform().flavour()));
        String draft = draft();
        emulator.shell(Sh.of("umask 077\nrm -f -- {}\n: > {}", draft, draft), Emulator.SHORT);
        qmp.executeAll(commands, Emulator.SHORT);
        JsonObject uri = new JsonObject();
        switch (way) {
            case FILE -> uri.addProperty("uri", "file:" + draft);
            case CHILD -> uri.addProperty("uri", ChildSave.URI);
            case DESCRIPTOR -> {
                uri.addProperty("uri", "fd:" + DESCRIPTOR);
                passDescriptor(qmp, draft);
            }
        }
        QmpClient.Mark before = qmp.mark();
        qmp.execute("migrate", uri, Emulator.SHORT);
        QmpEvent end = qmp.awaitEvent(before, VmStarter::isEndOfLoad, SAVE);
        if (!VmStarter.status(end).equals("completed")) {
            throw emulator.failed("the machine's state could not be saved" + emulator.lastWords());
        }
        if (way == Way.CHILD) {
            ChildSave.await(host, emulator, task.dirs());
        }
    }

    private String draft() {
        return TemplateScripts.draft(template.state()).text();
    }

    private void passDescriptor(QmpClient qmp, String path) {
        try (FileOutputStream file = new FileOutputStream(path)) {
            JsonObject name = new JsonObject();
            name.addProperty("fdname", DESCRIPTOR);
            qmp.executeWithDescriptor("getfd", name, file.getFD(), Emulator.SHORT);
        } catch (IOException e) {
            throw emulator.failed("cannot write " + path + ": " + e.getMessage(), e);
        }
    }

    private void seal() {
        List<String> memory = TemplateScripts.draftMemories(template).stream()
                .map(file -> host.sha256(file.text()))
                .toList();
        String state = host.sha256(TemplateScripts.draft(template.state()).text());
        List<String> disks = new ArrayList<>();
        int count = template.machine().disks().size();
        for (int i = 0; i < count; i++) {
            disks.add(host.sha256(task.dirs().disk(i)));
        }
        String id = Content.of(String.join("", memory) + state + String.join("", disks))
                .sha256()
                .substring(0, 16);
        emulator.shell(TemplateScripts.freezeDisks(template, id), SEAL);
        emulator.shell(TemplateScripts.place(template), SEAL);

        Layout.Dirs frozen = Layout.frozen(template.name(), id);
        List<String> paths =
                new ArrayList<>(template.memories().stream().map(AbsPath::text).toList());
        paths.add(template.state().text());
        for (int i = 0; i < count; i++) {
            paths.add(frozen.disk(i));
        }
        List<String> digests = new ArrayList<>(memory);
        digests.add(state);
        digests.addAll(disks);
        List<String> stamps = emulator.lines(TemplateScripts.stamps(paths));
        List<Manifest.Sealed> sealed = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            sealed.add(new Manifest.Sealed(paths.get(i), digests.get(i), stamps.get(i)));
        }
        int nodes = memory.size();
        Manifest manifest = new Manifest(
                template.name(),
                task.owner(),
                id,
                template.specDigest(),
                task.argv().get(0),
                task.emulatorStamp(),
                task.platform(),
                template.machine().ram().bytes(),
                sealed.subList(0, nodes),
                sealed.get(nodes),
                sealed.subList(nodes + 1, sealed.size()),
                task.inputs());
        host.put(template.manifest().text(), (manifest.toJson() + "\n").getBytes(StandardCharsets.UTF_8), "0400");
        // Earlier builds whose disks nothing stands on are of no more use.
        emulator.shell(
                HostScripts.dropUnusedBuilds(
                        template.name(), template.manifest().text()),
                Emulator.SHORT);
    }

    private void discard() {
        emulator.kill();
        emulator.shell(TemplateScripts.dropDrafts(template), Emulator.SHORT);
    }
}
