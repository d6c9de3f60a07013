"""`python tied.py PROGRAM ARGUMENTS…` becomes that program, which the kernel ends as soon as our parent is gone.

A test session that is killed, or runs out of time, so leaves no servers behind.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.execvp(sys.argv[1], sys.argv[1:])
