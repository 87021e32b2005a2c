"""How does nothing we start outlive us, even when we are killed?

``python leash.py PROGRAM …`` runs a program until the pipe on its standard input closes, then ends it. The
kernel closes that pipe when the process that holds the other end dies, however it dies.

Linux's parent-death signal would need no process in between, but the kernel forgets it when a program
changes its user, as Mosquitto does when root starts it. Standard library only: it runs without site-packages.
"""

import os
import subprocess
import sys
import threading

GRACE_S = 3
"""How long a program may take to stop before it is killed."""


def main() -> None:
    """Run the program named in the arguments; leave with its exit code."""
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603 - our own command line
    threading.Thread(target=_end_when_let_go, args=(program,), daemon=True).start()
    # Not sys.exit: the thread still waits on standard input, which a tidy exit would wait for.
    os._exit(abs(program.wait()))


def _end_when_let_go(program: "subprocess.Popen[bytes]") -> None:
    while os.read(0, 1):
        pass
    program.terminate()
    try:
        program.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        program.kill()


if __name__ == "__main__":
    main()
