"""The clerk's side of the agent: one sentence at a time, from a file the county may reword."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Console:
    """控制台: says sentences by key; they name no person, because a terminal's output ends up in a log."""

    def __init__(self, show: Callable[[str], object], sentences: Mapping[str, str] | None = None) -> None:
        """Show lines through ``show``; ``sentences`` replaces the shipped wording."""
        self._show = show
        self._sentences = shipped_sentences() if sentences is None else sentences

    def __call__(self, key: str, **facts: str) -> None:
        """Say the sentence ``key``, unless its facts leave nothing to say."""
        line = self._sentences[key].format(**facts).strip()
        if line:
            self._show(line)


def shipped_sentences() -> Mapping[str, str]:
    """Return the wording that comes with the program."""
    text = files(__package__).joinpath("sentences.zh.toml").read_text(encoding="utf-8")
    return {key: str(sentence) for key, sentence in tomllib.loads(text).items()}
