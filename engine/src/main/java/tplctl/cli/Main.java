package tplctl.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;
import tplctl.diag.InvalidInputException;
import tplctl.diag.Sources;
import tplctl.diag.Suggest;
import tplctl.host.HostException;
import tplctl.host.HostUnreachableException;
import tplctl.host.LockHeldException;
import tplctl.kind.Kind;
import tplctl.kinds.Kinds;
import tplctl.report.DiagnosticsText;

/** The program's entry: finds the command, runs it, and turns whatever it throws into a message and an exit code. */
public final class Main {
    private static final int TRACE_AT = 3;
    private static final int NARROW = 60;
    private static final int WIDE = 110;
    private static final int OPTION_WIDTH = 34;

    private final Terminal terminal;
    private final Supplier<Map<String, Kind<?, ?>>> kinds;
    private final Session.Factory sessions;
    private final Sources sources = new Sources();

    Main(Terminal terminal, Supplier<Map<String, Kind<?, ?>>> kinds, Session.Factory sessions) {
        this.terminal = terminal.discreet();
        this.kinds = kinds;
        this.sessions = sessions;
    }

    /** Runs the command that the arguments name and exits with its code. */
    public static void main(String[] args) {
        Terminal terminal = Terminal.system();
        Session.Factory sessions = (inventory, options) -> new EngineSession(
                inventory,
                Passwords.in(options, terminal),
                Passwords.passphrases(terminal),
                CacheDirectory.of(terminal.env()));
        int exit = new Main(terminal, Kinds::named, sessions).run(args);
        terminal.out().flush();
        terminal.err().flush();
        System.exit(exit);
    }

    /** The program's version, as its jar tells. */
    static String version() {
        return "tplctl "
                + Objects.requireNonNullElse(Main.class.getPackage().getImplementationVersion(), "development");
    }

    int run(String[] args) {
        if (args.length == 0) {
            terminal.err().print(Catalogue.overview());
            return ExitCode.USAGE;
        }
        switch (args[0]) {
            case "--version", "-V", "-version", "version" -> {
                if (args.length == 1) {
                    terminal.out().println(version());
                    return written(ExitCode.DONE);
                }
            }
            case "--help", "-h", "-help", "help" -> {
                if (args.length == 1) {
                    terminal.out().print(Catalogue.overview());
                    return written(ExitCode.DONE);
                }
                return run(new String[] {args[1], "--help"});
            }
            default -> {}
        }
        return dispatch(args);
    }

    // Options may stand before the command: the first word that is a command's name is the command.
    private int dispatch(String[] args) {
        for (int i = 0; i < args.length; i++) {
            Optional<Catalogue> found = Catalogue.find(args[i]);
            if (found.isPresent()) {
                String[] rest = new String[args.length - 1];
                System.arraycopy(args, 0, rest, 0, i);
                System.arraycopy(args, i + 1, rest, i, rest.length - i);
                return written(guarded(found.get(), rest));
            }
            if (!args[i].startsWith("-") && i == 0) {
                break;
            }
        }
        if (args[0].startsWith("-")) {
            return usage("there is no command after " + String.join(" ", args) + "; tplctl --help lists them", "");
        }
        return usage(
                "there is no command \"" + args[0] + "\"; "
                        + Suggest.didYouMean(
                                args[0],
                                Catalogue.shown().stream().map(Catalogue::word).toList(),
                                "tplctl --help lists them"),
                "");
    }

    private int guarded(Catalogue entry, String[] args) {
        try {
            return parsed(entry, Flag.normalised(args));
        } catch (UnmatchedArgumentException e) {
            return usage(unknownOption(e.getUnmatched().get(0), entry), " " + entry.word());
        } catch (ParameterException | UsageException e) {
            return usage(message(e), " " + entry.word());
        } catch (InvalidInputException e) {
            boolean noColor = Arrays.asList(args).contains("--no-color");
            terminal.err().print(DiagnosticsText.render(e.diagnostics(), sources, terminal.errStyle(noColor)));
            return ExitCode.INVALID;
        } catch (InputFileException e) {
            return complain(e, ExitCode.INVALID);
        } catch (LockHeldException e) {
            return complain(e, ExitCode.LOCKED);
        } catch (HostUnreachableException e) {
            return complain(e, ExitCode.UNREACHABLE);
        } catch (HostException e) {
            return complain(e, ExitCode.FAILED);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return defect(e, args);
        }
    }

    private int parsed(Catalogue entry, String[] args) {
        Command command = entry.command();
        CommandLine line = new CommandLine(command.spec(entry.word()))
                .setOverwrittenOptionsAllowed(true)
                .setExpandAtFiles(false) // "-e @FILE" is a file of variables, not of arguments
                .setUsageHelpWidth(Math.max(NARROW, Math.min(WIDE, terminal.width())))
                .setUsageHelpLongOptionsMaxWidth(OPTION_WIDTH);
        ParseResult result = line.parseArgs(args);
        if (result.isUsageHelpRequested()) {
            terminal.out().print(line.getUsageMessage(CommandLine.Help.Ansi.OFF));
            return ExitCode.DONE;
        }
        Arguments arguments = new Arguments(result);
        command.form().check(arguments.positionals());
        // Not the options: a variable may be a secret.
        String shown = ("tplctl " + entry.word() + " " + String.join(" ", arguments.positionals())).strip();
        return command.run(new Invocation(arguments, terminal, kinds.get(), sessions, shown, sources));
    }

    private static String unknownOption(String option, Catalogue entry) {
        List<String> known = entry.command().form().flags().stream()
                .flatMap(f -> f.names().stream())
                .filter(n -> n.startsWith("--"))
                .toList();
        String word = option.startsWith("--") || option.length() < 3 ? option : "-" + option;
        int equals = word.indexOf('=');
        return "unknown option \"" + option + "\""
                + Suggest.nearest(equals < 0 ? word : word.substring(0, equals), known)
                        .map(n -> "; did you mean \"" + n + "\"?")
                        .orElse("");
    }

    private int usage(String message, String command) {
        terminal.err().println("tplctl: " + message);
        terminal.err().println("Try 'tplctl" + command + " --help'.");
        return ExitCode.USAGE;
    }

    private int complain(RuntimeException e, int exit) {
        terminal.err().println("tplctl: " + message(e));
        return exit;
    }

    private int defect(Throwable e, String[] args) {
        terminal.err().println("tplctl: internal error: " + e);
        if (verbosity(args) >= TRACE_AT) {
            e.printStackTrace(terminal.err());
        } else {
            terminal.err().println("The same command with -vvv shows where it happened.");
        }
        return ExitCode.INTERNAL;
    }

    // A result that did not arrive must not look like one that did.
    private int written(int exit) {
        Optional<String> trouble = terminal.out().trouble();
        trouble.ifPresent(t -> terminal.err().println("tplctl: cannot write to stdout: " + t));
        return trouble.isPresent() && exit == ExitCode.DONE ? ExitCode.INTERNAL : exit;
    }

    // Read off the words: the exception may have come before they were parsed.
    private static int verbosity(String[] args) {
        int level = 0;
        for (String arg : args) {
            if (arg.equals("--verbose")) {
                level++;
            } else if (arg.startsWith("-v") && arg.chars().skip(1).allMatch(c -> c == 'v')) {
                level += arg.length() - 1;
            }
        }
        return level;
    }

    private static String message(Throwable e) {
        return Objects.requireNonNullElseGet(e.getMessage(), e::toString);
    }
}
