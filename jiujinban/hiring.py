"""Worker processes (帮手进程) for the rooms whose work would hold up everybody: they end with whoever hired them."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread


def hire_one() -> ProcessPoolExecutor:
    """A pool of one process, which ends by itself when this process does, be it by SIGKILL.

    A pool's own processes would not: each holds both ends of the pipe it listens at, and so never sees its end.
    """
    return ProcessPoolExecutor(1, get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """In the worker: a thread that waits for the parent's end, which every system shows as something to read.

    What is being worked on is given up. A library that keeps Python's lock is let finish first: seconds, for routes.
    """
    parent = parent_process()
    if parent is not None:
        Thread(target=_wait_and_end, args=(parent.sentinel,), daemon=True, name="end with parent").start()


def _wait_and_end(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)
