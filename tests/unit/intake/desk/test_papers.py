"""办件文书: each stage of a case brings its paper, printable by whoever may see the case, never giving a secret away."""

from __future__ import annotations

import re

import pypdfium2
import pytest

from intake.errors import NotFound, NotNow
from intake.model.papers import CasePaper
from tests import journeys
from tests.desks import County


def text_of(pdf: bytes) -> str:
    """What stands in a PDF, without blanks."""
    return "".join(re.sub(r"\s", "", p.get_textpage().get_text_range()) for p in pypdfium2.PdfDocument(pdf))


async def test_a_case_prints_only_what_it_is_far_enough_for(county: County) -> None:
    """Each stage brings its paper, as PDF with the number on it; a stranger cannot print it, and every print is audited."""
    case = await journeys.accepted(county)
    citizen, stranger = await county.caller("citizen-1"), await county.caller("person-1")

    ready = await county.desk.cases.papers_of(citizen, case.number)
    paper = text_of(await county.desk.cases.print_paper(citizen, case.number, CasePaper.ACCEPTANCE))

    assert ready == (CasePaper.RECEIPT, CasePaper.ACCEPTANCE)
    assert "受理通知书" in paper
    assert case.number in paper
    assert citizen.account.name not in paper
    with pytest.raises(NotNow):
        await county.desk.cases.print_paper(citizen, case.number, CasePaper.COLLECTION)
    with pytest.raises(NotFound):
        await county.desk.cases.print_paper(stranger, case.number, CasePaper.RECEIPT)
    assert [e.facts["paper"] for e in await county.audited("case.paper_printed")] == ["acceptance"]


async def test_each_paper_is_printed_at_its_time(county: County) -> None:
    """A correction asked brings the notice of it; a result that is out brings the slip, without the secret code."""
    asked = await journeys.correction_asked(county)
    citizen = await county.caller("citizen-1")
    notice = text_of(await county.desk.cases.print_paper(citizen, asked.number, CasePaper.CORRECTION))
    assert "一次性告知单" in notice


async def test_the_slip_does_not_give_the_code_away(county: County) -> None:
    """领取凭证 lies about on tables: whoever finds it must not be able to collect with it."""
    out = await journeys.issued(county)
    slip = text_of(
        await county.desk.cases.print_paper(
            await county.caller("citizen-1"), out.number, CasePaper.COLLECTION
        )
    )

    assert out.issue is not None
    assert out.issue.way in slip
    assert out.issue.code not in slip
