package tplctl.engine;

import java.time.Duration;
import java.util.List;
import tplctl.kind.ResourceId;

/** Passes everything on to two listeners. */
record BothListeners(RunListener one, RunListener other) implements RunListener {
    @Override
    public void started(ResourceId id) {
        one.started(id);
        other.started(id);
    }

    @Override
    public void step(ResourceId id, String doing) {
        one.step(id, doing);
        other.step(id, doing);
    }

    @Override
    public void output(ResourceId id, String line, boolean whole) {
        one.output(id, line, whole);
        other.output(id, line, whole);
    }

    @Override
    public void finished(Outcome outcome) {
        one.finished(outcome);
        other.finished(outcome);
    }

    @Override
    public void connecting(List<String> hosts) {
        one.connecting(hosts);
        other.connecting(hosts);
    }

    @Override
    public void host(String name, HostEvent event, String message) {
        one.host(name, event, message);
        other.host(name, event, message);
    }

    @Override
    public void script(String host, String shown, String result, Duration took) {
        one.script(host, shown, result, took);
        other.script(host, shown, result, took);
    }

    @Override
    public void debug(String host, String line) {
        one.debug(host, line);
        other.debug(host, line);
    }

    @Override
    public void note(String line) {
        one.note(line);
        other.note(line);
    }
}
