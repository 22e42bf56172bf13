package tplctl.relay;

import java.io.IOException;
import java.util.List;

/** What a sort of job does. An agent runs each job on a thread of its own. */
@FunctionalInterface
public interface Command {
    /**
     * Does the job to its end.
     *
     * @param fields what follows the command's name
     * @return the fields of the answer
     * @throws InterruptedException when the job was cancelled while it waited
     */
    List<String> run(Job job, List<String> fields) throws IOException, InterruptedException;
}
