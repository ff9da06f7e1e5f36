"""The matcher beside its peers in one run: quality on the same sentences, processor time, build time, memory; what noise
and a crowd take from its hits; and how long answers wait while a province's catalogue is indexed beside them.

tantivy takes part where it is installed (`uv pip install tantivy`): nothing else of the project needs it.
`python -m bench.matching` uses the project's own sentences and, where it stands beside the checkout, the shared set
of real people's words. Peers index names and aliases and phrasings as one text, as one would with each tool alone.
"""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import bm25s
import jieba
import numpy as np
from opencc import OpenCC
from rapidfuzz import fuzz, process

from intake.model.catalogue import ServiceItem
from intake.model.ids import ServiceCode
from intake.usecases.catalogue.exchange import read_items
from nlp import LiveMatcher, Matcher
from nlp.documents import item_document
from nlp.evaluation import Row, rows_in
from nlp.noise import misheard
from nlp.text import grams, normalise

ROOT = Path(__file__).parents[1]
OWN = ROOT / "tests" / "unit" / "nlp" / "phrasings"
REAL = ROOT.parent / "shared" / "data" / "citizen_queries_dev.jsonl"
CROWD = ROOT.parent / "shared" / "data" / "catalogue_guangan.json"
OURS = "jiujinban"
DEPTH = 10
MOST_ROWS = 400
PROVINCE = 50_000
ODD = (
    ("nothing", ""), ("10,000 characters of one word", "身份证" * 3334), ("10,000 emoji", "😀" * 10_000),
    ("10,000 control characters", "\0\x1b\u202e\ud800" * 2500), ("10,000 different characters", "".join(map(chr, range(0x4E00, 0x4E00 + 10_000)))),
    ("10,000 marks", "？！。，" * 2500),
)  # fmt: skip

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
    """The sets of sentences at hand, in-scope rows only, evenly thinned to a few hundred: peers cannot decline."""
    for title, folder in (("own sentences", OWN), ("another writer's sentences", OWN / "independent")):
        rows = [
            row
            for file in sorted(folder.glob("*.jsonl"))
            for row in rows_in(file.read_text(encoding="utf-8").splitlines())
        ]
        yield title, thinned(rows)
    if REAL.exists():
        yield "real people's words", thinned(list(rows_in(REAL.read_text(encoding="utf-8").splitlines())))


def thinned(rows: Sequence[Row]) -> list[Row]:
    """At most `MOST_ROWS` of those that have an answer."""
    asked = [row for row in rows if not row.declines]
    return asked[:: -(-len(asked) // MOST_ROWS)]


@dataclass(frozen=True)
class Figures:
    """hit@1, hit@3, and the processor milliseconds that half and 99 of 100 answers stay below."""

    first: float
    third: float
    p50: float
    p99: float


def measured(find: Finder, rows: Sequence[Row]) -> Figures:
    """What a finder finds of the rows, and how fast."""
    first = third = 0
    times: list[float] = []
    for row in rows:
        start = time.process_time()
        found = find(normalise(row.query))
        times.append((time.process_time() - start) * 1000)
        first += any(code in row.gold for code in found[:1])
        third += any(code in row.gold for code in found[:3])
    p50, p99 = np.percentile(times, [50, 99])
    return Figures(first / len(rows), third / len(rows), float(p50), float(p99))


def timed_build(build: Callable[[], Finder]) -> tuple[Finder, float]:
    """What `build` makes and the processor seconds it took."""
    start = time.process_time()
    made = build()
    return made, time.process_time() - start


def own_finder(items: Sequence[ServiceItem]) -> Finder:
    """The project's matcher as a finder."""
    matcher = Matcher.build(items)
    return lambda query: [str(c.service_code) for c in matcher.match(query, limit=DEPTH).candidates]


def print_table(built: Mapping[str, float], figures: Mapping[str, Figures]) -> None:
    """One line for each finder; the last columns are how much its hits and its time are of ours."""
    ours = figures[OURS]
    print(
        f"{'':<26}{'hit@1':>8}{'hit@3':>8}{'p50 ms':>9}{'p99 ms':>9}{'build s':>9}{'hits':>8}{'time':>8}  of ours"
    )
    for name, f in figures.items():
        share, times = f.first / ours.first, f.p50 / ours.p50
        print(
            f"{name:<26}{f.first:>8.3f}{f.third:>8.3f}{f.p50:>9.2f}{f.p99:>9.2f}{built[name]:>9.2f}{share:>8.2f}{times:>8.2f}"
        )


def compare(items: Sequence[ServiceItem]) -> None:
    """Every peer and the matcher on every set."""
    jieba.initialize()
    documents = [item_document(item) for item in items]
    keys = [document.key for document in documents]
    texts = [" ".join(text for _, text in document.spoken) for document in documents]
    made = {peer.name: timed_build(partial(peer.build, keys, texts)) for peer in PEERS}
    made[OURS] = timed_build(lambda: own_finder(items))
    built = {name: seconds for name, (_, seconds) in made.items()}
    for title, rows in sets_of_rows():
        print(f"\n{title}: {len(rows)} rows, {len(items)} items")
        print_table(built, {name: measured(find, rows) for name, (find, _) in made.items()})


def cold_start() -> None:
    """A fresh interpreter until its first answer, imports included, and what it holds then."""
    script = (
        "import json,resource,time;from datetime import date;from pathlib import Path;"
        "from intake.usecases.catalogue.exchange import read_items;from nlp import Matcher;"
        "held=lambda:resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024;t=time.process_time;a,before=t(),held();"
        "files=sorted(Path('reference/catalogue').glob('*.json'));"
        "rows=[row for file in files for row in json.loads(file.read_text('utf-8')).get('items',())];"
        "items=read_items(rows,date(2026,1,1))[0];b=t();matcher=Matcher.build(items);c=t();"
        "matcher.match('身份证丢了怎么补');print(a,b-a,c-b,t()-c,t(),before,held())"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    imports, catalogue, index, answer, whole, before, after = map(float, told)
    print(
        f"\ncold start: {whole:.2f} s of processor time (imports {imports:.2f}, catalogue {catalogue:.2f},"
        f" index {index:.2f}, first answer {answer:.3f}); {after:.0f} MB, of which {before:.0f} after the imports"
    )


def stood(items: Sequence[ServiceItem]) -> None:
    """What noise and a crowd take from the hits, in points, and the worst time for what is no sentence at all."""
    find = own_finder(items)
    chance, other = random.Random(7), OpenCC("s2t")
    for title, rows in sets_of_rows():
        clean = measured(find, rows).third
        told = [f"{title}: hit@3 {clean:.3f}"]
        for name, spoilt in (
            ("every seventh word by ear", lambda text: misheard(text, 0.15, chance)),
            ("traditional script", other.convert),
        ):
            now = measured(find, [replace(row, query=spoilt(row.query)) for row in rows]).third
            told.append(f"{name} {100 * (now - clean):+.1f}")
        if CROWD.exists():
            now = measured(own_finder([*items, *strangers(items[0])]), rows).third
            told.append(f"among 1,135 items of another county {100 * (now - clean):+.1f}")
        print("; ".join(told))
    print("what is no sentence: " + ", ".join(f"{name} {odd_time(find, text):.1f} ms" for name, text in ODD))


def strangers(like: ServiceItem) -> Iterator[ServiceItem]:
    """Items that are but the names of another county's."""
    for n, row in enumerate(json.loads(CROWD.read_text(encoding="utf-8"))["items"]):
        yield replace(
            like, code=ServiceCode(f"GX{n}"), name=row["name"], summary="", conditions=(), materials=(), questions=(),
            aliases=(), phrasings={}, old_names=(), life=None, result_name="", topic="",
        )  # fmt: skip


def odd_time(find: Finder, text: str) -> float:
    """The least processor milliseconds of five answers."""
    times: list[float] = []
    for _ in range(5):
        start = time.process_time()
        find(text)
        times.append((time.process_time() - start) * 1000)
    return min(times)


def province(items: Sequence[ServiceItem], size: int = PROVINCE) -> list[ServiceItem]:
    """A province's catalogue: names multiplied by made-up places, other texts left out."""
    bare = [
        replace(item, phrasings={}, questions=(), materials=(), conditions=(), summary="") for item in items
    ]
    return [
        replace(
            bare[n % len(bare)],
            code=ServiceCode(f"X{n}"),
            name=f"第{n // len(bare)}片{bare[n % len(bare)].name}",
        )
        for n in range(size)
    ]


def renewed(items: Sequence[ServiceItem], many: Sequence[ServiceItem]) -> None:
    """How long answers wait while the index of a province is built beside them, and what they cost afterwards."""
    live = LiveMatcher(items, "county")
    rows = next(iter(sets_of_rows()))[1]
    alone = waits(live, rows, lambda: False, rounds=400)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = time.process_time()
    building = Thread(target=live.renew, args=(many, "province"))
    building.start()
    beside = waits(live, rows, building.is_alive)
    building.join()
    built = time.process_time() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nbuilding {len(many)} items beside {len(beside)} answers: {built:.1f} s of processor time in all"
    )
    for name, times in (("alone", alone), ("beside", beside)):
        p50, p99 = np.percentile(times, [50, 99])
        print(f"  {name:<8} answers wait p50 {p50:.1f} ms, p99 {p99:.1f} ms, at most {max(times):.1f} ms")
    figures = measured(lambda text: [c.service_code for c in live.current.match(text).candidates], rows[:200])
    print(
        f"{len(many)} items: p50 {figures.p50:.2f} ms, p99 {figures.p99:.2f} ms of processor time;"
        f" {most:.0f} MB at most while building, {held:.0f} before"
    )


def waits(live: LiveMatcher, rows: Sequence[Row], going: Callable[[], bool], rounds: int = 0) -> list[float]:
    """Milliseconds on the clock from a wish to its answer, one every hundredth of a second, as an event loop would."""
    times: list[float] = []
    while going() or len(times) < rounds:
        time.sleep(0.01)
        asked = time.perf_counter()
        live.current.match(rows[len(times) % len(rows)].query)
        times.append((time.perf_counter() - asked) * 1000)
    return times


def main() -> None:
    """Print all tables; `--small` leaves out the 50,000 items."""
    items = reference_items()
    compare(items)
    cold_start()
    stood(items)
    if "--small" not in sys.argv:
        renewed(items, province(items))


if __name__ == "__main__":
    main()
