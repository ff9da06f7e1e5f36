"""Draws the pages of docs/ that are made from the code: the life of a case and the authority table.

`python tools/render_docs.py` writes them; a test fails when they are not what the code says.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from intake.model.authority import ROLE_WORDS, TABLE  # noqa: E402 (the root must be on the path first)
from intake.model.case import CASE_WORDS, LIFE, Act, CaseState  # noqa: E402
from intake.model.people import Role  # noqa: E402

# Where each act leads; the methods of `Case` do it, and `tests/unit/intake` holds this drawing to them.
LEADS_TO: dict[Act, CaseState | None] = {
    Act.SUBMIT: CaseState.SUBMITTED,
    Act.RECEIVE: CaseState.RECEIVED,
    Act.ASK_CORRECTION: CaseState.CORRECTION_ASKED,
    Act.RESUPPLY: None,
    Act.ACCEPT: CaseState.ACCEPTED,
    Act.HAND_OVER: CaseState.IN_REVIEW,
    Act.DECIDE: CaseState.DECIDED,
    Act.ISSUE: CaseState.ISSUED,
    Act.DELIVER: CaseState.DELIVERED,
    Act.EVALUATE: CaseState.EVALUATED,
    Act.WITHDRAW: CaseState.WITHDRAWN,
    Act.TRANSFER: None,
    Act.REDIRECT: CaseState.REDIRECTED,
    Act.ARCHIVE: CaseState.ARCHIVED,
}


def case_life() -> str:
    """The state machine as a Mermaid drawing and a table of the states' names."""
    arrows = [
        f"    {state} --> {target}: {act}"
        for act, target in LEADS_TO.items()
        if target is not None
        for state in sorted(LIFE[act])
    ]
    arrows += [
        f"    {CaseState.CORRECTION_ASKED} --> {back}: {Act.RESUPPLY}" for back in ("received", "in_review")
    ]
    names = [f"| `{state}` | {words} |" for state, words in CASE_WORDS.items()]
    lines = [
        "# The life of a case (办件)",
        "",
        "Drawn from `intake/model/case.py` by `tools/render_docs.py`. A transfer between halls (全城通办) keeps the state;",
        "an evaluation given before the result is collected keeps it too, and the collection then closes the case.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> draft",
        *arrows,
        "    archived --> [*]",
        "```",
        "",
        "| state | what people read |",
        "| --- | --- |",
        *names,
        "",
    ]
    return "\n".join(lines)


def authority() -> str:
    """The authority table, verbs down and roles across."""
    head = "| verb | " + " | ".join(f"{ROLE_WORDS[role]} `{role}`" for role in Role) + " |"
    rule = "| --- " * (len(Role) + 1) + "|"
    rows = [
        f"| `{verb}` | " + " | ".join(str(TABLE[verb].get(role, "–")) for role in Role) + " |"
        for verb in TABLE
    ]
    lines = [
        "# Who may do what (权限)",
        "",
        "Drawn from `intake/model/authority.py` by `tools/render_docs.py`. `own`: about oneself or opened by oneself;",
        "`village`, `hall`, `department`: the account's own; `group`: everywhere, within one's own counter groups; `county`:",
        "everywhere; –: never. What a clerk may receive is narrowed further by training and by the director's word per item.",
        "",
        head,
        rule,
        *rows,
        "",
    ]
    return "\n".join(lines)


PAGES = {"case-life.md": case_life, "authority.md": authority}

if __name__ == "__main__":
    for name, draw in PAGES.items():
        (ROOT / "docs" / name).write_text(draw(), "utf-8")
