#!/usr/bin/python3
"""Stands in for the osnet flavour of QEMU 4.1: takes the options that it takes, answers QMP as it does, and runs no guest.

Each command line and each QMP command is appended, as a line of JSON, to the file LOG beside this program. A saved state is the text
STATE and the capabilities that were on; loading anything else, or without the template's RAM file, ends the program as it ends QEMU,
and so does any load while there is a file REFUSE beside it.
"""
import array
import json
import os
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = {"-nographic", "-nodefaults", "-no-user-config", "-S", "-osnet_init_ram_state"}
VALUES = {"-machine", "-cpu", "-smp", "-m", "-object", "-numa", "-drive", "-qmp", "-serial", "-monitor", "-incoming", "-parallel",
          "-net", "-vga", "-display", "-name", "-uuid", "-device"}
CAPABILITIES = ["events", "x-ignore-shared", "bypass-shared-memory"]
STATE = "state of a machine"


def log(what):
    with open(os.path.join(HERE, "LOG"), "a") as file:
        file.write(json.dumps(what) + "\n")


def die(message):
    sys.stderr.write("qemu-system-x86_64: %s\n" % message)
    sys.stderr.flush()
    os._exit(1)


def options(arguments):
    """Pairs of option and value, as QEMU's first pass over a command line finds them."""
    found = []
    rest = list(arguments)
    while rest:
        option = rest.pop(0)
        option = option[1:] if option.startswith("--") else option
        if option == "-version" or option in FLAGS:
            found.append((option, ""))
        elif option in VALUES:
            found.append((option, rest.pop(0)))
        else:
            die("%s: invalid option" % option)
    return found


def parts(value):
    return dict(part.split("=", 1) for part in value.split(",") if "=" in part)


class Machine:
    def __init__(self, given):
        self.lock = threading.RLock()
        self.clients = []
        self.on = set()
        self.descriptors = {}
        self.status = "running"
        for option, value in given:
            if option == "-object":
                self.memory(parts(value))
        serial = [parts(value) for option, value in given if option == "-serial"]
        if serial and "logfile" in serial[0]:
            with open(serial[0]["logfile"], "a") as file:
                file.write("login:\n")
        incoming = [value for option, value in given if option == "-incoming"]
        if incoming:
            self.status = "inmigrate"
            if incoming[0].startswith("exec:"):
                threading.Thread(target=self.load, args=(incoming[0][len("exec:"):],), daemon=True).start()

    def memory(self, backend):
        path, size = backend["mem-path"], int(backend["size"][:-1]) << {"M": 20, "G": 30}[backend["size"][-1]]
        if backend["share"] == "on":
            with open(path, "w+b") as file:
                file.truncate(size)
        elif not os.path.exists(path) or os.path.getsize(path) != size:
            die("the RAM file %s is not there, or of another size" % path)

    def load(self, command):
        text = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, check=False).stdout.decode()
        refuses = os.path.exists(os.path.join(HERE, "REFUSE"))
        if refuses or not text.startswith(STATE) or "bypass-shared-memory" not in text:
            die("load of migration failed: Invalid argument")
        time.sleep(0.1)
        self.status = "paused"

    def save(self, uri):
        text = ("%s, %s\n" % (STATE, " ".join(sorted(self.on)))).encode()
        kind, where = uri.split(":", 1)
        if kind == "fd":
            with os.fdopen(self.descriptors.pop(where), "wb") as file:
                file.write(text)
        else:
            subprocess.run(["sh", "-c", where], input=text, check=False)
        self.status = "postmigrate"
        if "events" in self.on:
            self.tell({"event": "MIGRATION", "data": {"status": "completed"}, "timestamp": {"seconds": 1, "microseconds": 1}})

    def tell(self, what):
        for client in self.clients:
            client.sendall((json.dumps(what) + "\r\n").encode())

    def answer(self, command, arguments, passed):
        if command == "query-migrate-capabilities":
            return [{"capability": name, "state": name in self.on} for name in CAPABILITIES]
        if command == "migrate-set-capabilities":
            for each in arguments["capabilities"]:
                if each["capability"] not in CAPABILITIES:
                    raise ValueError("Invalid parameter '%s'" % each["capability"])
                (self.on.add if each["state"] else self.on.discard)(each["capability"])
        elif command == "query-status":
            return {"status": self.status, "running": self.status == "running", "singlestep": False}
        elif command == "stop":
            self.status = "paused"
        elif command == "cont":
            if self.status not in ("paused", "running"):
                raise ValueError("not in the state %s" % self.status)
            self.status = "running"
        elif command == "getfd":
            self.descriptors[arguments["fdname"]] = passed
        elif command == "migrate":
            threading.Thread(target=self.save, args=(arguments["uri"],), daemon=True).start()
        elif command not in ("qmp_capabilities", "quit", "system_powerdown"):
            raise ValueError("The command %s has not been found" % command)
        return {}

    def converse(self, read, write, logs):
        write({"QMP": {"version": {"qemu": {"micro": 0, "minor": 1, "major": 4}, "package": ""}, "capabilities": []}})
        decoder = json.JSONDecoder()
        text = ""
        while True:
            more, passed = read()
            if not more:
                return
            text += more
            while text.strip():
                try:
                    request, end = decoder.raw_decode(text.lstrip())
                except ValueError:
                    break
                text = text.lstrip()[end:]
                command, arguments = request["execute"], request.get("arguments", {})
                if logs and command != "qmp_capabilities":
                    log({"qmp": command, "arguments": arguments})
                with self.lock:
                    try:
                        reply = {"return": self.answer(command, arguments, passed)}
                    except ValueError as problem:
                        reply = {"error": {"class": "GenericError", "desc": str(problem)}}
                    if "id" in request:
                        reply["id"] = request["id"]
                    write(reply)
                if command == "quit" or command == "system_powerdown":
                    os._exit(0)


def serve(machine, path):
    if os.path.exists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(1)

    def read(client):
        space = socket.CMSG_LEN(array.array("i").itemsize)
        data, ancillary, _, _ = client.recvmsg(65536, space)
        fds = array.array("i")
        for _, _, content in ancillary:
            fds.frombytes(content)
        return data.decode(), (fds[0] if fds else None)

    def forever():
        while True:
            client, _ = server.accept()
            machine.clients.append(client)
            machine.converse(lambda: read(client), lambda what: client.sendall((json.dumps(what) + "\r\n").encode()), True)
            machine.clients.remove(client)

    threading.Thread(target=forever, daemon=True).start()


def main():
    given = options(sys.argv[1:])
    first = dict(given)
    if "-version" in first:
        print("QEMU emulator version 4.1.0")
    elif first.get("-machine") == "help":
        print("Supported machines are:")
        print("pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-4.1)")
        print("pc-i440fx-4.1        Standard PC (i440FX + PIIX, 1996) (default)")
    elif first.get("-qmp") == "stdio":
        text = iter([(sys.stdin.read(), None), ("", None)])
        Machine([]).converse(lambda: next(text), lambda what: print(json.dumps(what), flush=True), False)
    else:
        log({"argv": sys.argv[1:]})
        machine = Machine(given)
        for option, value in given:
            if option == "-qmp":
                serve(machine, value.split(",")[0][len("unix:"):])
        threading.Event().wait()


main()
