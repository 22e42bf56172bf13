package tplctl.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import tplctl.engine.HostEvent;
import tplctl.engine.Outcome;
import tplctl.kind.ResourceId;
import tplctl.report.Json;
import tplctl.report.ReportJson;

/** One JSON object a line on stdout for everything that happens; see {@code docs/ndjson.md}. */
final class EventProgress extends Progress {
    private final TalkStream out;
    private final PrintStream err;
    private final int verbosity;
    private final LongSupplier nanos;
    private final long began;

    EventProgress(TalkStream out, PrintStream err, int verbosity, LongSupplier nanos) {
        this.verbosity = verbosity;
        this.out = out;
        this.err = err;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
    }

    @Override
    long period() {
        return 0;
    }

    @Override
    void tick() {}

    @Override
    public void started(ResourceId id) {
        emit("started", with("id", id.toString()));
    }

    @Override
    public void step(ResourceId id, String doing) {
        JsonObject event = with("id", id.toString());
        event.addProperty("doing", doing);
        emit("step", event);
    }

    @Override
    public void output(ResourceId id, String line, boolean whole) {
        if (whole && verbosity >= SHOW_RESULTS) {
            JsonObject event = with("id", id.toString());
            event.addProperty("line", line);
            emit("output", event);
        }
    }

    @Override
    public void finished(Outcome outcome) {
        emit("finished", ReportJson.outcome(outcome));
    }

    @Override
    public void host(String name, HostEvent state, String message) {
        JsonObject event = with("host", name);
        event.addProperty("state", state.name().toLowerCase(Locale.ROOT));
        event.addProperty("message", message);
        emit("host", event);
    }

    @Override
    public void script(String host, String shown, String result, Duration took) {
        if (verbosity >= SHOW_SCRIPTS) {
            err.print(HostLines.script(host, shown, result, took));
        }
    }

    @Override
    public void debug(String host, String line) {
        if (verbosity >= SHOW_DEBUG) {
            err.print(HostLines.debug(host, line));
        }
    }

    @Override
    public void note(String line) {
        err.println(line);
        emit("note", with("line", line));
    }

    /** A line of its own for a document, such as the plan. */
    static String line(String event, JsonObject body) {
        JsonObject json = new JsonObject();
        json.addProperty("event", event);
        for (Map.Entry<String, JsonElement> entry : body.entrySet()) {
            json.add(entry.getKey(), entry.getValue());
        }
        return Json.line(json) + "\n";
    }

    private synchronized void emit(String event, JsonObject body) {
        JsonObject timed = new JsonObject();
        timed.addProperty("at", Json.seconds(Duration.ofNanos(nanos.getAsLong() - began)));
        body.entrySet().forEach(e -> timed.add(e.getKey(), e.getValue()));
        out.printMasked(line(event, out.secrets().json(timed).getAsJsonObject()));
        out.flush();
    }

    private static JsonObject with(String name, String value) {
        JsonObject json = new JsonObject();
        json.addProperty(name, value);
        return json;
    }
}
