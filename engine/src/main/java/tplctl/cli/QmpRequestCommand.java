package tplctl.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import tplctl.diag.Diagnostics;
import tplctl.diag.Suggest;
import tplctl.engine.VmSighting;
import tplctl.host.NobodyListensException;
import tplctl.inventory.Inventory;
import tplctl.machine.Layout;
import tplctl.machine.QemuVersion;
import tplctl.machine.QmpRules;
import tplctl.machine.VmRecord;
import tplctl.qemu.QmpClient;
import tplctl.qemu.QmpConnectionException;
import tplctl.qemu.QmpException;
import tplctl.qemu.QmpTimeoutException;
import tplctl.report.Json;

/** {@code qmp}: one command to a VM's emulator. */
final class QmpRequestCommand implements Command {
    private static final int WAIT_SECONDS = 30;
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration GREETING = Duration.ofSeconds(5);
    private static final long PAUSE_NANOS = 500_000_000;

    @Override
    public Form form() {
        return new Form(
                "Sends a VM's emulator one QMP command and prints what it returns as JSON; a text, as"
                        + " human-monitor-command returns, as it is, unless with -o json. JSON holds the command's arguments, in braces"
                        + " or as @FILE. The VM is found as by the command console.",
                "NAME COMMAND [JSON] [PLAYBOOK]",
                "tplctl qmp web-1 human-monitor-command '{\"command-line\": \"info block\"}'",
                flags());
    }

    private static List<Flag> flags() {
        List<Flag> flags = new ArrayList<>(
                List.of(Flag.INVENTORY, Flag.LIMIT, Flag.EXTRA_VARS, Flag.FORKS, Flag.WAIT, Flag.FORCE_COMMAND));
        flags.addAll(Flag.CONNECTING);
        flags.addAll(List.of(Flag.OUTPUT, Flag.JSON, Flag.QUIET, Flag.NO_COLOR));
        return flags;
    }

    /** What the parameters say. */
    private record Request(String vm, String command, JsonObject arguments, Optional<String> playbook) {
        static Request of(List<String> words) {
            String vm = NamedVm.checked(words.get(0));
            String command = words.get(1);
            if (!command.matches("[A-Za-z_][A-Za-z0-9_.-]*")) {
                throw new UsageException("\"" + command + "\" cannot be a QMP command, such as query-status");
            }
            JsonObject arguments = new JsonObject();
            Optional<String> playbook = Optional.empty();
            for (String word : words.subList(2, words.size())) {
                if (word.startsWith("@")) {
                    arguments = QmpArguments.parse(TextFile.text(word.substring(1)));
                } else if (isPlaybook(word)) {
                    playbook = Optional.of(word);
                } else {
                    arguments = QmpArguments.parse(word);
                }
            }
            return new Request(vm, command, arguments, playbook);
        }

        private static boolean isPlaybook(String word) {
            return !word.strip().startsWith("{")
                    && (word.endsWith(".yml") || word.endsWith(".yaml") || Files.exists(Path.of(word)));
        }
    }

    @Override
    public int run(Invocation invocation) {
        Arguments args = invocation.args();
        Output output = Output.of(args);
        Request request = Request.of(args.positionals());
        Duration wait = Duration.ofSeconds(args.number(Flag.WAIT, WAIT_SECONDS));
        Loader loader = new Loader(invocation, request.playbook());
        Inventory inventory = loader.inventory();
        Session.Options options = Session.Options.of(invocation, loader.extraVars(new Diagnostics()));
        try (Session session = invocation.sessions().open(inventory, options);
                Interrupts interrupts = Interrupts.install((times, exit) -> {
                    session.interrupt();
                    Runtime.getRuntime().halt(exit);
                })) {
            AskedHosts hosts = AskedHosts.of(request.playbook(), invocation, loader, inventory, session);
            NamedVm vm = new NamedVm(request.vm(), invocation, session, hosts);
            int exit = vm.find()
                    .map(found -> sent(request, found, session, wait, output, invocation))
                    .orElseGet(vm::exit);
            return interrupts.exit().orElse(exit);
        }
    }

    private static int sent(
            Request request, VmSighting vm, Session session, Duration wait, Output output, Invocation invocation) {
        long deadline = System.nanoTime() + wait.toNanos();
        try (QmpClient qmp = connect(vm, session, deadline, wait)) {
            return executed(request, vm, qmp, left(deadline), output, invocation);
        } catch (QmpTimeoutException | QmpConnectionException e) {
            invocation.say("tplctl: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }

    /** Without taking a place in its queue, which would then be somebody's who only waits. */
    private static QmpClient connect(VmSighting vm, Session session, long deadline, Duration wait) {
        String socket = Layout.vm(vm.name()).qmp();
        VmSighting now = vm;
        while (true) {
            if (!now.taken().contains(socket)) {
                try {
                    return QmpClient.connect(
                            session.open(vm.host(), socket, CONNECT), vm.shown(), least(GREETING, left(deadline)));
                } catch (QmpTimeoutException | NobodyListensException e) {
                    // Somebody was quicker, or it hangs.
                }
            }
            if (left(deadline).isZero()) {
                throw new QmpTimeoutException(
                        vm.shown(),
                        "QMP was busy for " + wait.toSeconds()
                                + " s: it serves one client at a time, and another one, such as"
                                + " a tplctl apply that moves the VM, has it, or the emulator hangs; --wait waits longer");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            now = session.find(vm.host(), vm.name());
            if (!now.runs()) {
                throw new QmpTimeoutException(vm.shown(), "it has ended meanwhile");
            }
        }
    }

    private static int executed(
            Request request, VmSighting vm, QmpClient qmp, Duration limit, Output output, Invocation invocation) {
        try {
            if (!invocation.args().has(Flag.FORCE_COMMAND)) {
                Optional<String> refusal = refusal(request, vm, qmp, limit);
                if (refusal.isPresent()) {
                    invocation.say("tplctl: " + vm.shown() + ": " + request.command() + " is not sent: " + refusal.get()
                            + "; --force sends it all the same");
                    return ExitCode.FAILED;
                }
            }
            print(qmp.execute(request.command(), request.arguments(), limit), output, invocation);
            return ExitCode.DONE;
        } catch (QmpException e) {
            invocation.say("tplctl: " + e.getMessage() + suggestion(e, qmp, limit));
            return ExitCode.FAILED;
        }
    }

    private static Optional<String> refusal(Request request, VmSighting vm, QmpClient qmp, Duration limit) {
        if (QmpRules.looks(request.command(), request.arguments())) {
            return Optional.empty();
        }
        String state = qmp.execute("query-status", new JsonObject(), limit)
                .getAsJsonObject()
                .get("status")
                .getAsString();
        boolean clone = Optional.ofNullable(vm.records().get(vm.name()))
                .map(VmRecord::template)
                .filter(t -> !t.isEmpty())
                .isPresent();
        QemuVersion version = new QemuVersion(
                qmp.version().major(), qmp.version().minor(), qmp.version().micro());
        return QmpRules.refusal(
                request.command(),
                request.arguments(),
                new QmpRules.Situation(vm.name(), vm.host(), vm.marks(), vm.wasUp(), state, clone, version));
    }

    private static String suggestion(QmpException refused, QmpClient qmp, Duration limit) {
        if (!refused.errorClass().equals("CommandNotFound")) {
            return "";
        }
        try {
            JsonArray known =
                    qmp.execute("query-commands", new JsonObject(), limit).getAsJsonArray();
            List<String> names = new ArrayList<>();
            known.forEach(c -> names.add(c.getAsJsonObject().get("name").getAsString()));
            return "; " + Suggest.didYouMean(refused.command(), names, "query-commands lists those that there are");
        } catch (QmpException e) {
            return "";
        }
    }

    private static void print(JsonElement value, Output output, Invocation invocation) {
        if (output != Output.TEXT) {
            invocation.print(value + "\n");
        } else if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()) {
            invocation.print(value.getAsString().replace("\r\n", "\n").stripTrailing() + "\n");
        } else {
            invocation.print(Json.document(value));
        }
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
