"""Evaluation (评测): how often the right item comes first, how often a refusal is right, and how fast."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from time import thread_time
from typing import Any, Final, Self

NONE: Final = "NONE"
DEPTH: Final = 10


@dataclass(frozen=True, slots=True)
class Row:
    """评测句: a sentence, the codes that answer it (or NONE first: decline or ask back), and its style."""

    query: str
    gold: tuple[str, ...]
    style: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From one JSON object; raises ValueError with what is missing."""
        try:
            gold = row["gold"]
            codes = (gold,) if isinstance(gold, str) else tuple(map(str, gold))
            return cls(str(row["query"]), codes, str(row.get("style", "")))
        except (KeyError, TypeError) as missing:
            message = f'a row needs "query" and "gold": {missing}'
            raise ValueError(message) from missing

    @property
    def declines(self) -> bool:
        """True when the right answer is to decline or to ask back."""
        return not self.gold or self.gold[0] == NONE


def rows_in(lines: Iterable[str]) -> Iterator[Row]:
    """Rows from JSON lines; raises ValueError naming the line that is wrong."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Row.of(json.loads(line))
        except ValueError as wrong:
            message = f"line {number}: {wrong}"
            raise ValueError(message) from wrong


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the evaluation needs it: at least ten codes, best first, and whether it declined."""

    codes: tuple[str, ...]
    declined: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """评测数字: shares between 0 and 1 over in-scope rows, and over NONE rows for `none_declined`."""

    in_scope: int
    hit_at_1: float
    hit_at_3: float
    hit_at_10: float
    mrr_at_10: float
    wrongly_declined: float
    none: int
    none_declined: float

    @classmethod
    def of(cls, heard: Sequence[tuple[Row, Answer]]) -> Self:
        """Figures of rows with their answers; a share over no rows is 0."""
        asked = [(row, answer) for row, answer in heard if not row.declines]
        other = [answer for row, answer in heard if row.declines]
        ranks = [_rank(row, answer) for row, answer in asked]
        return cls(
            in_scope=len(asked),
            hit_at_1=_share(rank <= 1 for rank in ranks),
            hit_at_3=_share(rank <= 3 for rank in ranks),  # noqa: PLR2004 - the name says it
            hit_at_10=_share(rank <= DEPTH for rank in ranks),
            mrr_at_10=_mean([1 / rank if rank <= DEPTH else 0.0 for rank in ranks]),
            wrongly_declined=_share(answer.declined for _, answer in asked),
            none=len(other),
            none_declined=_share(answer.declined for answer in other),
        )


@dataclass(frozen=True, slots=True)
class Report:
    """评测报告: figures over all rows and by style, what the catalogue covers, processor time in ms, and the misses."""

    all: Figures
    styles: Mapping[str, Figures]
    coverage: float
    p50_ms: float
    p99_ms: float
    missed: tuple[tuple[Row, Answer], ...]

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return {
            "all": asdict(self.all),
            "styles": {style: asdict(figures) for style, figures in self.styles.items()},
            "coverage": round(self.coverage, 4),
            "p50_ms": round(self.p50_ms, 3),
            "p99_ms": round(self.p99_ms, 3),
            "missed": [
                {"query": row.query, "gold": list(row.gold), "style": row.style,
                 "answered": list(answer.codes[:3]), "declined": answer.declined}
                for row, answer in self.missed
            ],
        }  # fmt: skip

    def as_text(self) -> str:
        """The report as a table for a terminal."""
        head = f"{'':<16}{'rows':>6}{'hit@1':>8}{'hit@3':>8}{'hit@10':>8}{'MRR@10':>8}{'wrongly':>9}{'NONE':>6}{'declined':>10}"
        lines = [head, _line("all", self.all)]
        lines += [_line(style, figures) for style, figures in sorted(self.styles.items()) if style]
        lines.append(
            f"coverage {self.coverage:.3f}   p50 {self.p50_ms:.2f} ms   p99 {self.p99_ms:.2f} ms of processor time"
        )
        return "\n".join(lines)


def evaluate(
    rows: Iterable[Row], answer: Callable[[str], Answer], known: frozenset[str] | None = None
) -> Report:
    """Put every row to `answer`; `known` are the codes the catalogue holds, for the coverage figure."""
    heard: list[tuple[Row, Answer]] = []
    times: list[float] = []
    for row in rows:
        start = thread_time()
        given = answer(row.query)
        times.append((thread_time() - start) * 1000)
        heard.append((row, given))
    styles = sorted({row.style for row, _ in heard})
    return Report(
        all=Figures.of(heard),
        styles={style: Figures.of([pair for pair in heard if pair[0].style == style]) for style in styles},
        coverage=_coverage([row for row, _ in heard if not row.declines], known),
        p50_ms=_percentile(times, 50),
        p99_ms=_percentile(times, 99),
        missed=tuple(pair for pair in heard if _is_miss(*pair)),
    )


def _rank(row: Row, answer: Answer) -> int:
    found = (place for place, code in enumerate(answer.codes, 1) if code in row.gold)
    return next(found, DEPTH + 1)


def _is_miss(row: Row, answer: Answer) -> bool:
    return not answer.declined if row.declines else answer.declined or _rank(row, answer) > 1


def _share(outcomes: Iterable[bool]) -> float:
    return _mean([float(outcome) for outcome in outcomes])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _coverage(asked: Sequence[Row], known: frozenset[str] | None) -> float:
    """The share of in-scope rows with at least one accepted code in the catalogue."""
    if known is None:
        return 1.0
    return _share(any(code in known for code in row.gold) for row in asked)


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] if ordered else 0.0


def _line(name: str, f: Figures) -> str:
    return (
        f"{name:<16}{f.in_scope:>6}{f.hit_at_1:>8.3f}{f.hit_at_3:>8.3f}{f.hit_at_10:>8.3f}{f.mrr_at_10:>8.3f}"
        f"{f.wrongly_declined:>9.3f}{f.none:>6}{f.none_declined:>10.3f}"
    )
