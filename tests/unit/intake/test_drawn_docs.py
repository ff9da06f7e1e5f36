"""The pages of docs/ that are drawn from the code say what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _drawings():
    spec = importlib.util.spec_from_file_location("render_docs", ROOT / "tools" / "render_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PAGES


@pytest.mark.parametrize(("page", "draw"), _drawings().items())
def test_a_drawn_page_is_what_the_code_says(page, draw):
    """A reader of docs/ is never told of a transition or a right that does not exist."""
    assert (ROOT / "docs" / page).read_text("utf-8") == draw()
