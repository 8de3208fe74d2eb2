"""Ties a process to its parent, so that it does not outlive it.

Run as a script, before the program, so that nothing has to run between fork and exec; the process id stays the same:
``python lifeline.py PARENT SIGNAL USER -- program…``.
"""

import ctypes
import os
import pwd
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Tie this process to its parent, become the user, become the program."""
    parent, last_signal, user, dashes, *program = argv
    if dashes != "--" or not program:
        sys.exit("usage: lifeline.py PARENT SIGNAL USER -- program...")
    if user:
        become(user)
    if sys.platform == "linux":
        die_with(int(parent), int(last_signal))
        os.execv(program[0], program)
    watch(int(parent), int(last_signal), program)


def die_with(parent: int, last_signal: int) -> None:
    """Have the kernel send this process the signal when its parent dies (Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone already")


def become(user: str) -> None:
    """Give up root for good; PostgreSQL refuses to run as root. This must come first: it clears the tie to the parent."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def watch(parent: int, last_signal: int, program: list[str]) -> None:
    """Where the kernel has no such tie: stay beside the program and look whether the parent lives."""
    child = os.posix_spawn(program[0], program, os.environ)

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os.kill(child, last_signal)

    for passed_on in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(passed_on, lambda number, _frame: os.kill(child, number))
    threading.Thread(target=look, daemon=True).start()
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)


if __name__ == "__main__":
    main(sys.argv[1:])
