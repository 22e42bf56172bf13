package tplctl.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SerialPortTest {
    private static final String LOG = ",logfile=/run/tplctl/vms/web/serial.log";

    private static SerialPort port(String device) {
        return SerialPort.of(List.of("qemu", "-serial", device + LOG, "-serial", "none"))
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            unix:/run/tplctl/vms/web/serial.sock,server=on,wait=off | /run/tplctl/vms/web/serial.sock | -
            mon:unix:/srv/a,,b.sock,server,nowait                   | /srv/a,b.sock                   | -
            unix:/srv/client.sock                                   | -                               | -
            telnet:127.0.0.1:7001,server,nowait                     | -                               | telnet 127.0.0.1 7001
            mon:telnet:[::1]:7001,server,nowait                     | -                               | telnet ::1 7001
            telnet:[::]:7001,server=on,wait=off                     | -                               | telnet localhost 7001
            telnet:127.0.0.1:7001                                   | -                               | -
            telnet::7001,server=on,wait=off                         | -                               | telnet localhost 7001
            tcp:0.0.0.0:7001,server=on                              | -                               | nc localhost 7001
            tcp:10.0.0.1:7001                                       | -                               | -
            pty                                                     | -                               | -
            """)
    void tellsWhereItListens(String device, String socket, String program) {
        assertThat(port(device).socket()).isEqualTo(java.util.Optional.ofNullable(socket));
        assertThat(port(device).port().map(SerialPort.Port::program)).isEqualTo(java.util.Optional.ofNullable(program));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            telnet:127.0.0.1:7001,server,nowait | -serial telnet:127.0.0.1:7001,server,nowait,logfile=/run/log
            pty                                 | -chardev pty,id=console0,logfile=/run/log -serial chardev:console0
            file:/srv/a,b                       | -chardev file,path=/srv/a,,b,id=console0,logfile=/run/log -serial chardev:console0
            null                                | -chardev null,id=console0,logfile=/run/log -serial chardev:console0
            mon:pty                             | -chardev pty,mux=on,id=console0,logfile=/run/log -serial chardev:console0 -mon console0
            mon:unix:/srv/s,server=on           | -serial mon:unix:/srv/s,server=on,logfile=/run/log
            /dev/ttyS1                          | -chardev serial,path=/dev/ttyS1,id=console0,logfile=/run/log -serial chardev:console0
            """)
    void hasALogWhateverItIs(String device, String options) {
        assertThat(String.join(" ", SerialPort.options(device, "/run/log"))).isEqualTo(options);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "chardev:own", "vc", "vc:80Cx24C", "udp:127.0.0.1:9999"})
    void hasNoLogWhereThereIsNoPlaceForOne(String device) {
        assertThat(SerialPort.options(device, "/run/log")).containsExactly("-serial", device);
        assertThat(SerialPort.isKept(device)).isFalse();
    }

    @Test
    void isTheDeviceThatWasDeclared() {
        assertThat(port("telnet:127.0.0.1:7001,server,nowait").device())
                .isEqualTo("telnet:127.0.0.1:7001,server,nowait");
        assertThat(SerialPort.of(SerialPort.options("file:/srv/log", "/run/log"))
                        .map(SerialPort::device))
                .hasValue("file,path=/srv/log");
        assertThat(SerialPort.of(SerialPort.options("mon:pty", "/run/log")).map(SerialPort::device))
                .hasValue("pty");
        assertThat(SerialPort.of(SerialPort.options("none", "/run/log")).map(SerialPort::device))
                .hasValue("none");
        assertThat(SerialPort.of(List.of("qemu", "-nographic"))).isEmpty();
        assertThat(SerialPort.of(List.of("qemu", "-serial"))).isEmpty();
    }
}
