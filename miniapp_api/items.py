"""Items and halls: the public list, the guide of each item, and what is meant by somebody's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import pydantic_core
from aiohttp import web
from pydantic import Field

from intake.errors import NotFound
from intake.model.figures import PrintForm
from intake.model.ids import HallCode, ServiceCode
from intake.model.places import Hall
from intake.usecases.catalogue.finding import ListedOffer
from intake.usecases.places.opentimes import OpenDay, hours_lines
from miniapp_api.files import MEDIA, download
from miniapp_api.forms import Code
from miniapp_api.typed import Api, Call, Form, NoForm, OpenTo, View
from miniapp_api.views import CounterView, ItemCard, ItemView

api = Api("items")
_WEEK = 7


class ItemsForm(Form):
    """Words to search for; without any, the whole list."""

    q: Annotated[str, Field(max_length=500)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 500


class ItemForm(Form):
    """Which item."""

    item: Code


class HallForm(Form):
    """Which hall."""

    hall: Code


class MatchForm(Form):
    """What somebody said."""

    text: Annotated[str, Field(max_length=10_000)]
    limit: Annotated[int, Field(ge=1, le=20)] = 5


class ItemsView(View):
    """Items in a list."""

    items: list[ItemCard]


class ItemNameView(View):
    """What an item is called: its name, and what people and older lists say for it."""

    service_code: str
    name: str
    aliases: list[str]


class ItemNamesView(View):
    """What every item is called."""

    items: list[ItemNameView]


class CandidateView(View):
    """A candidate with its probability."""

    service_code: str
    name: str
    score: float


class MatchView(View):
    """The decision (match, choose, none), the candidates best first, and a question that would split them."""

    decision: str
    ask: str
    candidates: list[CandidateView]


class HallView(View):
    """A service hall."""

    code: str
    name: str
    level: str
    address: str
    phone: str
    lat: float
    lon: float
    counters: list[CounterView]
    hours: list[str]

    @classmethod
    def of(cls, hall: Hall, days: Sequence[OpenDay]) -> HallView:
        """The hall as the public sees it, with the days given in words."""
        return cls(
            code=hall.code,
            name=hall.name,
            level=hall.level,
            address=hall.address,
            phone=hall.phone,
            lat=hall.lat,
            lon=hall.lon,
            counters=[
                CounterView(code=c.code, name=c.name, group=c.group, number=c.number) for c in hall.counters
            ],
            hours=list(hours_lines(days)),
        )


class HallsView(View):
    """All halls."""

    halls: list[HallView]


class VillageView(View):
    """A village."""

    code: str
    name: str
    short_name: str
    township: str
    township_name: str


class VillagesView(View):
    """All villages."""

    villages: list[VillageView]


class HallListCard(ItemCard):
    """An item in a hall's list, and where it is done when not here."""

    elsewhere: list[str]
    online: bool

    @classmethod
    def made(cls, offer: ListedOffer) -> HallListCard:
        """The offer as the public sees it."""
        card = ItemCard.of(offer.item, offer.way).model_dump()
        return cls(**card, elsewhere=[hall.name for hall in offer.elsewhere], online=offer.item.online)


class HallListView(View):
    """A hall's list."""

    items: list[HallListCard]


class ListFileForm(HallForm):
    """Which hall's list, in which format."""

    form: PrintForm = PrintForm.PDF


@api.operation("GET", "/api/v1/items", ItemsForm, ItemsView, open_to=OpenTo.ALL)
async def items(call: Call[ItemsForm]) -> ItemsView:
    """事项清单: the whole list, or what fits the words, best first."""
    everything = {item.code: item for item in await call.desk.catalogue.all()}
    if not call.form.q:
        return ItemsView(items=[ItemCard.of(item) for item in everything.values()][: call.form.limit])
    match = await call.desk.catalogue.match(call.form.q, limit=min(call.form.limit, 10))
    return ItemsView(
        items=[
            ItemCard.of(everything[c.service_code]) for c in match.candidates if c.service_code in everything
        ]
    )


@api.operation("GET", "/api/v1/item-names", NoForm, ItemNamesView, open_to=OpenTo.ALL)
async def item_names(call: Call[NoForm]) -> ItemNamesView:
    """事项名称: every item by all its names, small enough for a phone to keep and search without a line."""
    named = [
        ItemNameView(service_code=item.code, name=item.name, aliases=[*item.aliases, *item.old_names])
        for item in await call.desk.catalogue.all()
    ]
    return ItemNamesView(items=named)


@api.operation(
    "GET", "/api/v1/items/{item}", ItemForm, ItemView, open_to=OpenTo.ALL, refuses=("unknown_service",)
)
async def item(call: Call[ItemForm]) -> ItemView:
    """办事指南: one item whole, with the halls that take it."""
    code = ServiceCode(call.form.item)
    return ItemView.of(await call.desk.catalogue.show(code), await call.desk.catalogue.halls_for(code))


@api.raw(
    "POST",
    "/api/v1/match",
    MatchForm,
    MatchView,
    open_to=OpenTo.ALL_ALIKE,
)
async def match(call: Call[MatchForm]) -> web.StreamResponse:
    """事项匹配: ranked items for somebody's own words."""
    found = await call.desk.catalogue.match(call.form.text, limit=call.form.limit)
    # Said without views: of what is asked most, checking what was just found is the dearest part.
    candidates = [
        {"service_code": c.service_code, "name": c.name, "score": c.score} for c in found.candidates
    ]
    said = {"decision": found.decision, "ask": found.ask, "candidates": candidates}
    return web.Response(body=pydantic_core.to_json(said), content_type="application/json")


@api.operation("GET", "/api/v1/halls", NoForm, HallsView, open_to=OpenTo.ALL)
async def halls(call: Call[NoForm]) -> HallsView:
    """便民服务中心: all halls, the county's first, with today's hours."""
    places = call.desk.places
    opens = await places.open_days(call.desk.today, 1)
    return HallsView(halls=[HallView.of(hall, opens[hall.code]) for hall in await places.halls()])


@api.operation("GET", "/api/v1/halls/{hall}", HallForm, HallView, open_to=OpenTo.ALL)
async def hall(call: Call[HallForm]) -> HallView:
    """One hall, with its hours of the coming week."""
    places = call.desk.places
    found = next((h for h in await places.halls() if h.code == call.form.hall), None)
    if found is None:
        raise NotFound(what="服务中心")
    opens = await places.open_days(call.desk.today, _WEEK)
    return HallView.of(found, opens[found.code])


@api.operation("GET", "/api/v1/halls/{hall}/items", HallForm, HallListView, open_to=OpenTo.ALL)
async def hall_items(call: Call[HallForm]) -> HallListView:
    """直办代办清单: every item, how this hall offers it, and where it is done when not here."""
    offered = await call.desk.catalogue.places_of_list(HallCode(call.form.hall))
    return HallListView(items=[HallListCard.made(offer) for offer in offered])


@api.raw("GET", "/api/v1/halls/{hall}/items.csv", HallForm, MEDIA["csv"], open_to=OpenTo.ALL)
async def hall_items_csv(call: Call[HallForm]) -> web.StreamResponse:
    """清单下载: the hall's list as a CSV file that Chinese spreadsheet programs open."""
    content = await call.desk.catalogue.print_list(HallCode(call.form.hall), PrintForm.CSV)
    return download(content, f"{call.form.hall}-直办代办清单.csv")


@api.raw("GET", "/api/v1/halls/{hall}/list", ListFileForm, MEDIA["pdf"], open_to=OpenTo.ALL)
async def hall_items_file(call: Call[ListFileForm]) -> web.StreamResponse:
    """清单下载: the hall's list to be hung up (PDF), or as a spreadsheet."""
    content = await call.desk.catalogue.print_list(HallCode(call.form.hall), call.form.form)
    return download(content, f"{call.form.hall}-直办代办清单.{call.form.form}")


@api.operation("GET", "/api/v1/villages", NoForm, VillagesView, open_to=OpenTo.ALL)
async def villages(call: Call[NoForm]) -> VillagesView:
    """村（社区）: all villages."""
    shown = [
        VillageView(
            code=v.code,
            name=v.name,
            short_name=v.short_name,
            township=v.township,
            township_name=v.township_name,
        )
        for v in await call.desk.places.villages()
    ]
    return VillagesView(villages=shown)
