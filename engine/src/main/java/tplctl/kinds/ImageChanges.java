package tplctl.kinds;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tplctl.kind.ByteSize;
import tplctl.kind.Change;
import tplctl.kind.Decoding;
import tplctl.kind.Impact;
import tplctl.kind.Step;

/** What must change of an image that is there. */
final class ImageChanges {
    private ImageChanges() {}

    /** @param make the steps that make it anew */
    static List<Change> of(ImageSpec want, ImageState have, Supplier<List<Step>> make, Duration limit) {
        Optional<Change> other =
                have.stamp().map(s -> remade(want, have, s, make, limit)).orElseGet(() -> unknown(want, have, limit));
        if (other.filter(c -> c.isRefused() || c.impact() == Impact.REPLACE).isPresent()) {
            return List.of(other.get());
        }
        return Stream.concat(other.stream(), grown(want, have, limit).stream()).toList();
    }

    private static Optional<Change> remade(
            ImageSpec want, ImageState have, ImageState.Stamp stamp, Supplier<List<Step>> make, Duration limit) {
        boolean same = stamp.origin().equals(want.origin())
                && want.asset().map(a -> isSame(a, stamp)).orElse(true);
        // What a guest wrote to a raw disk may begin as a qcow2 does; nothing that begins otherwise is a qcow2.
        if (same && !stamp.altered() && want.isQcow2() && !have.qcow2()) {
            return Optional.of(Change.refused(
                    Impact.REPLACE,
                    "format",
                    have.format(),
                    want.format(),
                    want.path() + " was made as a qcow2, and is none any more: move it away to have it made again"));
        }
        if (same) {
            return stamp.altered() ? Optional.of(altered(want)) : Optional.empty();
        }
        if (!stamp.altered()
                && want.sha256().filter(stamp.content()::equals).isPresent()
                && have.format().equals(want.format())) {
            return Optional.of(stamped(want, "another source of the same content", limit));
        }
        if (!have.users().isEmpty()) {
            return Optional.of(
                    Change.refused(Impact.REPLACE, "source", "another", want.shown(), inUse(want, have, "replaced")));
        }
        Change change = new Change(Impact.REPLACE, "source", "another", want.shown(), make.get());
        return Optional.of(
                stamp.altered()
                        ? change.noting(List.of("what was written to " + want.path() + " since it was made is lost"))
                        : change);
    }

    private static boolean isSame(Decoding.Asset asset, ImageState.Stamp stamp) {
        return (!asset.stamp().isEmpty() && asset.stamp().equals(stamp.assetStamp()))
                || asset.content().sha256().equals(stamp.assetDigest());
    }

    private static Change altered(ImageSpec want) {
        return Change.refused(
                Impact.REPLACE,
                "source",
                "altered since",
                want.shown(),
                want.path() + " was written to since it was made from " + want.shown()
                        + ": move it away to have it made again, or leave \"source\" out to keep it as it is");
    }

    private static Optional<Change> unknown(ImageSpec want, ImageState have, Duration limit) {
        boolean fits = have.format().equals(want.format());
        if (want.source().isEmpty() && want.backing().isEmpty()) {
            return fits && !have.overlay()
                    ? Optional.empty()
                    : Optional.of(
                            unrelated(want, "it is " + (have.overlay() ? "an overlay" : "of format " + have.format())));
        }
        if (fits && want.sha256().isPresent() && have.digest().equals(want.sha256())) {
            return Optional.of(stamped(want, "found", limit));
        }
        return Optional.of(unrelated(want, "nothing says that it is " + want.shown()));
    }

    private static Change unrelated(ImageSpec want, String why) {
        return Change.refused(
                Impact.REPLACE,
                "path",
                "another image",
                want.shown(),
                want.path() + " is there, but was not made by tplctl, and " + why
                        + ": move it away, or choose another path");
    }

    private static Change stamped(ImageSpec want, String from, Duration limit) {
        return Change.update(
                "source",
                from,
                want.shown(),
                new Step.Run(ImageSteps.stampAsItIs(want), "remembering the source of " + want.path(), limit));
    }

    private static Optional<Change> grown(ImageSpec want, ImageState have, Duration limit) {
        if (want.size().isEmpty()) {
            return Optional.empty();
        }
        long wanted = ImageSpec.rounded(want.size().get().bytes());
        long found = ImageSpec.rounded(have.virtualSize());
        if (wanted == found) {
            return Optional.empty();
        }
        String from = new ByteSize(have.virtualSize()).toString();
        String to = want.size().get().toString();
        if (wanted < found) {
            return Optional.of(Change.refused(
                    Impact.UPDATE,
                    "size",
                    from,
                    to,
                    want.path() + " has " + have.virtualSize()
                            + " bytes, and no image is shrunk: give it that size, or move" + " it away"));
        }
        return Optional.of(
                have.users().isEmpty()
                        ? Change.update(
                                "size",
                                from,
                                to,
                                new Step.Run(ImageSteps.grow(want), "growing " + want.path() + " to " + to, limit))
                        : Change.refused(Impact.UPDATE, "size", from, to, inUse(want, have, "resized")));
    }

    private static String inUse(ImageSpec want, ImageState have, String deed) {
        return want.path() + " cannot be " + deed + ": " + String.join(", ", have.users())
                + " stand on it; choose another path for the new image";
    }
}
