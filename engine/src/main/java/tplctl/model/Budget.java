package tplctl.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tplctl.kind.ByteSize;
import tplctl.kind.Claim;
import tplctl.kind.ResourceId;

/** Adds up what a plan takes from each host's limited pools. */
final class Budget {
    private record Pool(String host, String name) {
        // Spelled out, because a record's own are linked at run time, which costs a start-up tens of milliseconds.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Pool that && name.equals(that.name) && host.equals(that.host);
        }

        @Override
        public int hashCode() {
            return 31 * host.hashCode() + name.hashCode();
        }
    }

    private record Claimant(ResourceId id, Claim claim) {}

    private final Map<Pool, List<Claimant>> claims = new LinkedHashMap<>();

    void add(ResourceId id, Claim claim) {
        claims.computeIfAbsent(new Pool(id.host(), claim.pool()), p -> new ArrayList<>())
                .add(new Claimant(id, claim));
    }

    /** One problem for each pool that is asked for more than it has and gets. */
    List<Plan.Problem> problems() {
        List<Plan.Problem> problems = new ArrayList<>();
        claims.forEach((pool, claimants) -> {
            long takes = taking(claimants).stream().mapToLong(Budget::amount).sum();
            long gives = claimants.stream().mapToLong(c -> c.claim().gives()).sum();
            long free =
                    claimants.stream().mapToLong(c -> c.claim().free()).max().orElse(-1);
            boolean known = free >= 0 || gives > 0;
            long available = free > Long.MAX_VALUE - gives ? Long.MAX_VALUE : Math.max(0, free) + gives;
            if (known && takes > available) {
                problems.add(problem(pool, claimants, available, takes));
            }
        });
        return problems;
    }

    /** Those that take something, together where they take one and the same thing. */
    private static Collection<List<Claimant>> taking(List<Claimant> claimants) {
        Map<String, List<Claimant>> taking = new LinkedHashMap<>();
        for (Claimant claimant : claimants) {
            if (claimant.claim().takes() > 0) {
                String once = claimant.claim().once();
                // No name of a thing begins with a space.
                taking.computeIfAbsent(once.isEmpty() ? " " + taking.size() : once, k -> new ArrayList<>())
                        .add(claimant);
            }
        }
        return taking.values();
    }

    private static long amount(List<Claimant> together) {
        return together.stream().mapToLong(c -> c.claim().takes()).max().orElse(0);
    }

    private static Plan.Problem problem(Pool pool, List<Claimant> claimants, long available, long takes) {
        String unit = claimants.get(0).claim().unit();
        List<String> each = new ArrayList<>();
        for (List<Claimant> together : taking(claimants)) {
            Claimant one = together.get(0);
            String what = together.size() > 1 ? one.claim().once() : one.id().local();
            each.add(what + ' ' + amount(amount(together), unit));
        }
        List<ResourceId> taking = claimants.stream()
                .filter(c -> c.claim().takes() > 0)
                .map(Claimant::id)
                .toList();
        return new Plan.Problem(
                taking.get(0),
                "not enough " + pool.name() + " on " + pool.host() + ": the plan takes " + amount(takes, unit) + " ("
                        + String.join(", ", each) + "), there will be " + amount(available, unit),
                "make the pool larger by " + amount(takes - available, unit) + ", or ask for less",
                taking);
    }

    private static String amount(long count, String unit) {
        return unit.equals("bytes") ? new ByteSize(count).toString() : Long.toString(count);
    }
}
