"""Between the server and its picture workers: a length, a JSON head, then the bytes the head announces.

JSON and not pickle: the worker has opened a stranger's file, so nothing it says may be run on this side.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from typing import Any

from materials.model import (
    DocumentKind,
    FieldName,
    ImageFormat,
    Judgement,
    KindGuess,
    Metrics,
    PhotoReading,
    ReadField,
    Reason,
    Refusal,
    Trust,
    Verdict,
)
from materials.rules import PhotoRules

LENGTH = struct.Struct(">I")
MAX_HEAD = 1 << 20
MAX_BODY = 1 << 26


@dataclass(frozen=True, slots=True)
class Order:
    """What the worker is asked: read a photograph, or (without content) load the models."""

    content: bytes
    expected_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the worker says: exactly one of a reading, a refusal or a fault, or none of them: ready."""

    reading: PhotoReading | None = None
    refusal: Refusal | None = None
    fault: str | None = None


def frame(head: dict[str, Any], *bodies: bytes) -> bytes:
    """A message: its JSON head carries the bodies' lengths under `bodies`."""
    text = json.dumps({**head, "bodies": [len(body) for body in bodies]}).encode()
    return b"".join((LENGTH.pack(len(text)), text, *bodies))


def lengths(head: dict[str, Any]) -> list[int]:
    """The announced body lengths; a ValueError when they are not believable."""
    sizes = head["bodies"]
    if any(not 0 <= size <= MAX_BODY for size in sizes):
        raise ValueError("a body length out of bounds")
    return list(sizes)


def pack_rules(rules: PhotoRules) -> str:
    """The rules as a worker's only argument."""
    return json.dumps(asdict(rules))


def unpack_rules(text: str) -> PhotoRules:
    """The rules from a worker's argument."""
    table: dict[str, Any] = json.loads(text)
    return PhotoRules(**{**table, "demo_prefixes": tuple(table["demo_prefixes"])})


def pack_order(order: Order) -> bytes:
    """An order as bytes."""
    return frame({"expected_kind": order.expected_kind}, order.content)


def unpack_order(head: dict[str, Any], content: bytes) -> Order:
    """An order from its head and body."""
    return Order(content, head["expected_kind"])


def pack_answer(answer: Answer) -> bytes:
    """An answer as bytes."""
    reading = answer.reading
    if reading is None:
        return frame({"reading": None, "refusal": answer.refusal, "fault": answer.fault})
    facts = asdict(reading)
    bodies = facts.pop("page"), facts.pop("masked")
    return frame({"reading": facts, "refusal": None, "fault": None}, *bodies)


def unpack_answer(head: dict[str, Any], bodies: list[bytes]) -> Answer:
    """An answer from its head and bodies; ValueError, KeyError or TypeError on nonsense."""
    if head["reading"] is not None:
        return Answer(reading=_reading(head["reading"], *bodies))
    return Answer(refusal=Refusal(head["refusal"]) if head["refusal"] else None, fault=head["fault"])


def _reading(facts: dict[str, Any], page: bytes, masked: bytes) -> PhotoReading:
    kind, said = facts["kind"], facts["judgement"]
    return PhotoReading(
        page=page,
        masked=masked,
        width=int(facts["width"]),
        height=int(facts["height"]),
        turned=int(facts["turned"]),
        source_format=ImageFormat(facts["source_format"]),
        kind=KindGuess(
            DocumentKind(kind["kind"]), kind["confidence"], tuple(map(DocumentKind, kind["also"]))
        ),
        fields=tuple(_field(row) for row in facts["fields"]),
        metrics=Metrics(**facts["metrics"]),
        judgement=Judgement(
            Verdict(said["verdict"]), Reason(said["reason"]), said["sentence"], said["next_step"]
        ),
    )


def _field(row: dict[str, Any]) -> ReadField:
    return ReadField(FieldName(row["name"]), row["value"], Trust(row["trust"]), row["confidence"])
