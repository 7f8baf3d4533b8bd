"""Memory: freed blocks stay with the process while it trains."""

import ctypes
import sys
from functools import cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST_KEPT = 1 << 30


@cache
def keep_freed_memory() -> None:
    """Ask glibc to keep freed blocks for the next step; elsewhere, do nothing.

    A training step frees and takes again hundreds of megabytes of activations and fresh parameters. By default glibc hands large blocks
    back to the kernel, and the next step waits for every page to be zeroed anew: a third of a residual net's step. The process's peak
    memory stays the same; it is held between steps instead of returned.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)
        mallopt(M_TRIM_THRESHOLD, 2 * LARGEST_KEPT - 1)
