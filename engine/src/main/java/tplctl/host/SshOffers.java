package tplctl.host;

import com.jcraft.jsch.Identity;
import com.jcraft.jsch.IdentityRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Vector;
import org.jspecify.annotations.Nullable;

/** The keys that one login offers to a server, and which of them it got round to. */
final class SshOffers implements IdentityRepository {
    private final List<SshKey> keys;
    private final List<String> offered = new ArrayList<>();
    private final List<String> locked = new ArrayList<>();

    SshOffers(List<SshKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** The keys that the server was shown. */
    synchronized List<String> offered() {
        return List.copyOf(offered);
    }

    /** Those that the server would have taken, or might have, but whose passphrase is not known. */
    synchronized List<String> locked() {
        return List.copyOf(locked);
    }

    @Override
    public Vector<Identity> getIdentities() {
        Vector<Identity> identities = new Vector<>();
        keys.forEach(key -> identities.add(new Offer(key)));
        return identities;
    }

    @Override
    public String getName() {
        return "tplctl";
    }

    @Override
    public int getStatus() {
        return RUNNING;
    }

    @Override
    public boolean add(byte[] identity) {
        return false;
    }

    @Override
    public boolean remove(byte[] blob) {
        return false;
    }

    @Override
    public void removeAll() {
        // They are not this login's to remove.
    }

    private synchronized void note(List<String> list, String name) {
        if (!list.contains(name)) {
            list.add(name);
        }
    }

    private final class Offer implements Identity {
        private final SshKey key;

        Offer(SshKey key) {
            this.key = key;
        }

        @Override
        public boolean setPassphrase(byte @Nullable [] passphrase) {
            return true;
        }

        @Override
        public byte @Nullable [] getPublicKeyBlob() {
            Optional<byte[]> blob = key.publicKey();
            note(blob.isPresent() ? offered : locked, key.name());
            return blob.orElse(null);
        }

        @Override
        public byte @Nullable [] getSignature(byte[] data) {
            return getSignature(data, getAlgName());
        }

        @Override
        public byte @Nullable [] getSignature(byte[] data, String algorithm) {
            Optional<byte[]> signature = key.sign(data, algorithm);
            if (signature.isEmpty()) {
                note(locked, key.name());
            }
            return signature.orElse(null);
        }

        @Override
        public String getAlgName() {
            return key.algorithm();
        }

        @Override
        public String getName() {
            return key.name();
        }

        /** Never, so that the key is offered before its passphrase is asked for. */
        @Override
        public boolean isEncrypted() {
            return false;
        }

        @Override
        public void clear() {
            // The key is shared with other logins.
        }
    }
}
