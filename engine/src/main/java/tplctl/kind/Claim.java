package tplctl.kind;

/**
 * What a resource's changes take from, or give to, something that its host has only so much of. The planner adds the claims of
 * all resources and refuses a plan that takes more than there is.
 *
 * @param pool what is claimed, the same text for all claims on it ("huge pages of 2M", "/mnt/ramdisk")
 * @param unit what is counted: "pages" or "bytes"
 * @param free how much of it the host had free when it was observed; -1 when this claim's observation cannot know
 * @param takes how much the changes take
 * @param gives how much the changes add to the pool
 * @param once what it is taken for, where several resources need one and the same thing ("the template base"): whatever of them comes
 *     first takes it, so it counts once; empty when it is the resource's alone
 */
public record Claim(String pool, String unit, long free, long takes, long gives, String once) {
    public Claim(String pool, String unit, long free, long takes, long gives) {
        this(pool, unit, free, takes, gives, "");
    }

    /** The same for something that others may claim as well. */
    public Claim once(String what) {
        return new Claim(pool, unit, free, takes, gives, what);
    }
}
