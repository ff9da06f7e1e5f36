"""Memory (内存): how often the interpreter looks for rings of objects that nobody reaches any more."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Look for them a hundredth as often; everything else is freed at once as before, for it is counted.

    A catalogue of fifty thousand items is ten million objects and no ring among them: looking through all of them again and
    again was four tenths of an import's work. What is found later costs some tens of megabytes at most.
    """
    gc.set_threshold(50_000, 20, 100)
