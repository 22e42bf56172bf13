package tplctl.it;

import java.time.Duration;
import java.util.List;
import tplctl.lab.LabHost;

/** What comes over the network to a port of a host: of each connection the first bytes, as hexadecimal digits. */
record Wire(LabHost host, String file) {
    /** From now on, for as long as the host is up. */
    static Wire tap(LabHost host, int port) {
        String file = "/home/wire-" + port;
        host.exec("""
                cat >%1$s.py <<'END'
                import socket
                tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
                tap.bind(("eth0", 0))
                seen = set()
                with open("%1$s", "w", buffering=1) as out:
                    while True:
                        ip = tap.recv(1 << 17)[14:]
                        if ip[:1] != b"\\x45" or ip[9] != socket.IPPROTO_TCP:
                            continue
                        tcp = ip[20:int.from_bytes(ip[2:4], "big")]
                        source, target = int.from_bytes(tcp[:2], "big"), int.from_bytes(tcp[2:4], "big")
                        payload = tcp[tcp[12] >> 4 << 2:]
                        if target == %2$d and payload and source not in seen:
                            seen.add(source)
                            print(payload[:16].hex(), file=out)
                END
                python3 %1$s.py </dev/null >/dev/null 2>&1 &
                """.formatted(file, port));
        Shell.await("the tap is open", Duration.ofSeconds(60), () -> MoveLab.exists(host, file));
        return new Wire(host, file);
    }

    List<String> openings() {
        return host.exec("cat " + file).lines().toList();
    }
}
