"""Draws the pages of docs/ that are made from the code: the life of a case and the authority table.

`python tools/render_docs.py` writes them; a test fails when they are not what the code says.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from intake.model.authority import ROLE_WORDS, TABLE  # noqa: E402 (the root must be on the path first)
from intake.model.case import CASE_WORDS, CLOSED_STATES, LIFE, Act, CaseState  # noqa: E402
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
    Act.EVALUATE: None,
    Act.WITHDRAW: CaseState.WITHDRAWN,
    Act.TRANSFER: None,
    Act.REDIRECT: CaseState.REDIRECTED,
    Act.ARCHIVE: CaseState.ARCHIVED,
    Act.LAPSE: CaseState.REDIRECTED,
    Act.ESCALATE: CaseState.ESCALATED,
    Act.SETTLE: None,
    Act.EXTEND: None,
    Act.SUPPLY: None,
    Act.AMEND: None,
    Act.REOPEN: None,
}
# Where an act that leads to several states leads.
_BACK = {
    (CaseState.DELIVERED, Act.EVALUATE): ("evaluated",),
    (CaseState.ISSUED, Act.DELIVER): ("evaluated",),
    (CaseState.CORRECTION_ASKED, Act.RESUPPLY): ("received", "in_review"),
    (CaseState.ESCALATED, Act.RESUPPLY): ("received", "in_review"),
    (CaseState.ESCALATED, Act.SETTLE): ("received", "in_review", "correction_asked", "redirected"),
    **{
        (state, Act.REOPEN): ("in_review",)
        if state in {"delivered", "evaluated"}
        else ("received", "in_review")
        for state in sorted(CLOSED_STATES)
    },
}


def case_life() -> str:
    """The state machine as a Mermaid drawing and a table of the states' names."""
    arrows = [
        f"    {state} --> {target}: {act}"
        for act, target in LEADS_TO.items()
        if target is not None
        for state in sorted(LIFE[act])
    ]
    arrows += [f"    {state} --> {back}: {act}" for (state, act), leads in _BACK.items() for back in leads]
    acts = [
        f"| `{act}` | {', '.join(f'`{state}`' for state in CaseState if state in LIFE[act])} |"
        for act in LIFE
    ]
    names = [f"| `{state}` | {words} |" for state, words in CASE_WORDS.items()]
    lines = [
        "# The life of a case (办件)",
        "",
        "Drawn from `intake/model/case.py` by `tools/render_docs.py`. These acts keep the state: a transfer between halls",
        "(全城通办), a longer limit (`extend`), a promised material that came (`supply`, 容缺后补), the amendment of a closed case",
        "(`amend`), and an evaluation given before the result is collected; the collection then closes the case.",
        "A correction goes back to whoever asked for it, and so does what the director settled. A closed case changes only by",
        "`amend` and `reopen`, which are one role's privilege (see `authority.md`) and are written into its history.",
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
        "| act | possible while |",
        "| --- | --- |",
        *acts,
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
