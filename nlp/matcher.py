"""Matcher (匹配器): from a person's own words to service items with probabilities, or an honest "none"."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Self

import numpy as np

from intake.model.catalogue import ServiceItem
from intake.model.ids import ServiceCode
from intake.model.matching import Candidate, Decision, Match, PersonFacts
from nlp.asking import LIKELY, Likely, splitting_question
from nlp.channels import Signals, listen
from nlp.documents import item_document
from nlp.elsewhere import elsewhere_sentences
from nlp.encoder import SentenceEncoder
from nlp.index import Index
from nlp.postings import Floats, Ints
from nlp.ranker import (
    FEATURES,
    Weights,
    candidate_features,
    none_features,
    probabilities,
    trained,
)
from nlp.reading import Reading
from nlp.sense import Sense
from nlp.shelf import INDEX, IndexShelf

_SURE: Final = 0.5
_CLEAR_LEAD: Final = 2.2
_BARE, _TWICE = 2, 2 / 3
_EVIDENCE_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows of the close look, best first, with their probabilities, and the probability that none is meant."""

    order: Ints
    shares: Floats
    none: float
    rows: Floats


@dataclass(frozen=True, slots=True)
class Evidence:
    """依据: one reason for a candidate: the channel, the text it met, and its weight in the score."""

    channel: str
    met: str
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """解释: what was read, the answer, the strongest grounds of each candidate, and why the first stands before the second."""

    reading: Reading
    match: Match
    none: float
    evidence: tuple[tuple[Evidence, ...], ...]
    against_runner_up: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Matcher:
    """匹配器: an immutable index with trained weights; safe to share between threads."""

    index: Index
    weights: Weights

    @classmethod
    def build(
        cls,
        items: Sequence[ServiceItem],
        encoder: SentenceEncoder | None = None,
        shelf: IndexShelf | None = None,
    ) -> Self:
        """Index the items; costs most of a second for a county's catalogue, a match about a millisecond.

        A shelf keeps the index for the next start. With an encoder a first build takes minutes (keep its vectors with a
        `VectorShelf`), a match tens of milliseconds, and sentences that share no word with the catalogue are found oftener.
        """
        with _uncollected():
            documents = [item_document(item) for item in items]
            index = Index.build(documents) if shelf is None else shelf.index(documents)
            matcher = cls(index, trained())
            return matcher if encoder is None else matcher.with_encoder(encoder)

    def with_encoder(self, encoder: SentenceEncoder) -> Self:
        """The same index, asked in meaning as well; takes minutes for texts that the encoder's shelf does not hold."""
        sense = (
            Sense.build(self.index.documents, elsewhere_sentences(), encoder)
            if self.index.documents
            else None
        )
        return type(self)(replace(self.index, sense=sense), trained(with_encoder=True))

    async def consider(self, text: str, *, facts: PersonFacts | None = None, limit: int = 5) -> Match:
        """As `match`: one matcher has nobody else to ask."""
        return self.match(text, facts=facts, limit=limit)

    def match(self, text: str, *, facts: PersonFacts | None = None, limit: int = 5) -> Match:
        """The candidates for a sentence, best first, at most `limit`; also given when the decision is none.

        Never raises for any text; an empty one, or an empty catalogue, matches nothing.
        """
        reading = self._read(text, facts)
        if self._says_nothing(reading):
            return Match(Decision.NONE, focus=reading.focus, facts=reading.facts)
        signals = listen(self.index, reading)
        return self._answer(reading, signals, self._rank(reading, signals), limit)

    def explain(self, text: str, *, facts: PersonFacts | None = None, limit: int = 5) -> Explanation:
        """The match together with its grounds, for keepers and the command line."""
        reading = self._read(text, facts)
        if self._says_nothing(reading):
            nothing = Match(Decision.NONE, focus=reading.focus, facts=reading.facts)
            return Explanation(reading, nothing, 1.0, (), ())
        signals = listen(self.index, reading)
        ranking = self._rank(reading, signals)
        return Explanation(
            reading,
            self._answer(reading, signals, ranking, limit),
            ranking.none,
            tuple(self._evidence(signals, ranking, limit)),
            self._lead(ranking),
        )

    def _read(self, text: str, facts: PersonFacts | None) -> Reading:
        return self.index.read(text, facts)

    def _says_nothing(self, reading: Reading) -> bool:
        return not reading.content.strip() or not self.index.documents

    def _rank(self, reading: Reading, signals: Signals) -> Ranking:
        rows = candidate_features(self.index, reading, signals)
        shares, none = probabilities(self.weights, rows, none_features(self.index, reading, signals))
        order = np.argsort(-shares, kind="stable")
        return Ranking(order.astype(np.int32), shares[order], none, rows[order])

    def _answer(self, reading: Reading, signals: Signals, ranking: Ranking, limit: int) -> Match:
        candidates = tuple(self._candidates(signals, ranking, limit))
        decision = _decide(ranking, bare=len(reading.content) <= _BARE)
        ask = self._question(signals, ranking) if decision is Decision.CHOOSE else ""
        return Match(decision, candidates, ask, reading.focus, reading.facts)

    def _question(self, signals: Signals, ranking: Ranking) -> str:
        likely = int((ranking.shares >= LIKELY).sum())
        documents = signals.chosen[ranking.order[:likely]].tolist()
        shares = ranking.shares[:likely].tolist()
        named = map(self.index.meanings.named, documents)
        return splitting_question([Likely(*each) for each in zip(named, shares, strict=True)])

    def _candidates(self, signals: Signals, ranking: Ranking, limit: int) -> Iterator[Candidate]:
        chosen = signals.chosen[ranking.order[:limit]].tolist()
        for place, share in zip(chosen, ranking.shares[:limit].tolist(), strict=True):
            document = self.index.documents[place]
            yield Candidate(ServiceCode(document.key), document.name, round(share, 4))

    def _evidence(self, signals: Signals, ranking: Ranking, limit: int) -> Iterator[tuple[Evidence, ...]]:
        worth = ranking.rows[:limit] * self.weights.candidate
        strongest = np.argsort(-worth, axis=1)[:, :_EVIDENCE_SHOWN]
        for row, place in enumerate(ranking.order[:limit].tolist()):
            met = self.index.phrases.said[signals.phrase.best[place]]
            weighed = [(FEATURES[feature], float(worth[row, feature])) for feature in strongest[row]]
            yield tuple(Evidence(name, met, round(weight, 3)) for name, weight in weighed if weight > 0)

    def _lead(self, ranking: Ranking) -> tuple[tuple[str, float], ...]:
        if len(ranking.order) < 2:  # noqa: PLR2004 - a runner-up is the second
            return ()
        worth = (ranking.rows[0] - ranking.rows[1]) * self.weights.candidate
        order = np.argsort(-np.abs(worth))
        return tuple((FEATURES[i], round(float(worth[i]), 3)) for i in order if abs(worth[i]) > 0)


def shelved_build(folder: Path) -> Callable[[Sequence[ServiceItem]], Matcher]:
    """`Matcher.build` with the shelf of a folder."""
    return partial(Matcher.build, shelf=IndexShelf(folder / INDEX))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of circular garbage off an index: it makes none, and a million new objects call for it often.

    Each time, and once more afterwards, it would hold up everybody who is being answered for a tenth of a second and
    more. Frozen objects are still freed when the last who holds them lets go; only a circle that happens to be garbage at
    this moment stays, a few kilobytes for each edition of the catalogue.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _decide(ranking: Ranking, *, bare: bool) -> Decision:
    """Nothing is refused that is likelier to be the first item than to be none of them.

    A bare word (电) may belong to a dozen items, none of which is likely: it is asked back unless none is twice as likely as all of them.
    """
    first = float(ranking.shares[0])
    second = float(ranking.shares[1]) if len(ranking.shares) > 1 else 0.0
    if ranking.none >= (_TWICE if bare else first):
        return Decision.NONE
    return Decision.MATCH if first >= _SURE and first >= _CLEAR_LEAD * second else Decision.CHOOSE
