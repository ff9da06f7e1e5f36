"""A picture worker: the process that opens strangers' files, started as `python -m materials.worker`.

It holds no secret (its environment is emptied by the pool), may write no file, and dies when it uses more
memory or processor time than a photograph needs.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import BinaryIO

from materials.model import PhotoRefused
from materials.ocr import TextReader
from materials.rules import PhotoRules
from materials.wire import LENGTH, Answer, Order, lengths, pack_answer, unpack_order, unpack_rules
from materials.workshop import read_photo

_OPEN_FILES = 64
_STEP_BACK = 5


def main() -> None:
    """Say once that the doors are closed, then answer orders on standard input until it ends."""
    # Ctrl-C is for the server, which ends its workers itself; and pages come before photographs.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_STEP_BACK)
    rules = unpack_rules(sys.argv[1])
    orders, answers = _private_channel()
    _close_doors(rules)
    reader = TextReader()
    _say(answers, Answer())
    while (order := _next_order(orders)) is not None:
        _grant_processor_time(rules.cpu_seconds)
        _say(answers, _answer(order, reader, rules))


def _say(answers: BinaryIO, answer: Answer) -> None:
    answers.write(pack_answer(answer))
    answers.flush()


def _private_channel() -> tuple[BinaryIO, BinaryIO]:
    """The pipe to the pool, moved off descriptor 1: a library's stray print must not become an answer."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def _close_doors(rules: PhotoRules) -> None:
    """Bound memory, let no file grow and no core be dumped. Called once the libraries are imported."""
    for what, limit in (
        (resource.RLIMIT_AS, rules.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(what, (limit, limit))


def _grant_processor_time(seconds: int) -> None:
    """A photograph's ration, counted from the processor time used so far; SIGXCPU ends who exceeds it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _next_order(orders: BinaryIO) -> Order | None:
    prefix = orders.read(LENGTH.size)
    if len(prefix) < LENGTH.size:
        return None
    head = json.loads(orders.read(LENGTH.unpack(prefix)[0]))
    (size,) = lengths(head)
    return unpack_order(head, orders.read(size))


def _answer(order: Order, reader: TextReader, rules: PhotoRules) -> Answer:
    try:
        if not order.content:
            reader.warm()
            return Answer()
        return Answer(reading=read_photo(order.content, reader, rules, expected_kind=order.expected_kind))
    except PhotoRefused as refused:
        return Answer(refusal=refused.code)
    except Exception as broken:  # noqa: BLE001 -- a fault of ours; the pool raises it on its side
        return Answer(fault=_without_words(broken))


def _without_words(broken: Exception) -> str:
    """Where it broke, without the message: a message may quote the page."""
    steps = traceback.extract_tb(broken.__traceback__)
    places = " > ".join(f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in steps)
    return f"{type(broken).__name__} at {places}"


if __name__ == "__main__":
    main()
