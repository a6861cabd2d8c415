"""Small facts about processes of this machine."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1


def dies_with_parent() -> None:
    """In a child just forked: ask the kernel to end it when its parent dies (Linux only)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
