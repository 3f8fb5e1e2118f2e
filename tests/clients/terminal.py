"""A person at a terminal approves while the store is served, and one declines where nobody serves; what comes
through a pipe decides nothing.

Usage: python terminal.py IDWO_LOCAL DATA approve|decline APPROVAL [--bind ADDRESS]
"""

import os
import pty
import subprocess
import sys

IDWO, DATA, WORD, APPROVAL, *SERVED_AT = sys.argv[1:]
COMMAND = [IDWO, "--data", DATA, *SERVED_AT, "approve", APPROVAL]


def seen_until(terminal: int, said: str) -> str:
    seen = ""
    while said not in seen:
        try:
            more = os.read(terminal, 4096).decode()
        except OSError:
            more = ""
        assert more, f"it ended with: {seen}"
        seen += more
    return seen


piped = subprocess.run(COMMAND, input=f"{WORD}\n", capture_output=True, text=True, timeout=60)
assert piped.returncode == 1 and "by a person" in piped.stderr, piped

person, process = pty.fork()
if person == 0:
    os.execv(IDWO, COMMAND)
shown = seen_until(process, "Type approve or decline: ")
assert "release v2.4.0, on acme/storefront." in shown and "1. tag v2.4.0" in shown, shown
os.write(process, f"{WORD}\n".encode())
state = {"approve": "approved", "decline": "declined"}[WORD]
seen_until(process, f"{APPROVAL} is {state}.")
assert os.waitstatus_to_exitcode(os.waitpid(person, 0)[1]) == 0
where = "while it is served" if SERVED_AT else "where nobody serves"
print(f"terminal: a person typed {WORD} {where}; a pipe decided nothing")
