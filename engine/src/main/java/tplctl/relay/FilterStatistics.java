package tplctl.relay;

/**
 * What a filter has done so far.
 *
 * @param bytesIn bytes taken from the source
 * @param bytesOut bytes handed to the destination
 * @param dataPagesDropped PAGE records left out because the template holds the page
 * @param zeroPagesDropped ZERO records left out because the template's page is zero
 * @param dataPagesSent PAGE records of templated blocks that were passed on, as they were or as differences
 * @param zeroPagesSent ZERO records of templated blocks that were passed on, PAGE records of zeros among them
 * @param otherPagesSent records of blocks that have no template
 * @param rounds passes over the memory: one, and one more each time that addresses step back
 * @param deviceStateBytes bytes behind the last of the RAM: device state, end mark and description
 */
public record FilterStatistics(
        long bytesIn,
        long bytesOut,
        long dataPagesDropped,
        long zeroPagesDropped,
        long dataPagesSent,
        long zeroPagesSent,
        long otherPagesSent,
        long rounds,
        long deviceStateBytes) {
    static final FilterStatistics NONE = new FilterStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0);
}
