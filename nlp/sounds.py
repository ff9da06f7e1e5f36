"""Sounds (读音): what a text sounds like, so that a word written by ear still meets the word that was meant."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_END_OF_COMMON: Final = 0xA000

# The accent of the Wu hills: no retroflex series, no contrast of front and back nasals, n for l, f for hu.
_ACCENT: Final = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^n(?=[aeiouv])"), "l"),
    (re.compile(r"^hu(?=[aeio])"), "f"),
    (re.compile(r"([aei])ng$"), r"\1n"),
)


@cache
def _first_readings() -> dict[int, str]:
    """The commonest reading of every common character, with tones, from pypinyin's own table.

    Importing pypinyin would read its dictionary of phrases as well, which a fixed reading has no use for.
    """
    spec = find_spec("pypinyin")
    if spec is None or spec.origin is None:
        message = "pypinyin is not installed: its table of readings is needed"
        raise ModuleNotFoundError(message)
    table = json.loads(Path(spec.origin).with_name("pinyin_dict.json").read_text(encoding="utf-8"))
    readings = zip(map(int, table), table.values(), strict=True)
    return {code: reading.split(",", 1)[0] for code, reading in readings if code < _END_OF_COMMON}


def _spelt(spell: Callable[[str], str]) -> dict[int, str]:
    """The syllable of every common character, spelt in that way; there are twenty times as many characters as syllables."""
    readings = _first_readings()
    spelt = {reading: spell(reading) for reading in set(readings.values())}
    return {code: spelt[reading] for code, reading in readings.items()}


def _plain(syllable: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", syllable) if not unicodedata.combining(c))


def _folded(syllable: str) -> str:
    plain = _plain(syllable)
    for pattern, kept in _ACCENT:
        plain = pattern.sub(kept, plain)
    return plain


@cache
def _readings() -> dict[int, str]:
    return _spelt(_folded)


@cache
def _plain_readings() -> dict[int, str]:
    return _spelt(_plain)


@cache
def syllable_table() -> tuple[int, NDArray[np.int64]]:
    """Above all numbers of accent-folded syllables, and for every character code below 65,536 the number of its own; 0: none."""
    readings = _readings()
    numbers = {syllable: number for number, syllable in enumerate(sorted(set(readings.values())), 1)}
    table = np.zeros(1 << 16, dtype=np.int64)
    table[list(readings)] = [numbers[reading] for reading in readings.values()]
    return len(numbers) + 1, table


def toneless(text: str) -> str:
    """The standard toneless syllables of a text joined by spaces; "" unless every character is a Chinese one."""
    return _joined(text, _plain_readings())


def _joined(text: str, readings: Mapping[int, str]) -> str:
    spoken = [readings.get(ord(char), "") for char in text]
    return " ".join(spoken) if all(spoken) else ""


def spoken(text: str) -> tuple[list[str], list[str]]:
    """Every character's syllable, accent folded and as the standard has it; "" for any but a Chinese one."""
    folded, plain = _readings().get, _plain_readings().get
    codes = [ord(char) for char in text]
    return [folded(code, "") for code in codes], [plain(code, "") for code in codes]


def sounded(text: str) -> str:
    """The accent-folded syllables of a text joined by spaces; "" unless every character is a Chinese one."""
    return _joined(text, _readings())
