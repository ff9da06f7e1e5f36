"""The matcher beside its peers in one run: what each finds of the same sentences, and what an answer costs.

Then what a start costs, what noise and a crowd take from the hits, and a province's catalogue of 50,000 items, indexed beside
people who are being answered. `python -m bench.matching` runs all of it in two or three minutes; the names of parts
(`peers start robust province`) run those alone. It uses the project's own sentences and, where it stands beside the
checkout, the shared set of real people's words. tantivy takes part where it is installed (`uv pip install tantivy`).

All times are of the processor, an answer's the least of three, so that whatever else the machine does counts for little.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from threading import Thread

import jieba
import numpy as np
from opencc import OpenCC

from bench._peers import DEPTH, PEERS, Finder
from intake.model.catalogue import ServiceItem
from intake.model.ids import ServiceCode
from intake.usecases.catalogue.exchange import read_items
from nlp import LiveMatcher, Matcher
from nlp.documents import item_document, spoken
from nlp.evaluation import Row, rows_in
from nlp.noise import misheard
from nlp.text import normalise

ROOT = Path(__file__).parents[1]
OWN = ROOT / "tests" / "unit" / "nlp" / "phrasings"
REAL = ROOT.parent / "shared" / "data" / "citizen_queries_dev.jsonl"
CROWD = ROOT.parent / "shared" / "data" / "catalogue_guangan.json"
OURS = "jiujinban"
MOST_ROWS = 400
ROUNDS, ENOUGH = 3, 0.01
PROVINCE = 50_000
ODD = (
    ("nothing", ""), ("10,000 characters of one word", "身份证" * 3334), ("10,000 emoji", "😀" * 10_000),
    ("10,000 control characters", "\0\x1b\u202e\ud800" * 2500), ("10,000 different characters", "".join(map(chr, range(0x4E00, 0x4E00 + 10_000)))),
    ("10,000 marks", "？！。，" * 2500),
)  # fmt: skip


def reference_items() -> list[ServiceItem]:
    """The reference catalogue."""
    files = sorted((ROOT / "reference" / "catalogue").glob("*.json"))
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8")).get("items", ())]
    return read_items(rows, date(2026, 1, 1))[0]


def sets_of_rows() -> Iterable[tuple[str, list[Row]]]:
    """The sets of sentences at hand, in-scope rows only, evenly thinned to a few hundred: peers cannot decline."""
    for title, folder in (
        ("own sentences", OWN),
        ("another writer's sentences", OWN / "independent"),
        ("a third writer's sentences", OWN / "afresh"),
        ("seven blind writers' sentences", OWN / "blind"),
    ):
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
    costs: list[float] = []
    for row in rows:
        found, milliseconds = costing(partial(find, normalise(row.query)))
        costs.append(milliseconds)
        first += any(code in row.gold for code in found[:1])
        third += any(code in row.gold for code in found[:3])
    p50, p99 = np.percentile(costs, [50, 99])
    return Figures(first / len(rows), third / len(rows), float(p50), float(p99))


def costing(find: Callable[[], list[str]]) -> tuple[list[str], float]:
    """What is found, and the processor milliseconds of it: the least of three times, or of one that takes long."""
    found: list[str] = []
    times: list[float] = []
    while len(times) < ROUNDS and sum(times) < ENOUGH:
        begun = time.process_time()
        found = find()
        times.append(time.process_time() - begun)
    return found, min(times) * 1000


def built(build: Callable[[], Finder]) -> tuple[Finder, float, float]:
    """What `build` makes, the processor seconds it took, and the megabytes this process holds more of."""
    begun, before = time.process_time(), held()
    made = build()
    return made, time.process_time() - begun, held() - before


def held() -> float:
    """The megabytes in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def own_finder(items: Sequence[ServiceItem]) -> Finder:
    """The project's matcher as a finder."""
    matcher = Matcher.build(items)
    return lambda query: [str(c.service_code) for c in matcher.match(query, limit=DEPTH).candidates]


def peers(items: Sequence[ServiceItem]) -> None:
    """Every peer and the matcher on every set."""
    jieba.initialize()
    documents = [item_document(item) for item in items]
    keys = [document.key for document in documents]
    texts = [" ".join(text for _, text in spoken(document.fields)) for document in documents]
    made = {peer.name: built(partial(peer.build, keys, texts)) for peer in PEERS}
    made[OURS] = built(lambda: own_finder(items))
    print(f"{'':<26}{'build s':>9}{'MB':>7}")
    for name, (_, seconds, more) in made.items():
        print(f"{name:<26}{seconds:>9.2f}{more:>7.0f}")
    for title, rows in sets_of_rows():
        print(f"\n{title}: {len(rows)} rows, {len(items)} items")
        print_table({name: measured(find, rows) for name, (find, _, _) in made.items()})


def print_table(figures: Mapping[str, Figures]) -> None:
    """One line for each finder; the last columns are how much its hits and its time are of ours."""
    ours = figures[OURS]
    print(f"{'':<26}{'hit@1':>8}{'hit@3':>8}{'p50 ms':>9}{'p99 ms':>9}{'hits':>8}{'time':>8}  of ours")
    for name, f in figures.items():
        share, times = f.first / ours.first, f.p50 / ours.p50
        print(f"{name:<26}{f.first:>8.3f}{f.third:>8.3f}{f.p50:>9.2f}{f.p99:>9.2f}{share:>8.2f}{times:>8.2f}")


_LOAD = "import jiujinban.cli, jiujinban.matching"
_MATCH = "import jiujinban.cli; jiujinban.cli.app(['match', '身份证丢了怎么补'], standalone_mode=False)"
_MOST = """
import re, sys
from pathlib import Path
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
"""


def start(_: Sequence[ServiceItem]) -> None:
    """`jiujinban match` in a fresh interpreter to its end: where nothing was ever matched, and once more."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        loaded = most(_LOAD, state)
        for title in ("from nothing", "once more"):
            begun, before = time.perf_counter(), children()
            held = most(_MATCH, state)
            print(
                f"a match {title}: {children() - before:.2f} s of processor time, {time.perf_counter() - begun:.2f} s on the clock,"
                f" {held:.0f} MB at most, {loaded:.0f} of them interpreter and libraries"
            )


def most(code: str, state: Path) -> float:
    """The megabytes that a fresh interpreter held at most when it had run this code."""
    own = {**os.environ, "JIUJINBAN_STATE": str(state)}
    done = subprocess.run(
        [sys.executable, "-c", code + _MOST], capture_output=True, text=True, check=True, cwd=ROOT, env=own
    )
    return int(done.stderr) / 1024


def children() -> float:
    """The processor seconds of processes that were started here and have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def robust(items: Sequence[ServiceItem]) -> None:
    """What noise and a crowd take from the hits, in points, and the worst time for what is no sentence at all."""
    find, chance, other = own_finder(items), random.Random(7), OpenCC("s2t")
    crowded = own_finder([*items, *strangers(items[0])]) if CROWD.exists() else None
    for title, rows in sets_of_rows():
        clean = hits(find, rows)
        spoilt = {
            "every seventh word by ear": hits(find, rows, lambda text: misheard(text, 0.15, chance)),
            "traditional script": hits(find, rows, other.convert),
            **({"among 1,135 items of another county": hits(crowded, rows)} if crowded else {}),
        }
        told = "; ".join(f"{name} {100 * (now - clean):+.1f}" for name, now in spoilt.items())
        print(f"{title}: hit@3 {clean:.3f}; {told}")
    costs = ", ".join(f"{name} {costing(partial(find, text))[1]:.1f} ms" for name, text in ODD)
    print(f"what is no sentence: {costs}")


def hits(find: Finder, rows: Sequence[Row], spoil: Callable[[str], str] = str) -> float:
    """hit@3 of the rows as they are after something was done to them."""
    return sum(any(code in row.gold for code in find(spoil(row.query))[:3]) for row in rows) / len(rows)


def strangers(like: ServiceItem) -> Iterator[ServiceItem]:
    """Items that are but the names of another county's."""
    for n, row in enumerate(json.loads(CROWD.read_text(encoding="utf-8"))["items"]):
        yield replace(
            like, code=ServiceCode(f"GX{n}"), name=row["name"], summary="", conditions=(), materials=(), questions=(),
            aliases=(), phrasings={}, old_names=(), life=None, result_name="", topic="",
        )  # fmt: skip


def multiplied(items: Sequence[ServiceItem], size: int = PROVINCE) -> list[ServiceItem]:
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


def province(items: Sequence[ServiceItem]) -> None:
    """How long answers wait while the index of a province is built beside them, and what they cost afterwards."""
    many = multiplied(items)
    live = LiveMatcher(items, "county")
    rows = next(iter(sets_of_rows()))[1]
    alone = waits(live, rows, lambda: False, rounds=400)
    before = held()
    begun = time.process_time()
    building = Thread(target=live.renew, args=(many, "province"))
    building.start()
    beside = waits(live, rows, building.is_alive)
    building.join()
    spent = time.process_time() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nbuilding {len(many)} items beside {len(beside)} answers: {spent:.1f} s of processor time in all"
    )
    for name, times in (("alone", alone), ("beside", beside)):
        p50, p99 = np.percentile(times, [50, 99])
        print(f"  {name:<8} answers wait p50 {p50:.1f} ms, p99 {p99:.1f} ms, at most {max(times):.1f} ms")
    figures = measured(lambda text: [c.service_code for c in live.current.match(text).candidates], rows[:200])
    print(
        f"{len(many)} items: p50 {figures.p50:.2f} ms, p99 {figures.p99:.2f} ms of processor time;"
        f" {before:.0f} MB before, {most:.0f} at most while building, {held():.0f} now"
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


PARTS: Mapping[str, Callable[[Sequence[ServiceItem]], None]] = {
    "peers": peers, "start": start, "robust": robust, "province": province,
}  # fmt: skip


def main(chosen: Sequence[str]) -> None:
    """Print the tables of the parts that are named, or of all."""
    items = reference_items()
    for name in chosen or PARTS:
        begun = time.perf_counter()
        print(f"\n-- {name}", flush=True)
        PARTS[name](items)
        print(f"({name}: {time.perf_counter() - begun:.0f} s on the clock)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
