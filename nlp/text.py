"""Text as people send it, made comparable: one script, one width, no debris, and the part that asks."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

LONGEST_READ: Final = 4000
FOCUS_LENGTH: Final = 120

# Nearly all that NFKC finds to do in a sentence: a text without any of them is passed at a glance, in a seventh of the time.
_WIDE: Final = tuple(zip("，？！：；（）", ",?!:;()", strict=True))
_RUN: Final = re.compile(r"[\u3007\u3400-\u9fff]+|[a-z]+|[0-9]+")
_CJK: Final = re.compile(r"[\u3007\u3400-\u9fff]")
_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_CLAUSE: Final = re.compile(r"[^，,、:：]+[，,、:：]*")
_ASKING: Final = re.compile(
    r"[?？]|怎么|怎样|怎办|咋|如何|请问|想问|咨询|能不能|能否|可不可以|可以.{0,12}吗|是否|哪里|哪儿|在哪|去哪|什么"
    r"|多少|多久|需要|要不要|申请|办理|补办|想办|要办|求助|希望|帮忙|请求"
)


@cache
def _simplified() -> dict[int, str]:
    """Traditional to simplified, one character at a time, from the opencc tables.

    The phrase rules of opencc are left out on purpose: they cost a dictionary walk per character and decide
    only words (乾隆, 瞭望) that no service is asked for by.
    """
    table = files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(old): new.split()[0] for old, new in pairs if len(old) == 1}


@cache
def _traditional() -> frozenset[str]:
    return frozenset(map(chr, _simplified()))


def _readable(char: str) -> str:
    """What a reader sees of a character: nothing of an invisible one (ZWSP, direction marks) that stands within a word."""
    kind = unicodedata.category(char)
    if kind == "Cf":
        return ""
    return " " if kind[0] in "CZ" else char


def normalise(text: str, longest: int = LONGEST_READ) -> str:
    """Half-width, lower-case, simplified text without control characters; at most `longest` characters are read.

    A longer text keeps its beginning and its end, where letters name their matter and ask for it.
    Never raises: lone surrogates and private characters become spaces.
    """
    if len(text) > longest:
        half = longest // 2
        text = f"{text[:half]}\n{text[-half:]}"
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    plain = unicodedata.normalize("NFKC", text).lower()
    if not _traditional().isdisjoint(plain):
        plain = plain.translate(_simplified())
    if plain.isalnum():
        return plain
    if not plain.isprintable():
        plain = "".join([char if char == "\n" else _readable(char) for char in plain])
    return "\n".join(filter(None, [" ".join(line.split()) for line in plain.split("\n")]))


def focus(text: str, limit: int = FOCUS_LENGTH) -> str:
    """The part of a normalised letter that asks: whole sentences around the most asking one, within `limit`.

    Short texts are returned as they are.
    """
    if len(text) <= limit:
        return text.replace("\n", " ")
    sentences = [piece for whole in _SENTENCE.findall(text) for piece in _cut(whole, limit)]
    if not sentences:
        return text[:limit]
    weights = [_asking(sentence, place, len(sentences)) for place, sentence in enumerate(sentences)]
    return _grow(sentences, weights.index(max(weights)), limit)


def _cut(sentence: str, limit: int) -> list[str]:
    if len(sentence) <= limit:
        return [sentence]
    pieces: list[str] = []
    for clause in _CLAUSE.findall(sentence):
        if pieces and len(pieces[-1]) + len(clause) <= limit:
            pieces[-1] += clause
        else:
            pieces.append(clause[:limit])
    return pieces


def _asking(sentence: str, place: int, count: int) -> float:
    """How much a sentence asks; the first and last sentences of a letter name its matter oftener."""
    written = len(_CJK.findall(sentence))
    at_edge = 0.5 if place in {0, count - 1} else 0.0
    return min(len(_ASKING.findall(sentence)), 4) + min(written, 20) / 20 + at_edge


def _grow(sentences: list[str], best: int, limit: int) -> str:
    first = last = best
    length = len(sentences[best])
    while first > 0 and length + len(sentences[first - 1]) <= limit:
        first -= 1
        length += len(sentences[first])
    while last + 1 < len(sentences) and length + len(sentences[last + 1]) <= limit:
        last += 1
        length += len(sentences[last])
    return "".join(sentences[first : last + 1]).replace("\n", " ").strip()[:limit]


def asks(text: str) -> bool:
    """Whether a stretch of a normalised text asks or wishes for something."""
    return bool(_ASKING.search(text))


def grams(text: str) -> list[str]:
    """Single characters and pairs of neighbours of every Chinese run; whole Latin words and numbers."""
    found: list[str] = []
    for run in _RUN.findall(text):
        if not _CJK.match(run):
            found.append(run)
            continue
        found.extend(run)
        found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found


def runs(text: str) -> list[str]:
    """The unbroken stretches of Chinese, Latin or digits in a normalised text."""
    return _RUN.findall(text)
