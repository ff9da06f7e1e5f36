"""At once (马上): what a scene calls so takes 20 ms of this thread's own time, and no collector's."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

_AT_ONCE_SECONDS = 0.02


@contextmanager
def at_once() -> Iterator[None]:
    """Fail unless the block is over at once; a full collection, which is not its doing, waits until then."""
    collecting = gc.isenabled()
    gc.disable()
    began = thread_time()
    try:
        yield
        took = thread_time() - began
    finally:
        if collecting:
            gc.enable()
    assert took < _AT_ONCE_SECONDS, f"{took * 1000:.1f} ms"
