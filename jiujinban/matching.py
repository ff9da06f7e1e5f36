"""Matching from the command line: from the store's catalogue, or the reference's where nothing was imported yet."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from intake.model.calendar import local_day
from intake.model.catalogue import ServiceItem
from intake.model.matching import Decision
from intake.usecases.catalogue.exchange import read_items
from intake.usecases.catalogue.learning import items_as_taught
from jiujinban.clock import SystemClock
from jiujinban.explaining import explained_text
from jiujinban.reference import catalogue_rows, read_files, reference_folder
from jiujinban.settings import Settings
from nlp.corpus import Corpus, texts_in
from nlp.encoder import shelved_encoder
from nlp.evaluation import Answer, evaluate, rows_in
from nlp.explaining import explained as to_desk
from nlp.matcher import Matcher

_DEPTH = 10


def matched(settings: Settings, text: str, limit: int, *, as_json: bool) -> str:
    """Candidates best first, with the decision."""
    match = Matcher.build(items_of(settings)).match(text, limit=limit)
    ranked = [{"code": c.service_code, "name": c.name, "score": round(c.score, 4)} for c in match.candidates]
    if as_json:
        said = {"query": text, "decision": match.decision, "ask": match.ask, "items": ranked}
        return json.dumps(said, ensure_ascii=False, indent=1)
    lines = [
        f"{number:2d}. {item['score']:.3f}  {item['code']}  {item['name']}"
        for number, item in enumerate(ranked, 1)
    ]
    return "\n".join(
        [f"decision {match.decision}", *lines, *([f"ask      {match.ask}"] if match.ask else [])]
    )


def explained(settings: Settings, text: str, limit: int) -> str:
    """Why the first is first, and why the second is not."""
    return explained_text(to_desk(Matcher.build(items_of(settings)).explain(text, limit=limit)))


def evaluated(
    settings: Settings, file: Path, corpus: Path | None, *, as_json: bool, words_alone: bool = False
) -> str:
    """The figures for a file of queries; with the encoder where it is installed, unless words alone are wanted."""
    rows = list(rows_in(file.read_text("utf-8").splitlines()))
    encoder = None if words_alone else shelved_encoder(settings.state)
    if corpus is not None:
        texts = Corpus.build(tuple(texts_in(corpus.read_text("utf-8").splitlines())), encoder)

        def find(query: str) -> Answer:
            return Answer(tuple(code for code, _ in texts.find(query, _DEPTH)), declined=False)

        report = evaluate(rows, find)
    else:
        items = items_of(settings)
        matcher = Matcher.build(items, encoder)

        def answer(query: str) -> Answer:
            match = matcher.match(query, limit=_DEPTH)
            return Answer(tuple(c.service_code for c in match.candidates), match.decision is Decision.NONE)

        report = evaluate(rows, answer, frozenset(item.code for item in items))
    return json.dumps(report.as_json(), ensure_ascii=False, indent=1) if as_json else report.as_text()


def items_of(settings: Settings) -> tuple[ServiceItem, ...]:
    """The catalogue in force in the store; the reference catalogue where there is no store or it is empty."""
    items = asyncio.run(_in_force(settings)) if _has_store(settings) else ()
    return items or reference_items()


def reference_items() -> tuple[ServiceItem, ...]:
    """The reference catalogue."""
    files = sorted((reference_folder() / "catalogue").glob("*.json"))
    items, _ = read_items(catalogue_rows(read_files(files)), local_day(SystemClock().now()))
    return tuple(items)


def _has_store(settings: Settings) -> bool:
    return bool(settings.database_url) or (settings.state / "jiujinban.db").is_file()


async def _in_force(settings: Settings) -> tuple[ServiceItem, ...]:
    # Loading the store's code takes as long as building the index: only who has a store pays for it.
    from storage.crypto import load_keys  # noqa: PLC0415
    from storage.sql.store import Store  # noqa: PLC0415

    store = Store.open(settings.store_url, load_keys(settings.key_ring_file))
    try:
        await store.migrate()
        async with store.open_view() as view:
            return await items_as_taught(view, local_day(SystemClock().now()))
    finally:
        await store.close()
