"""Looking for a free place (查号): what somebody could have now, counted by the rule that also decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from intake.errors import SlotFull
from intake.model.booking import Pool, Slot
from intake.model.calendar import local_day, local_text
from intake.model.catalogue import CounterGroup, ServiceItem, Way
from intake.model.granting import places_left, pools_for, run_length, run_of
from intake.model.ids import HallCode, PersonId, ServiceCode, SlotId
from intake.model.people import RECEPTION, Caller
from intake.model.places import KIND_WORDS, Hall, OfferKind
from intake.model.waiting import AT_THE_COUNTER
from intake.ports import Tools, Uow
from intake.usecases.catalogue.finding import show_item
from intake.usecases.places.looking import halls as all_halls

_NEAREST = 3
_LONGEST = 4


@dataclass(frozen=True, slots=True)
class FindSlots:
    """Free places for an item: at some halls or all, from an instant on; for `person` as the caller would book them."""

    service_code: ServiceCode
    halls: frozenset[HallCode] | None = None
    after: datetime | None = None
    before: datetime | None = None
    kinds: frozenset[OfferKind] | None = None
    limit: int = 200
    caller: Caller | None = None
    person: PersonId | None = None


class Drawing(NamedTuple):
    """取号身份: the pools somebody may draw on, and whether as one of the green channel."""

    pools: tuple[Pool, ...] = (Pool.ONLINE, Pool.GREEN)
    green: bool = False


async def find_slots(cmd: FindSlots, *, tools: Tools) -> tuple[Slot, ...]:
    """Places somebody could book now, soonest first; only at halls that take the item."""
    now = tools.clock.now()
    item, everywhere = await show_item(cmd.service_code, tools=tools), await all_halls(tools=tools)
    halls = [h for h in everywhere if takes(item, h) and (not cmd.halls or h.code in cmd.halls)]
    async with tools.open_view() as view:
        return await free(view, item, halls, cmd, now, await _drawing_of(view, cmd, now))


async def _drawing_of(view: Uow, cmd: FindSlots, now: datetime) -> Drawing:
    person = cmd.person or (cmd.caller.account.person if cmd.caller else None)
    green = bool(person and (await view.people.person(person)).green_channel(local_day(now)))
    return drawing(cmd.caller, green=green)


def drawing(caller: Caller | None, *, green: bool) -> Drawing:
    """What somebody draws on: at the desk the counter's own quota."""
    counter = caller is not None and caller.role in RECEPTION
    return Drawing(pools_for(counter=counter, green=green), green)


async def free(
    uow: Uow, item: ServiceItem, halls: Sequence[Hall], cmd: FindSlots, now: datetime, draws: Drawing
) -> tuple[Slot, ...]:
    """The free places at some halls in one query, each with room for the whole matter."""
    wanted = cmd.kinds or AT_THE_COUNTER
    found = await uow.slots.free(
        at=[(hall.code, serving_group(item, hall)) for hall in halls],
        now=now,
        after=max(now, cmd.after or now),
        before=cmd.before,
        kinds=[kind for kind in wanted if goes_with(item, kind)],
        pools=draws.pools,
        green=draws.green,
        # A matter that takes several slots in a row is offered only where all are free: look further for it.
        limit=cmd.limit * _LONGEST if item.minutes > _SHORT else cmd.limit,
    )
    return tuple(islice(fitting(found, item.minutes, draws, now), cmd.limit))


# A slot is seldom shorter; a longer matter needs several in a row.
_SHORT = 30


def fitting(slots: Sequence[Slot], minutes: int, draws: Drawing, now: datetime) -> Iterator[Slot]:
    """Those slots at which the whole matter can begin: each slot of its run is there and has a place."""
    known = {slot.id: slot for slot in slots}
    return (slot for slot in slots if _whole(slot, known, minutes, draws, now))


def _whole(slot: Slot, known: dict[SlotId, Slot], minutes: int, draws: Drawing, now: datetime) -> bool:
    run = [known.get(one) for one in run_of(slot, run_length(minutes, slot))]
    there = [one for one in run if one is not None]
    return len(there) == len(run) and places_left(there, draws.pools, green=draws.green, now=now) > 0


async def full(uow: Uow, item: ServiceItem, slot: Slot, now: datetime, draws: Drawing) -> SlotFull:
    """The refusal with the nearest free places: first the same hall, around the wished time; then the other halls."""
    nearest = await nearest_to(uow, item, slot, now, draws)
    texts = [label for label, _ in nearest]
    return SlotFull(
        when=local_text(slot.start),
        nearest="".join(f"{text}；" for text in texts) or "近两周暂无空位，可以排队等号；",
        alternatives=tuple((label, near.id) for label, near in nearest),
    )


async def nearest_to(
    uow: Uow, item: ServiceItem, slot: Slot, now: datetime, draws: Drawing
) -> list[tuple[str, Slot]]:
    """The nearest free places to a slot, each with how it reads."""
    halls = {h.code: h for h in await uow.places.halls() if takes(item, h)}
    kinds = frozenset({slot.kind}) if slot.kind not in AT_THE_COUNTER else None
    wish = FindSlots(item.code, after=max(now, slot.start - timedelta(days=1)), kinds=kinds)
    own = [halls[slot.hall]] if slot.hall in halls else []
    same = await free(uow, item, own, wish, now, draws)
    others = [h for h in halls.values() if h.code != slot.hall] if slot.kind in AT_THE_COUNTER else []
    elsewhere = await free(uow, item, others, wish, now, draws)
    nearest = (*_around(same, slot)[: _NEAREST - 1], *_around(elsewhere, slot))[:_NEAREST]
    return [(slot_text(near, halls[near.hall]), near) for near in nearest]


def slot_text(slot: Slot, hall: Hall) -> str:
    """A place as people read it: 11月28日（星期六）09:00 安文街道便民服务中心（预约）."""
    return f"{local_text(slot.start)} {hall.name}（{KIND_WORDS[slot.kind]}）"


def takes(item: ServiceItem, hall: Hall) -> bool:
    """Whether a hall offers the item in some way."""
    return item.availability.at(hall.code, hall.level) is not Way.NOT_HERE


def goes_with(item: ServiceItem, kind: OfferKind) -> bool:
    """Whether an item can be done that way: at home and at the machine only what the catalogue allows."""
    match kind:
        case OfferKind.HOME_VISIT:
            return item.home_visit
        case OfferKind.KIOSK:
            return item.kiosk
        case _:
            return True


def serving_group(item: ServiceItem, hall: Hall) -> CounterGroup:
    """The counters of a hall that take an item: its own group where the hall has one, else the comprehensive area."""
    return item.counter_group if item.counter_group in hall.groups() else CounterGroup.COMPREHENSIVE


def _around(slots: Collection[Slot], wished: Slot) -> list[Slot]:
    # What opens only for enough people is no way out: it may be closed in turn.
    certain = (slot for slot in slots if slot.min_bookings == 1)
    return sorted(certain, key=lambda slot: abs(slot.start - wished.start))
