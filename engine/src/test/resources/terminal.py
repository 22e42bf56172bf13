# Runs a command on a terminal of its own and plays the person at it: python3 terminal.py STEP... -- COMMAND...
# A step is await=TEXT or type=TEXT, both with Python's escapes, signal=NAME, run=SHELL COMMAND, or mode= to note the terminal's mode.
# Prints as JSON what was seen and how it ended.
import fcntl, json, os, pty, select, signal, subprocess, sys, termios, time

at = sys.argv.index("--")
steps, command = sys.argv[1:at], sys.argv[at + 1:]
master, slave = pty.openpty()
before = termios.tcgetattr(slave)

def own():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, preexec_fn=own)
seen, modes, mark = b"", [], 0
deadline = time.monotonic() + 240

def look(limit):
    global seen
    if select.select([master], [], [], limit)[0]:
        seen += os.read(master, 65536)

problem = ""
for step in steps:
    kind, _, value = step.partition("=")
    text = value.encode().decode("unicode_escape").encode("latin-1")
    if kind == "await":
        while text not in seen[mark:] and child.poll() is None and time.monotonic() < deadline:
            look(0.1)
        look(0)
        if text not in seen[mark:]:
            problem = "never seen: " + value
            break
        mark = seen.index(text, mark) + len(text)
    elif kind == "type":
        os.write(master, text)
    elif kind == "signal":
        os.kill(child.pid, getattr(signal, "SIG" + value))
    elif kind == "run":
        subprocess.run(["sh", "-c", value], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    elif kind == "mode":
        flags = termios.tcgetattr(slave)[3]
        modes.append("cooked" if flags & termios.ICANON and flags & termios.ECHO and flags & termios.ISIG else
                     "raw" if not flags & (termios.ICANON | termios.ECHO | termios.ISIG) else "mixed")
while child.poll() is None and time.monotonic() < deadline:
    look(0.1)
if child.poll() is None:
    problem = problem or "it did not end"
    child.kill()
child.wait()
while select.select([master], [], [], 0)[0]:
    seen += os.read(master, 65536)
print(json.dumps({"exit": child.returncode, "seen": seen.decode("utf-8", "replace"), "modes": modes,
                  "restored": termios.tcgetattr(slave) == before, "problem": problem}))
