"""The wiring: the only place that joins doors, desk and workshops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from threading import Event

from aiohttp import web

from bot.channels.web import WebChannel
from bot.engine import Engine
from device_bridge.gateway.routes import bridge_routes
from intake.desk import Desk
from intake.model.calendar import local_day
from intake.model.learning import Edition
from intake.ports import Conversations, Rules, Tools
from intake.usecases.catalogue.learning import edition_of, items_as_taught
from jiujinban.clock import RandomIds, SystemClock
from jiujinban.hiring import hire_one
from jiujinban.photographs import ReadingRoom
from jiujinban.printing import PaperRoom, statement_pdf, statement_xlsx
from jiujinban.reference import pages_folder
from jiujinban.settings import Settings
from jiujinban.wechat import WeChat, open_wechat
from materials.pool import PhotoReader
from materials.rules import PhotoRules
from miniapp_api.app import Surroundings, build_app
from miniapp_api.statements import StatementPapers
from nlp.encoder import shelved_encoder
from nlp.live import LiveMatcher
from nlp.matcher import shelved_build
from nlp.second import SecondLook
from nlp.speech.listening import Ear
from nlp.tutor import Tutor
from papers.calendar import appointment_calendar
from papers.codes import qr_svg
from planning.office import RouteOffice
from storage.blobs import SealedBlobs, open_blobs
from storage.crypto import KeyRing, load_keys
from storage.sql.conversations import SqlConversations
from storage.sql.glances import SqlGlances
from storage.sql.store import Store
from storage.sql.together import SqlTogether

# Region prefixes that no person holds: only the demo's fictitious people have them.
_DEMO_PREFIXES = ("330000", "99")


@dataclass(frozen=True, slots=True)
class House:
    """Everything joined: what the command line, the server and the worker use."""

    settings: Settings
    store: Store
    desk: Desk
    engine: Engine
    conversations: Conversations
    matcher: LiveMatcher
    photos: PhotoReader
    blobs: SealedBlobs
    rules: Rules
    pings: dict[str, Callable[[], Awaitable[None]]]
    wechat: WeChat | None = None

    async def learn_catalogue(self) -> bool:
        """Build the matcher anew when the catalogue or what was taught has changed, or a day began; True when so."""
        day = local_day(SystemClock().now())
        async with self.store.open_view() as view:
            edition = await edition_of(view, day)
            if edition == self.matcher.version:
                return False
            items = await items_as_taught(view, day)
        return await asyncio.to_thread(self.matcher.renew, items, edition)

    async def _gauges(self) -> Mapping[str, float]:
        async with self.store.open_view() as view:
            return {**await view.leaving.depths(), **self._edition(), **self.matcher.now()}

    def _edition(self) -> Mapping[str, float]:
        """Which revision of the catalogue words are answered from here: servers that differ for long have one that does not learn."""
        edition = self.matcher.version
        return {"catalogue_revision": float(edition.revision)} if isinstance(edition, Edition) else {}

    def web_app(self) -> web.Application:
        """The HTTP application with all doors that speak HTTP."""
        around = Surroundings(
            conversation=WebChannel(self.engine, self.conversations, self.desk),
            calendar_paper=appointment_calendar,
            paint_code=qr_svg,
            statement_papers=StatementPapers(statement_pdf, statement_xlsx),
            pages=pages_folder(),
            pings=self.pings,
            version=version("jiujinban"),
            demo=self.settings.demo,
            secure=self.settings.secure_cookies,
            wechat=self.wechat is not None,
            gauges=self._gauges,
            tallies=self.matcher.tallies,
        )
        wechat = self.wechat.routes() if self.wechat else []
        return build_app(self.desk, around, [*bridge_routes(self.desk), *wechat])


@asynccontextmanager
async def open_house(settings: Settings, *, listening: bool = True) -> AsyncIterator[House]:
    """Prepare the store, join the rooms, and close everything in the end.

    A house that only imports need not be `listening`: it does not learn the catalogue's words.
    """
    settings.state.mkdir(parents=True, exist_ok=True)
    keys = load_keys(settings.key_ring_file)
    store = Store.open(settings.store_url, keys)
    prefixes = _DEMO_PREFIXES if settings.demo else ()
    photos = PhotoReader(PhotoRules(workers=settings.photo_workers, demo_prefixes=prefixes))
    second = _second_look(settings) if listening else None
    matcher = LiveMatcher(build=shelved_build(settings.state), second=second)
    tutor, routes = Tutor(matcher, hire=hire_one), RouteOffice(hire=hire_one)
    together = SqlTogether(store)
    glances = SqlGlances(store)
    try:
        await store.migrate()
        async with store.open_view() as view:
            rules = await view.places.rules()
            villages = [village.short_name for village in await view.places.villages()]
            halls = [hall.name for hall in await view.places.halls()]
        blobs = open_blobs(settings.blobs, keys)
        tools = Tools(
            store.open_uow, store.open_view, SystemClock(), RandomIds(), matcher, tutor,
            Ear([*halls, *villages]), ReadingRoom(photos), blobs, PaperRoom(settings.public_url), rules, routes,
            together, glances,
        )  # fmt: skip
        desk = Desk(tools)
        async with _conversations(settings, store, keys) as (conversations, pings):
            pings |= {"database": store.ping, "photographs": blobs.ping, "photo_reader": photos.ping}
            engine = Engine(desk, conversations)
            wechat = open_wechat(settings, store, desk, conversations, SystemClock())
            house = House(
                settings, store, desk, engine, conversations, matcher, photos, blobs, rules, pings, wechat
            )
            if listening:
                await house.learn_catalogue()
            try:
                yield house
            finally:
                if wechat is not None:
                    await wechat.close()
    finally:
        await together.close()
        await glances.close()
        routes.close()
        await tutor.close()
        await matcher.close()
        await photos.close()
        await store.close()


def _second_look(settings: Settings) -> SecondLook | None:
    """The encoder where it is installed and wanted, with its vectors in the state folder."""
    stop = Event()
    encoder = shelved_encoder(settings.state, stop) if settings.encoder else None
    return SecondLook(encoder, stop) if encoder is not None else None


@dataclass(frozen=True, slots=True)
class Storeroom:
    """库房: what is kept, with nothing joined to it."""

    settings: Settings
    store: Store
    blobs: SealedBlobs


class NoKeys(Exception):
    """There is no key file where one was expected; the message says where."""


@asynccontextmanager
async def open_storeroom(settings: Settings) -> AsyncIterator[Storeroom]:
    """What is kept, exactly as it is kept: no tables are changed and no keys made. Raises `NoKeys`."""
    file = settings.key_ring_file
    if not await asyncio.to_thread(file.is_file):
        raise NoKeys(f"这里没有密钥文件 {file.resolve()}。请检查 JIUJINBAN_STATE，或先把密钥文件放回原处")
    keys = load_keys(file)
    store = Store.open(settings.store_url, keys)
    try:
        yield Storeroom(settings, store, open_blobs(settings.blobs, keys))
    finally:
        await store.close()


@asynccontextmanager
async def _conversations(
    settings: Settings, store: Store, keys: KeyRing
) -> AsyncIterator[tuple[Conversations, dict[str, Callable[[], Awaitable[None]]]]]:
    """Conversations in Redis where one is given, else beside the cases."""
    if not settings.redis_url:
        yield SqlConversations(store), {}
        return
    from storage.redis import RedisConversations  # noqa: PLC0415 (only who has one waits for its client to load)

    kept = RedisConversations.open(settings.redis_url, keys)
    try:
        yield kept, {"redis": kept.ping}
    finally:
        await kept.close()
