package tplctl.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Hears SIGINT, SIGTERM and SIGHUP instead of ending at them. By way of reflection, because the compiler warns of
 * {@code sun.misc.Signal}, for which Java has no other name; where it is missing the signals do what they always do.
 */
final class Interrupts implements AutoCloseable {
    /** What to do about the n-th signal; {@code exit} is the exit code that the first of them asks for. */
    @FunctionalInterface
    interface Reaction {
        void to(int times, int exit);
    }

    // 128 and the signal's number, as a shell reports a program that a signal ended.
    private static final Map<String, Integer> EXITS = Map.of("HUP", 129, "INT", 130, "TERM", 143);

    private final Reaction reaction;
    private final List<Runnable> restorations = new ArrayList<>();
    private int times;
    private int exit;

    Interrupts(Reaction reaction) {
        this.reaction = reaction;
    }

    static Interrupts install(Reaction reaction) {
        Interrupts interrupts = new Interrupts(reaction);
        EXITS.keySet().forEach(interrupts::listen);
        return interrupts;
    }

    /** The exit code that the first signal asks for, if one came. */
    synchronized OptionalInt exit() {
        return times == 0 ? OptionalInt.empty() : OptionalInt.of(exit);
    }

    /** A signal came. */
    void caught(String signal) {
        int now;
        synchronized (this) {
            times++;
            if (times == 1) {
                exit = EXITS.getOrDefault(signal, ExitCode.INTERNAL);
            }
            now = times;
        }
        reaction.to(now, exit);
    }

    @Override
    public void close() {
        restorations.forEach(Runnable::run);
    }

    private void listen(String name) {
        try {
            Class<?> signalClass = Class.forName("sun.misc.Signal");
            Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
            Object signal = signalClass.getConstructor(String.class).newInstance(name);
            Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
            InvocationHandler calls = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    caught(name);
                    yield null;
                }
                case "equals" -> arguments != null && arguments[0] == proxy;
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "handler of SIG" + name;
            };
            Object handler =
                    Proxy.newProxyInstance(Interrupts.class.getClassLoader(), new Class<?>[] {handlerClass}, calls);
            Object before = handle.invoke(null, signal, handler);
            // A signal that was ignored when the program started, as under nohup, stays ignored.
            if (before.equals(handlerClass.getField("SIG_IGN").get(null))) {
                handle.invoke(null, signal, before);
            } else {
                restorations.add(() -> restore(handle, signal, before));
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // This Java lets nobody listen: the signal ends the program, as it would have.
        }
    }

    private static void restore(Method handle, Object signal, Object before) {
        try {
            handle.invoke(null, signal, before);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a handler that was there before is refused", e);
        }
    }
}
