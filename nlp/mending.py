"""Mending (听音补字): words written by ear, put back as the lexicon and the catalogue write them.

A stretch is mended only when it sounds like a term and shares a character with it, holds a pair of characters that the
catalogue never uses, and becomes far likelier as Chinese by it. Mending whatever sounds alike was tried first: it rewrote a
third of all clean sentences. Without a look at the likelihood, one in fifteen still was, and nearly always wrongly, across
two words that were right (叔公|四九年 → 公司, 想见|一面 → 检疫).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import ne
from typing import Final, Self

from nlp.lexicon import lexicon
from nlp.pieces import Keys, Letters
from nlp.postings import Places
from nlp.reading import Reading
from nlp.sounds import sounded, spoken, toneless
from nlp.words import Dictionary, rarity

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
    """听音补字: the grams a catalogue uses, and terms by their sound, with the pairs of syllables these are made of."""

    used: Keys
    sounds: Keys
    by_sound: Mapping[str, str]

    @classmethod
    def build(cls, texts: Iterable[str], used: Places) -> Self:
        """Learn from normalised texts, of which short ones are terms besides those of the lexicon, and from the keys of their grams."""
        short = (text for text in texts if _SHORTEST <= len(text) <= _LONGEST)
        terms = (term for term in lexicon().terms if _SHORTEST <= len(term) <= _LONGEST)
        # Of those that sound alike the last counts; each is heard once, for items share many of their words.
        latest = dict.fromkeys(reversed([*short, *terms]))
        by_sound = {sound: term for term in reversed(latest) if (sound := _sound(term))}
        return cls(Keys.of(used), Keys.of(Letters.of(tuple(by_sound.values())).sounds().keys), by_sound)

    def mended(self, reading: Reading, dictionary: Dictionary) -> str:
        """The content of a reading with the stretches that were written by ear replaced, longest first."""
        odd = self._odd_places(reading)
        if not odd:
            return reading.content
        return _MENDABLE.sub(lambda part: self._mended(part, odd, dictionary), reading.content)

    def _odd_places(self, reading: Reading) -> set[int]:
        """Where a pair begins that the catalogue never uses, that sounds like one of a term, and that is not inside an ordinary word."""
        letters = reading.letters
        pairs = letters.pairs[: letters.pairs.searchsorted(len(reading.content))]
        unused = pairs[~self.used.know(letters.written(pairs))]
        odd = set(unused[self.sounds.know(letters.heard(unused))].tolist())
        cut = reading.cut
        for begin, word, likely in zip(cut.begins, cut.words, cut.likely, strict=True) if odd else ():
            # Of an ordinary word only its last character may begin an odd pair.
            within = odd.intersection(range(begin, begin + len(word) - 1))
            if within and rarity(likely) < _ORDINARY:
                odd -= within
        return odd

    def _mended(self, part: re.Match[str], odd: Iterable[int], dictionary: Dictionary) -> str:
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
                if meant and (better := _mended_there(said, place, meant, dictionary)):
                    said = better
                    within.difference_update(range(place - 1, end))
                    folded, plain = spoken(said)
        return said


def _mended_there(said: str, place: int, meant: str, dictionary: Dictionary) -> str:
    """The stretch with a term put in where it may have been meant; "" where what stands there is as likely meant itself."""
    end = place + len(meant)
    if all(map(ne, said[place:end], meant)):
        return ""
    before, after = said[:place], said[end:]
    likelihood, meant_likelihood = dictionary.likelihood, dictionary.term_likelihood(meant)
    gain = likelihood(before) + meant_likelihood + likelihood(after) - likelihood(said)
    least = _LIKELIER_LONG if len(meant) > _SHORTEST else _LIKELIER
    return before + meant + after if gain >= least else ""


def _starts(odd: set[int], length: int, end: int) -> list[int]:
    """Where a stretch of that length may begin that holds an odd pair whole."""
    found = {place - back for place in odd for back in range(length - 1)}
    return sorted(place for place in found if 0 <= place <= end - length)


def _sound(text: str) -> str:
    """The sound a stretch is known by; two syllables are too few to forgive an accent as well."""
    return sounded(text) if len(text) > _SHORTEST else toneless(text)
