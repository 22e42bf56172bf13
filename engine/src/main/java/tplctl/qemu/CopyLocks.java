package tplctl.qemu;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Two VMs that move to one host at once and need the same template there: one has it copied, the other finds it. */
final class CopyLocks {
    private final Map<String, Lock> locks = new ConcurrentHashMap<>();

    Lock of(String host, String template) {
        return locks.computeIfAbsent(host + "\0" + template, key -> new ReentrantLock());
    }
}
