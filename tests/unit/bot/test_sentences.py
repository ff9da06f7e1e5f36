"""说的话: every sentence that is said is written, every written one is said, and each fills in."""

from __future__ import annotations

import ast
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.turns import Choice, Say
from bot.replies import render, sentence
from intake.usecases.people.helping import HelpAct
from intake.usecases.questions.ordering import OrderAct

ROOT = Path(__file__).resolve().parents[3]
WRITTEN: dict[str, Any] = tomllib.loads((ROOT / "bot" / "replies.zh.toml").read_text("utf-8"))
NOTICES: dict[str, str] = WRITTEN["notice"]
SAID = {key: text for key, text in WRITTEN.items() if isinstance(text, str)}


def calls_in(folder: str) -> Iterator[ast.Call]:
    """Every call in a folder's code."""
    for file in (ROOT / folder).rglob("*.py"):
        yield from (
            node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)
        )


def words_of(node: ast.expr) -> set[str]:
    """The constant strings an argument may be."""
    return {
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def said_keys() -> set[str]:
    """The keys of everything the dialogue says, also where one of two is chosen."""
    keys: set[str] = set()
    for file in (ROOT / "bot" / "dialogue").glob("*.py"):
        keys |= {
            node.value
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in SAID
        }
    return keys


def test_every_said_key_is_written():
    """No KeyError in the middle of a conversation."""
    keys = {
        word
        for call in calls_in("bot/dialogue")
        if isinstance(call.func, ast.Name) and call.func.id == "Say" and call.args
        for word in words_of(call.args[0])
    }

    assert keys <= set(SAID)


def test_every_written_sentence_is_said():
    """A county that words its own sentences does not word what nobody hears."""
    assert said_keys() == set(SAID)


def test_every_notice_the_desk_sends_is_written():
    """Nobody gets a message that no channel can phrase."""
    kinds = set()
    for call in calls_in("intake/usecases"):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "notify":
            kinds |= words_of(call.args[2])
        if name == "tell" and len(call.args) > 3:
            kinds |= words_of(call.args[3])
        if name == "Outgoing" and "NOTICE" in ast.dump(call.args[0]):
            kinds |= words_of(call.args[2])
    booked = {f"appointment_{act}" for act in ("book", "cancel")}
    kinds |= {f"help_{act}" for act in HelpAct} | {f"order_{act}" for act in OrderAct}

    assert (kinds - {"appointment_", "help_", "order_"}) | booked <= set(NOTICES)


@pytest.mark.parametrize("key", SAID)
def test_a_sentence_fills_in_and_a_missing_fact_reads_as_nothing(key):
    """Braces are for facts only; a forgotten one is a gap, not a fault."""
    named = {field for _, field, _, _ in string.Formatter().parse(SAID[key]) if field}

    said = sentence(key, dict.fromkeys(named, "甲"))

    assert "{" not in said + sentence(key, {})
    assert said.count("甲") >= len(named)


def test_a_reply_carries_what_a_page_needs_to_draw_it():
    """Text always, choices as label and value, and no card where there is none."""
    reply = render(Say("say_more", choices=(Choice("我的办件", "my_cases", "看进度"),)), ()).as_json()

    assert reply == {
        "kind": "choices",
        "text": sentence("say_more", {}),
        "choices": [{"label": "我的办件", "value": "my_cases", "hint": "看进度"}],
    }
