"""The matcher beside its peers in one run: quality on the same sentences, processor time, build time, memory.

tantivy takes part where it is installed (`uv pip install tantivy`): nothing else of the project needs it.
`python -m bench.matching` uses the project's own sentences and, where it stands beside the checkout, the shared set
of real people's words. Peers index names and aliases and phrasings as one text, as one would with each tool alone.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import bm25s
import jieba
import numpy as np
from rapidfuzz import fuzz, process

from intake.model.catalogue import ServiceItem
from intake.model.ids import ServiceCode
from intake.usecases.catalogue.exchange import read_items
from nlp import Matcher
from nlp.documents import item_document
from nlp.evaluation import Row, rows_in
from nlp.text import grams, normalise

ROOT = Path(__file__).parents[1]
OWN = ROOT / "tests" / "unit" / "nlp" / "phrasings"
REAL = ROOT.parent / "shared" / "data" / "citizen_queries_dev.jsonl"
DEPTH = 10
CROWD = 50_000

Finder = Callable[[str], list[str]]
Words = Callable[[str], list[str]]


@dataclass(frozen=True)
class Peer:
    """One way to find items: how its index is built from keys and texts."""

    name: str
    build: Callable[[Sequence[str], Sequence[str]], Finder]


def with_bm25s(words: Words) -> Callable[[Sequence[str], Sequence[str]], Finder]:
    """bm25s over the given pieces."""

    def build(keys: Sequence[str], texts: Sequence[str]) -> Finder:
        index = bm25s.BM25()
        index.index([words(text) for text in texts], show_progress=False)

        def find(query: str) -> list[str]:
            pieces = [piece for piece in words(query) if piece in index.vocab_dict]
            if not pieces:
                return []
            scores = index.get_scores(pieces)
            return [keys[i] for i in np.argsort(-scores)[:DEPTH]]

        return find

    return build


def with_wratio(keys: Sequence[str], texts: Sequence[str]) -> Finder:
    """WRatio of rapidfuzz against every text."""

    def find(query: str) -> list[str]:
        return [keys[i] for _, _, i in process.extract(query, texts, scorer=fuzz.WRatio, limit=DEPTH)]

    return find


def with_fts5(keys: Sequence[str], texts: Sequence[str]) -> Finder:
    """SQLite FTS5 over pairs of characters."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE item USING fts5(text)")
    base.executemany("INSERT INTO item VALUES (?)", ((" ".join(_pairs(text)),) for text in texts))

    def find(query: str) -> list[str]:
        asked = " OR ".join(f'"{pair}"' for pair in _pairs(query))
        if not asked:
            return []
        rows = base.execute(
            "SELECT rowid FROM item WHERE item MATCH ? ORDER BY bm25(item) LIMIT ?", (asked, DEPTH)
        )
        return [keys[row - 1] for (row,) in rows]

    return find


def with_tantivy(keys: Sequence[str], texts: Sequence[str]) -> Finder:
    """Tantivy over the words that jieba cuts."""
    tantivy = import_module("tantivy")
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("text", tokenizer_name="whitespace")
    schema.add_unsigned_field("place", stored=True)
    index = tantivy.Index(schema.build())
    writer = index.writer(num_threads=1)
    for place, text in enumerate(texts):
        writer.add_document(tantivy.Document(text=" ".join(jieba.cut(text)), place=place))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def find(query: str) -> list[str]:
        words = [word for word in jieba.cut(query) if word.strip()]
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "text", word)) for word in words
        ]
        if not terms:
            return []
        hits = searcher.search(tantivy.Query.boolean_query(terms), DEPTH).hits
        return [keys[searcher.doc(address)["place"][0]] for _, address in hits]

    return find


def _pairs(text: str) -> list[str]:
    return [gram for gram in grams(text) if len(gram) > 1]


PEERS = (
    Peer("jieba + bm25s", with_bm25s(lambda text: list(jieba.cut(text)))),
    Peer("char 1+2-gram + bm25s", with_bm25s(grams)),
    Peer("rapidfuzz WRatio", with_wratio),
    Peer("SQLite FTS5 char pairs", with_fts5),
    *((Peer("tantivy jieba words", with_tantivy),) if find_spec("tantivy") else ()),
)


def reference_items() -> list[ServiceItem]:
    """The reference catalogue."""
    files = sorted((ROOT / "reference" / "catalogue").glob("*.json"))
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8")).get("items", ())]
    return read_items(rows, date(2026, 1, 1))[0]


def sets_of_rows() -> Iterable[tuple[str, list[Row]]]:
    """The sets of sentences at hand, in-scope rows only: peers cannot decline."""
    for title, folder in (("own sentences", OWN), ("another writer's sentences", OWN / "independent")):
        rows = [
            row
            for file in sorted(folder.glob("*.jsonl"))
            for row in rows_in(file.read_text(encoding="utf-8").splitlines())
        ]
        yield title, [row for row in rows if not row.declines]
    if REAL.exists():
        real = rows_in(REAL.read_text(encoding="utf-8").splitlines())
        yield "real people's words", [row for row in real if not row.declines]


def measured(find: Finder, rows: Sequence[Row]) -> tuple[float, float, float, float]:
    """hit@1, hit@3, p50 and p99 of processor milliseconds."""
    first = third = 0
    times: list[float] = []
    for row in rows:
        start = time.process_time()
        found = find(normalise(row.query))
        times.append((time.process_time() - start) * 1000)
        first += any(code in row.gold for code in found[:1])
        third += any(code in row.gold for code in found[:3])
    p50, p99 = np.percentile(times, [50, 99])
    return first / len(rows), third / len(rows), float(p50), float(p99)


def timed_build(build: Callable[[], Finder]) -> tuple[Finder, float]:
    """What `build` makes and the processor seconds it took."""
    start = time.process_time()
    made = build()
    return made, time.process_time() - start


def own_finder(items: Sequence[ServiceItem]) -> Finder:
    """The project's matcher as a finder."""
    matcher = Matcher.build(items)
    return lambda query: [str(c.service_code) for c in matcher.match(query, limit=DEPTH).candidates]


def print_row(name: str, built: float, figures: tuple[float, float, float, float]) -> None:
    """One line of the table."""
    first, third, p50, p99 = figures
    print(f"{name:<26}{first:>8.3f}{third:>8.3f}{p50:>10.2f}{p99:>10.2f}{built:>10.2f}")


def compare(items: Sequence[ServiceItem]) -> None:
    """Every peer and the matcher on every set."""
    jieba.initialize()
    documents = [item_document(item) for item in items]
    keys = [document.key for document in documents]
    texts = [" ".join(text for _, text in document.spoken) for document in documents]
    finders = [(peer.name, *timed_build(partial(peer.build, keys, texts))) for peer in PEERS]
    finders.append(("jiujinban", *timed_build(lambda: own_finder(items))))
    for title, rows in sets_of_rows():
        print(f"\n{title}: {len(rows)} rows, {len(items)} items")
        print(f"{'':<26}{'hit@1':>8}{'hit@3':>8}{'p50 ms':>10}{'p99 ms':>10}{'build s':>10}")
        for name, find, built in finders:
            print_row(name, built, measured(find, rows))


def cold_start() -> None:
    """A fresh interpreter until the first answer, and what it holds then."""
    script = (
        "import resource,time;from bench.matching import reference_items,own_finder;items=reference_items();"
        "begun=time.process_time();find=own_finder(items);find('身份证丢了怎么补');"
        "print(time.process_time()-begun,resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    print(
        f"\ncold start: {float(told[0]):.2f} s of processor time to the first answer; {float(told[1]):.0f} MB"
    )


def crowd(items: Sequence[ServiceItem], size: int = CROWD) -> None:
    """Time at the size of a province: names multiplied by made-up places, other texts left out."""
    bare = [
        replace(item, phrasings={}, questions=(), materials=(), conditions=(), summary="") for item in items
    ]
    many = [
        replace(
            bare[n % len(bare)],
            code=ServiceCode(f"X{n}"),
            name=f"第{n // len(bare)}片{bare[n % len(bare)].name}",
        )
        for n in range(size)
    ]
    find, built = timed_build(lambda: own_finder(many))
    rows = next(iter(sets_of_rows()))[1][:200]
    figures = measured(find, rows)
    print(
        f"\n{size} items: p50 {figures[2]:.2f} ms, p99 {figures[3]:.2f} ms, build {built:.1f} s of processor time"
    )


def main() -> None:
    """Print all tables; `--small` leaves out the 50,000 items."""
    items = reference_items()
    compare(items)
    cold_start()
    if "--small" not in sys.argv:
        crowd(items)


if __name__ == "__main__":
    main()
