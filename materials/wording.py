"""The workshop's sentences, kept in `wording.json`: a county edits its words without touching Python."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from materials.model import DocumentKind, FieldName, Judgement, Reason, Refusal, Verdict


@dataclass(frozen=True, slots=True)
class Phrase:
    """用语: what is said, and what the person does next."""

    sentence: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Wording:
    """用语表: every sentence of the room, complete for each code (checked when it is loaded)."""

    refusals: dict[Refusal, Phrase]
    judgements: dict[Reason, Phrase]
    kinds: dict[str, str]
    fields: dict[FieldName, str]
    anything: str

    def kind(self, kind: str) -> str:
        """The Chinese name of a document kind or of a catalogue material kind."""
        return self.kinds.get(kind, self.kinds[DocumentKind.UNKNOWN])

    def listed(self, names: Iterable[FieldName]) -> str:
        """Field names in a row, each once: 姓名、住址; the word for 'the text' when there is none."""
        return "、".join(dict.fromkeys(self.fields[n] for n in names)) or self.anything


@cache
def wording() -> Wording:
    """The table in `wording.json`; a code without its sentence fails here with a KeyError naming it."""
    table = json.loads(files("materials").joinpath("wording.json").read_text(encoding="utf-8"))
    return Wording(
        refusals={code: Phrase(**table["refusals"][code]) for code in Refusal},
        judgements={reason: Phrase(**table["judgements"][reason]) for reason in Reason},
        kinds={**table["kinds"], **{kind.value: table["kinds"][kind] for kind in DocumentKind}},
        fields={name: table["fields"][name] for name in FieldName},
        anything=table["anything"],
    )


def refusal_phrase(code: Refusal) -> Phrase:
    """What a person hears when a photograph cannot be taken in."""
    return wording().refusals[code]


def spoken(
    verdict: Verdict,
    reason: Reason,
    *,
    kind: str = DocumentKind.UNKNOWN,
    wanted: str = DocumentKind.UNKNOWN,
    read: Iterable[FieldName] = (),
    missing: Iterable[FieldName] = (),
) -> Judgement:
    """A verdict with its sentence filled in from the facts given."""
    words = wording()
    phrase = words.judgements[reason]
    facts = {
        "kind": words.kind(kind),
        "wanted": words.kind(wanted),
        "read": words.listed(read),
        "missing": words.listed(missing),
    }
    return Judgement(verdict, reason, phrase.sentence.format(**facts), phrase.next_step.format(**facts))
