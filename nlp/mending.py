"""Mending (听音补字): words written by ear, put back as the lexicon and the catalogue write them.

A stretch is mended only when it sounds like a term and shares a character with it, holds a pair of characters that the
catalogue never uses, and becomes far likelier as Chinese by it. Mending whatever sounds alike was tried first: it rewrote a
third of all clean sentences. Without a look at the likelihood, one in fifteen still was, and nearly always wrongly, across
two words that were right (叔公|四九年 → 公司, 想见|一面 → 检疫).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import ne
from typing import Final, Self

from nlp.lexicon import lexicon
from nlp.reading import Reading, concepts_in, stressed_grams
from nlp.sounds import sounded, spoken, toneless
from nlp.words import content_words, cut, likelihood, rarity, term_likelihood

_SHORTEST, _LONGEST = 2, 6
_ORDINARY: Final = 0.75
# Two syllables sound like much. Of mendings of two that gain less than this in likelihood, nine in ten were wrong; of those
# that gain more, one in ten; longer ones are wrong only where they gain next to nothing.
_LIKELIER, _LIKELIER_LONG = 4.5, 2.0
# Words of grammar are rarely miswritten, and sound like half the lexicon.
_GRAMMAR: Final = frozenset(
    "的了也不在是有这那和都就还要把给被我你他她们说去来到得着过吗呢吧啊很又再才只没叫让跟往从向对"
)
_MENDABLE: Final = re.compile(rf"(?:(?![{''.join(sorted(_GRAMMAR))}])[\u3400-\u9fff]){{2,}}")


@dataclass(frozen=True, slots=True)
class Mending:
    """听音补字: the character pairs a catalogue uses, and terms by their sound."""

    used: frozenset[str]
    by_sound: Mapping[str, str]

    @classmethod
    def build(cls, texts: Iterable[str], used: Iterable[str]) -> Self:
        """Learn from normalised texts, of which short ones are terms besides those of the lexicon, and from grams."""
        short = (text for text in texts if _SHORTEST <= len(text) <= _LONGEST)
        terms = (term for term in lexicon().terms if _SHORTEST <= len(term) <= _LONGEST)
        by_sound = {sound: term for term in (*short, *terms) if (sound := _sound(term))}
        return cls(frozenset(gram for gram in used if len(gram) > 1), by_sound)

    def mend(self, text: str, pieces: Iterable[str] | None = None) -> str:
        """The text with the stretches that were written by ear replaced, longest first.

        `pieces` are the text's words in order, where the caller has cut it already.
        """
        odd = self._odd_places(text, cut(text) if pieces is None else pieces)
        return _MENDABLE.sub(lambda part: self._mended(part, odd), text) if odd else text

    def _odd_places(self, text: str, pieces: Iterable[str]) -> set[int]:
        """Where a pair begins that the catalogue never uses and that is not inside an ordinary word."""
        odd: set[int] = set()
        used, place = self.used, 0
        for word in pieces:
            end = place + len(word)
            # Of an ordinary word only its last character may begin an odd pair.
            first = end - 1 if len(word) > 1 and rarity(word) < _ORDINARY else place
            odd.update([start for start in range(first, end) if text[start : start + 2] not in used])
            place = end
        return odd

    def _mended(self, part: re.Match[str], odd: Iterable[int]) -> str:
        """One stretch of characters that may be miswritten, by the places in the whole text where a pair is odd."""
        said, begins = part.group(), part.start()
        last = len(said) - 1
        within = {place - begins for place in odd if 0 <= place - begins < last}
        if not within:
            return said
        folded, plain = spoken(said)
        for length in range(min(_LONGEST, len(said)), _SHORTEST - 1, -1):
            # Two syllables are too few to forgive an accent as well.
            heard = folded if length > _SHORTEST else plain
            for place in _starts(within, length, len(said)):
                end = place + length
                meant = self.by_sound.get(" ".join(heard[place:end]))
                if meant and (better := _mended_there(said, place, meant)):
                    said = better
                    within.difference_update(range(place - 1, end))
                    folded, plain = spoken(said)
        return said

    def heard(self, reading: Reading) -> Reading:
        """The reading of the mended text, with the concepts of both."""
        content = self.mend(reading.content, reading.pieces)
        if content == reading.content:
            return reading
        met = concepts_in(content, lexicon()) | dict(reading.met)
        pieces = tuple(cut(content))
        return replace(
            reading,
            content=content,
            grams=stressed_grams(content, reading.stress),
            pieces=pieces,
            words=content_words(pieces),
            concepts=tuple(met),
            met=met,
        )


def _mended_there(said: str, place: int, meant: str) -> str:
    """The stretch with a term put in where it may have been meant; "" where what stands there is as likely meant itself."""
    end = place + len(meant)
    if all(map(ne, said[place:end], meant)):
        return ""
    before, after = said[:place], said[end:]
    gain = likelihood(before) + term_likelihood(meant) + likelihood(after) - likelihood(said)
    least = _LIKELIER_LONG if len(meant) > _SHORTEST else _LIKELIER
    return before + meant + after if gain >= least else ""


def _starts(odd: set[int], length: int, end: int) -> list[int]:
    """Where a stretch of that length may begin that holds an odd pair whole."""
    found = {place - back for place in odd for back in range(length - 1)}
    return sorted(place for place in found if 0 <= place <= end - length)


def _sound(text: str) -> str:
    """The sound a stretch is known by; two syllables are too few to forgive an accent as well."""
    return sounded(text) if len(text) > _SHORTEST else toneless(text)
