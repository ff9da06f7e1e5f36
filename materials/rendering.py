"""A reading as text and as JSON for the command line; numbers are masked unless asked for openly."""

from __future__ import annotations

from typing import Any

from materials.model import FieldName, PhotoReading, PhotoRefused, ReadField, Trust, Verdict
from materials.wording import refusal_phrase, wording

_HEADS = {
    FieldName.ID_NUMBER: 6,
    FieldName.BANK_NUMBER: 0,
    FieldName.HOUSEHOLD_NUMBER: 2,
    FieldName.CERTIFICATE_NUMBER: 4,
}
_TAILS = {
    FieldName.ID_NUMBER: 2,
    FieldName.BANK_NUMBER: 4,
    FieldName.HOUSEHOLD_NUMBER: 2,
    FieldName.CERTIFICATE_NUMBER: 2,
}
_VERDICTS = {Verdict.GOOD: "可用", Verdict.RETAKE: "请重拍", Verdict.ASK_PERSON: "转人工核对"}
_TRUSTS = {Trust.PROVED: "校验通过", Trust.NEEDS_CHECK: "请核对"}


def masked_value(found: ReadField) -> str:
    """The value as it may be shown: numbers keep their ends, a birth date its year, the rest stands."""
    if found.name is FieldName.BIRTH_DATE:
        return f"{found.value[:4]}-**-**"
    if found.name not in _HEADS:
        return found.value
    head, tail = _HEADS[found.name], _TAILS[found.name]
    hidden = "*" * max(0, len(found.value) - head - tail)
    return (
        f"{found.value[:head]}{hidden}{found.value[len(found.value) - tail :]}"
        if hidden
        else "*" * len(found.value)
    )


def as_json(reading: PhotoReading, *, openly: bool = False) -> dict[str, Any]:
    """The reading as a JSON object, without pictures; `openly` shows numbers in full."""
    said = reading.judgement
    return {
        "outcome": "read",
        "kind": reading.kind.kind,
        "kind_name": wording().kind(reading.kind.kind),
        "kind_confidence": round(reading.kind.confidence, 3),
        "also": list(reading.kind.also),
        "verdict": said.verdict,
        "reason": said.reason,
        "sentence": said.sentence,
        "next_step": said.next_step,
        "fields": [_field(found, openly=openly) for found in reading.fields],
        "page": {
            "width": reading.width,
            "height": reading.height,
            "bytes": len(reading.page),
            "turned": reading.turned,
            "source_format": reading.source_format.name,
        },
        "metrics": {
            "sharpness": round(reading.metrics.sharpness, 1),
            "brightness": round(reading.metrics.brightness, 1),
            "highlight": round(reading.metrics.highlight, 1),
            "glare": round(reading.metrics.glare, 4),
        },
    }


def as_text(reading: PhotoReading, *, openly: bool = False) -> str:
    """The reading as a few lines of Chinese."""
    words, said = wording(), reading.judgement
    shown = [found.value if openly else masked_value(found) for found in reading.fields]
    return "\n".join(
        [
            f"种类：{words.kind(reading.kind.kind)}（把握 {reading.kind.confidence:.0%}）",
            f"结论：{_VERDICTS[said.verdict]}（{said.reason}）",
            f"说明：{said.sentence}{said.next_step}",
            *(
                f"  {words.fields[found.name]}：{value}（{_TRUSTS[found.trust]}）"
                for found, value in zip(reading.fields, shown, strict=True)
            ),
            f"页面：{_page(reading)}",
        ]
    )


def refusal_as_json(refused: PhotoRefused) -> dict[str, str]:
    """A refusal as a JSON object."""
    phrase = refusal_phrase(refused.code)
    return {
        "outcome": "refused",
        "code": refused.code,
        "sentence": phrase.sentence,
        "next_step": phrase.next_step,
    }


def refusal_as_text(refused: PhotoRefused) -> str:
    """A refusal as one line of Chinese with its code."""
    phrase = refusal_phrase(refused.code)
    return f"没有收下（{refused.code}）：{phrase.sentence}{phrase.next_step}"


def _page(reading: PhotoReading) -> str:
    size = f"{reading.width}×{reading.height}，{len(reading.page) // 1024} KB"
    return f"{size}，原格式 {reading.source_format.name}，转正 {reading.turned}°"


def _field(found: ReadField, *, openly: bool) -> dict[str, Any]:
    return {
        "name": found.name,
        "label": wording().fields[found.name],
        "value": found.value if openly else masked_value(found),
        "trust": found.trust,
        "confidence": round(found.confidence, 3),
    }
