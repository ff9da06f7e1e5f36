"""Teachable (可教的说法): words that say what is wanted, before they are tried at all.

A rehearsal sees which good answers a lesson would move. It cannot see that nobody who types 怎么办 or the name of their
village has said anything yet: no good answer stands there to be moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from intake.errors import BadInput
from intake.model.catalogue import ServiceItem
from intake.model.learning import Lesson
from intake.ports import Uow

# The reference has nicknames of one item that stand in what is said of eight others (残疾证, 养老金); what stands in ten is
# said of whatever one wants (怎么办 of 122, 补贴 of 59), or names a family of items (公积金).
_MANY = 10
_KINDS = "村|社区|居委会|村委会|街道|镇|乡"
_LET_BY = r"[\s,，、的]"


async def refuse_unteachable(lesson: Lesson, items: Sequence[ServiceItem], view: Uow) -> None:
    """Raises `BadInput` that says why for a place alone, and for words that are said of many items."""
    if await _is_place(lesson.text, view):
        _refuse(f"“{lesson.text}”是地名，没有说到要办什么事。请把要办的事也说进去。")
    others = _others_said_with(lesson, items)
    if others >= _MANY:
        _refuse(
            f"“{lesson.text}”太笼统，清单里还有{others}个事项的说法里都有它，教给一个会让别人找错。请说得更具体些。"
        )


def _refuse(why: str) -> None:
    raise BadInput(field="text", why=why)


async def _is_place(text: str, view: Uow) -> bool:
    halls, villages = await view.places.halls(), await view.places.villages()
    # The county's own name is stored nowhere else than at the head of its halls' addresses.
    if any(told.startswith(text) for hall in halls for told in (hall.name, hall.address)):
        return True
    names = {name for v in villages for name in (v.name, v.short_name, v.township_name)}
    known = "|".join(map(re.escape, sorted(_with_short(names), key=len, reverse=True)))
    return bool(known) and re.fullmatch(rf"(?:{known}|{_KINDS}|{_LET_BY})+", text) is not None


def _with_short(names: Iterable[str]) -> Iterator[str]:
    """The names, and what people say of them (双峰 for 双峰乡); a single character is no name of a place."""
    for name in names:
        short = re.sub(rf"(?:{_KINDS})$", "", name)
        yield from (said for said in (name, short) if len(said) > 1)


def _others_said_with(lesson: Lesson, items: Sequence[ServiceItem]) -> int:
    """How many other items have the words in what is said of them; none where the item itself is called just so."""
    said = {item.code: tuple(_said(item)) for item in items}
    if lesson.text in said.get(lesson.service_code, ()):
        return 0
    return sum(
        any(lesson.text in phrase for phrase in phrases)
        for code, phrases in said.items()
        if code != lesson.service_code
    )


def _said(item: ServiceItem) -> Iterator[str]:
    yield from (item.name, *item.aliases, *item.old_names)
    for phrases in item.phrasings.values():
        yield from phrases
