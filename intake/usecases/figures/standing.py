"""What stands on a day (时点清单): near-by items and what kiosks can do, listed from catalogue, halls and records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from intake.model.catalogue import ServiceItem, Way
from intake.model.figures import ListedRow, Listing, Month, Split, Tally
from intake.model.ids import AccountCode, HallCode, ServiceCode
from intake.model.kiosk import Ability
from intake.model.places import Hall
from intake.ports import Uow

# 民生事项: what the policy's near-by rate is about is what people, not firms, need.
_PEOPLE = "自然人"
_WAY_WORDS: Mapping[Way, str] = {Way.DIRECT: "直办", Way.PROXY: "代办", Way.NOT_HERE: "不在此办"}


@dataclass(frozen=True, slots=True)
class Standing:
    """时点: the catalogue, the halls and the kiosks' records as they stand on one day."""

    day: date
    halls: tuple[Hall, ...]
    items: tuple[ServiceItem, ...]
    abilities: Mapping[tuple[AccountCode, ServiceCode], Ability]

    def tally(self, listing: Listing) -> tuple[Tally, ...]:
        """How many rows each hall has."""
        rows = list(STANDING[listing](self))
        counted: dict[HallCode, int] = {}
        for row in rows:
            counted[row.hall] = counted.get(row.hall, 0) + 1
        return tuple(Tally(hall, "", count, 0.0) for hall, count in counted.items())

    def rows(self, listing: Listing, after: str, limit: int) -> tuple[ListedRow, ...]:
        """The very rows, by hall and item."""
        later = sorted((row for row in STANDING[listing](self) if row.at > after), key=lambda row: row.at)
        return tuple(later[:limit])


async def standing_on(view: Uow, month: Month, today: date, halls: Sequence[Hall]) -> Standing:
    """How things stood at the end of a month, or stand today in the present one."""
    day = min(month.last, today)
    items = await view.catalogue.all_current(day)
    known = {(each.device, each.service_code): each for each in await view.kiosks.abilities(day)}
    return Standing(day, tuple(halls), items, known)


def is_for_people(item: ServiceItem) -> bool:
    """Whether the item is one that people, not only firms, need (民生事项)."""
    return _PEOPLE in item.served


def is_near(item: ServiceItem, hall: Hall) -> bool:
    """就近可办: done in the hall, by its proxies, or from home."""
    return item.online or item.availability.at(hall.code, hall.level) is not Way.NOT_HERE


def _items(stands: Standing) -> Iterator[ListedRow]:
    return (
        _item_row(stands, hall, item) for hall in stands.halls for item in stands.items if is_for_people(item)
    )


def _near(stands: Standing, *, near: bool) -> Iterator[ListedRow]:
    for hall in stands.halls:
        for item in stands.items:
            if is_for_people(item) and is_near(item, hall) is near:
                yield _item_row(stands, hall, item)


def _item_row(stands: Standing, hall: Hall, item: ServiceItem) -> ListedRow:
    way = _WAY_WORDS[item.availability.at(hall.code, hall.level)]
    return ListedRow(
        at=f"{hall.code}#{item.code}",
        hall=hall.code,
        service_code=item.code,
        service_name=item.name,
        kind=item.department,
        day=stands.day,
        note=f"{way}，网上能办" if item.online else way,
    )


def _kiosk_items(stands: Standing) -> Iterator[ListedRow]:
    for hall in stands.halls:
        for kiosk in hall.kiosks:
            for item in stands.items:
                if item.kiosk:
                    yield _kiosk_row(stands, hall, AccountCode(kiosk), item)


def _kiosk_row(stands: Standing, hall: Hall, kiosk: AccountCode, item: ServiceItem) -> ListedRow:
    record = stands.abilities.get((kiosk, item.code))
    told = f"{record.since}起（版本{record.release}）" if record else "没有适配记录"
    return ListedRow(
        at=f"{hall.code}#{kiosk}#{item.code}",
        hall=hall.code,
        service_code=item.code,
        service_name=item.name,
        who=kiosk,
        kind=item.department,
        day=record.since if record else None,
        value=1.0 if record else 0.0,
        note=told,
    )


STANDING: Mapping[Listing, Callable[[Standing], Iterator[ListedRow]]] = {
    Listing.ITEMS: _items,
    Listing.NEAR: lambda stands: _near(stands, near=True),
    Listing.FAR: lambda stands: _near(stands, near=False),
    Listing.KIOSK_ITEMS: _kiosk_items,
    Listing.KIOSK_ADAPTED: lambda stands: (row for row in _kiosk_items(stands) if row.value),
    Listing.KIOSK_MISSING: lambda stands: (row for row in _kiosk_items(stands) if not row.value),
}


async def tally(
    view: Uow, stands: Standing, listing: Listing, month: Month, today: date, split: Split = Split.NONE
) -> tuple[Tally, ...]:
    """Count a listing, wherever its rows are."""
    if listing in STANDING:
        return stands.tally(listing)
    return await view.figures.tally(listing, month, [hall.code for hall in stands.halls], today, split)
