"""Documents (检索文档): what the index knows of one thing that can be found, as weighted fields of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from intake.model.catalogue import LifeFacts, ServiceItem
from nlp.text import normalise

# How much a word counts by where it stands. Names say what an item is; materials and conditions also name
# other items' papers, so they weigh little.
FIELD_WEIGHT: Final[Mapping[str, float]] = {
    "name": 1.2, "alias": 1.0, "old_name": 1.0, "phrasing": 1.0, "summary": 0.4, "question": 0.3,
    "result": 0.2, "condition": 0.15, "material": 0.1, "topic": 0.1, "text": 1.0,
}  # fmt: skip
SPOKEN: Final = frozenset({"name", "alias", "old_name", "phrasing"})


@dataclass(frozen=True, slots=True)
class Document:
    """检索文档: a key, the name shown, texts by field as the catalogue writes them, and the life facts that favour it."""

    key: str
    name: str
    written: tuple[tuple[str, str], ...]
    life: LifeFacts | None = None

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The same texts normalised, each on one line."""
        return tuple((field, _line(text)) for field, text in self.written)


def spoken(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The short texts one would say: names, aliases, phrasings. Common questions lean on their item (要多久) and stay out."""
    return tuple(dict.fromkeys(pair for pair in fields if pair[0] in SPOKEN))


def _line(text: str) -> str:
    return normalise(text).replace("\n", " ")


def _tagged(field: str, texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((field, text) for text in texts if text)


def _people(value: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(value.split("·")) if isinstance(value, str) else tuple(value)


def _life(row: Mapping[str, Any]) -> LifeFacts | None:
    if not row:
        return None
    return LifeFacts(
        min_age=row.get("min_age"),
        max_age=row.get("max_age"),
        who=_people(row.get("who", ())),
        lost=row.get("lost", ""),
        event=row.get("event", ""),
    )


def row_document(row: Mapping[str, Any]) -> Document:
    """The document of one row of a catalogue file, for training without the core's import."""
    fields = chain(
        _tagged("name", (row["task_name"],)),
        _tagged("alias", row.get("aliases", ())),
        _tagged("old_name", row.get("old_names", ())),
        _tagged("phrasing", chain.from_iterable((row.get("phrasings") or {}).values())),
        _tagged("question", (question["question"] for question in row.get("questions", ()))),
        _tagged("summary", (row.get("summary", ""),)),
        _tagged("result", (row.get("result_name", ""),)),
        _tagged("material", (material["material_name"] for material in row.get("materials", ()))),
        _tagged("condition", row.get("accept_condition", ())),
        _tagged("topic", (row.get("user_topic_type", ""), row.get("dept_name", ""))),
    )
    return Document(row["service_code"], row["task_name"], tuple(fields), _life(row.get("life") or {}))


def item_document(item: ServiceItem) -> Document:
    """The document of one service item."""
    fields = chain(
        _tagged("name", (item.name,)),
        _tagged("alias", item.aliases),
        _tagged("old_name", item.old_names),
        _tagged("phrasing", chain.from_iterable(item.phrasings.values())),
        _tagged("question", (question.question for question in item.questions)),
        _tagged("summary", (item.summary,)),
        _tagged("result", (item.result_name,)),
        _tagged("material", (material.name for material in item.materials)),
        _tagged("condition", item.conditions),
        _tagged("topic", (item.topic, item.department)),
    )
    return Document(item.code, item.name, tuple(fields), item.life)
