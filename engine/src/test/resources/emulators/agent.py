#!/usr/bin/python3
"""Stands in for qemu-guest-agent behind the socket of its channel: agent.py SOCKET LOG.

It synchronizes, says of every program that it ran and ended well, and writes the script of each, as a line of JSON, to the file LOG. It
takes one client after the other, as the channel does.
"""
import json
import os
import socket
import sys


def answer(command, arguments, log):
    if command == "guest-sync-delimited":
        return arguments["id"]
    if command == "guest-exec":
        with open(log, "a") as file:
            file.write(json.dumps(arguments["arg"][-1]) + "\n")
        return {"pid": 302}
    if command == "guest-exec-status":
        return {"exited": True, "exitcode": 0}
    raise ValueError("The command %s has not been found" % command)


def converse(client, log):
    for line in client.makefile("rb"):
        request = json.loads(line[line.rfind(b"\xff") + 1:])
        command = request["execute"]
        try:
            reply = {"return": answer(command, request.get("arguments", {}), log)}
        except ValueError as problem:
            reply = {"error": {"class": "CommandNotFound", "desc": str(problem)}}
        delimiter = b"\xff" if command == "guest-sync-delimited" else b""
        client.sendall(delimiter + json.dumps(reply).encode() + b"\n")


def main():
    path, log = sys.argv[1:]
    os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(1)
    open(log, "a").close()
    print("listening", flush=True)
    while True:
        client, _ = server.accept()
        with client:
            converse(client, log)


main()
