package tplctl.kinds;

import java.util.List;
import java.util.Optional;
import tplctl.kind.Decoding;
import tplctl.kind.Sh;
import tplctl.kind.Shape;
import tplctl.kind.Type;
import tplctl.kind.Types;
import tplctl.text.ListNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** How one step of a build is done. */
sealed interface Recipe {
    /** By the usual program, with these arguments. */
    record Arguments(List<String> items) implements Recipe {
        @Override
        public String shown() {
            return items.stream().map(Sh::quoted).toList().toString();
        }

        @Override
        public String toString() {
            return shown();
        }
    }

    /** By a script of the user's. */
    record Script(String text) implements Recipe {
        @Override
        public String shown() {
            return text.strip();
        }
    }

    /** Not at all. */
    record None() implements Recipe {
        @Override
        public String shown() {
            return "false";
        }
    }

    /** As the user writes it, more or less; other recipes have another text. */
    String shown();

    /**
     * A list of arguments, a script, or, for a step that may be left out, {@code false}.
     *
     * @param program what the arguments are for, for messages
     */
    static Type<Recipe> type(String program, boolean omissible) {
        return new Written(program, omissible);
    }

    /** The type of the fields that hold one. */
    record Written(String program, boolean omissible) implements Type<Recipe> {
        private static final Type<List<String>> LIST = Types.list(Types.WORD);

        @Override
        public String label() {
            return "a list of arguments for " + program
                    + (omissible ? ", a script instead, or false" : ", or a script instead");
        }

        @Override
        public Shape shape() {
            List<Shape> written = List.of(LIST.shape(), Types.WORD.shape());
            return new Shape.AnyOf(omissible ? List.of(written.get(0), written.get(1), new Shape.Bool()) : written);
        }

        @Override
        public Optional<Recipe> decode(Node node, Decoding to) {
            if (node instanceof ListNode) {
                return LIST.decode(node, to).map(Arguments::new);
            }
            if (!(node instanceof Scalar scalar)
                    || (scalar.plain() && scalar.text().equals("true"))) {
                return to.mismatch(node, label());
            }
            if (scalar.plain() && scalar.text().equals("false")) {
                return omissible ? Optional.of(new None()) : to.mismatch(node, label());
            }
            if (scalar.text().startsWith("-")) {
                to.error(
                        scalar.at(),
                        "\"" + to.field() + "\" is text, which is a script, but begins like an option",
                        "write a list of arguments: [" + scalar.text().strip().replaceAll("\\s+", ", ") + "]");
                return Optional.empty();
            }
            return Types.WORD.decode(node, to).map(Script::new);
        }
    }
}
