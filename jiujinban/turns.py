"""Turns (轮流): how long one thread of the interpreter may keep the others waiting."""

from __future__ import annotations

import sys

_SECONDS = 0.001


def take_turns_often() -> None:
    """Have a thread that works let the others go on after a millisecond, a fifth of what the interpreter allows by itself.

    A chat message goes to the store's thread and back a dozen times. While another thread reads an imported file or builds an
    index, each of these trips waits for its turn twice.
    """
    sys.setswitchinterval(_SECONDS)
