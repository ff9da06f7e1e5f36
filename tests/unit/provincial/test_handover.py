"""What the province is told of a case, and the XML it is told in."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model.people import Door
from provincial.handover import (
    BASE_TAGS,
    FILE_TAGS,
    MATERIAL_TAGS,
    HandedMaterial,
    HandOver,
    Issuer,
    hand_over,
    projid,
)
from provincial.handover_xml import MalformedRecord, attr_xml, base_info_xml, read_hand_over
from tests.unit.provincial.office import CASE, ITEM, NOW, PERSON, case

ISSUER = Issuer("330727", "就近办", fixed={"BUS_MODE": "00"}, doors={Door.PHONE: "2"})
EMPTY = HandOver(dict.fromkeys(BASE_TAGS, ""))
BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><RECORD><MEMO>&b;</MEMO></RECORD>'
OUTSIDE = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]><RECORD><MEMO>&a;</MEMO></RECORD>'
writable = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)


def handed(a_case=CASE, issuer=ISSUER) -> HandOver:
    """The hand-over of a case."""
    return hand_over(a_case, PERSON, ITEM, issuer, NOW)


def test_the_platforms_number_is_the_area_the_day_and_our_count():
    """21 digits, as on the platform's own papers."""
    assert projid("330727", "BJ2026112700042") == "330727202611270000042"


@given(st.integers(1, 9_999_999), st.integers(1, 9_999_999))
def test_no_two_cases_share_a_number(one, other):
    """And the same case never has two."""
    numbers = [projid("330727", f"BJ20261127{count:05d}") for count in (one, other)]

    assert (numbers[0] == numbers[1]) == (one == other)
    assert {len(number) for number in numbers} == {21}


@pytest.mark.parametrize(
    "number", ["", "BJ2026", "BJ20261127", "BJ2026112712345678", "bj2026112700042", "BJ20261127000４２"]
)
def test_a_number_that_is_none_of_ours_gets_none(number):
    """Rather no number than one that might be another's."""
    with pytest.raises(ValueError, match="case number"):
        projid("330727", number)


def test_the_record_holds_who_what_and_when_in_the_countys_time():
    """Half past one in London is half past nine here."""
    base = handed().base

    assert base["APPLYNAME"] == base["CONTACTMAN"] == "张测试"
    assert base["APPLY_CARDNUMBER"] == base["CONTACTMAN_CARDNUMBER"] == "330000195003070020"
    assert (base["SERVICECODE"], base["SERVICEVERSION"], base["INFOTYPE"]) == ("MZ10", "3", "承诺件")
    assert base["RECEIVETIME"] == "2026-11-27 09:30:00"
    assert (base["BUS_MODE"], base["APPLYFROM"], base["SYNC_STATUS"]) == ("00", "2", "I")


def test_the_proxy_is_whom_to_ring_up():
    """Without the elder's number under the proxy's name."""
    base = handed(case(proxy_name="李代办")).base

    assert (base["APPLYNAME"], base["CONTACTMAN"], base["CONTACTMAN_CARDNUMBER"]) == ("张测试", "李代办", "")


def test_materials_are_listed_with_what_was_taken_of_each():
    """One page of the first, none yet of the second; addresses only where the county gives them out."""
    plain = handed().materials
    linked = handed(issuer=replace(ISSUER, link_of=lambda page: f"https://hall.example/{page}")).materials

    assert [(m.record["SORTID"], m.record["ISTAKE"], m.record["AMOUNT"]) for m in plain] == [
        ("1", "1", "1"),
        ("2", "0", "0"),
    ]
    assert plain[0].files == ()
    assert linked[0].files[0]["FILEURL"] == "https://hall.example/page-1"


def test_every_tag_of_the_platform_is_there_in_its_order():
    """Misspelt ones as misspelt."""
    xml = base_info_xml(handed())

    places = [xml.index(f"<{tag.rpartition('/')[2]}") for tag in BASE_TAGS]
    assert places == sorted(places)
    assert "<APPLY_PROPERTIY" in xml
    assert xml.index("<CALLINFO>") < xml.index("<CALLER>") < xml.index("</CALLINFO>")


def test_what_was_written_reads_back_as_it_was():
    """Both documents, files included."""
    sent = handed(issuer=replace(ISSUER, link_of=str))

    assert read_hand_over(base_info_xml(sent), attr_xml(sent)) == sent
    assert read_hand_over(base_info_xml(sent).encode(), attr_xml(sent).encode()) == sent


@given(st.fixed_dictionaries(dict.fromkeys((*MATERIAL_TAGS, *FILE_TAGS), writable)))
def test_no_text_can_break_out_of_its_tag(values):
    """Names with angle brackets, ampersands and quotation marks."""
    record = {tag: values[tag] for tag in MATERIAL_TAGS}
    sent = replace(EMPTY, materials=(HandedMaterial(record, ({tag: values[tag] for tag in FILE_TAGS},)),))

    assert read_hand_over(base_info_xml(sent), attr_xml(sent)) == sent


def test_what_xml_cannot_hold_is_left_out():
    """A control character typed into a remark must not stop a case."""
    sent = HandOver({**EMPTY.base, "MEMO": "第一行\r\n第二行\x0b\x00\ud800完"})

    assert read_hand_over(base_info_xml(sent), attr_xml(sent)).base["MEMO"] == "第一行\n第二行完"


def test_absent_tags_read_as_empty_and_strange_ones_are_passed_over():
    """Other systems send fewer, or more."""
    read = read_hand_over("<RECORD><PROJID>1</PROJID><NEW>x</NEW></RECORD>", "<RECORDS><RECORD/></RECORDS>")

    assert read == HandOver(
        {**EMPTY.base, "PROJID": "1"}, (HandedMaterial(dict.fromkeys(MATERIAL_TAGS, "")),)
    )


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        OUTSIDE,
        "<!DOCTYPE RECORD><RECORD/>",
        "",
        "<RECORD>",
        "<OTHER/>",
        "RECORD",
        b"\xff<RECORD/>",
        "<RECORD>&x;</RECORD>",
    ],
)
def test_a_document_with_a_doctype_or_none_at_all_is_refused(document):
    """Nothing is expanded, nothing fetched."""
    with pytest.raises(MalformedRecord):
        read_hand_over(document, "<RECORDS/>")


def test_a_document_of_many_megabytes_is_refused_unread():
    """A record is a few kilobytes."""
    with pytest.raises(MalformedRecord, match="too long"):
        read_hand_over(f"<RECORD><MEMO>{'x' * 4_000_000}</MEMO></RECORD>", "<RECORDS/>")


@pytest.mark.parametrize(
    "fault", [{"area_code": "3307"}, {"area_code": "３３０７２７"}, {"fixed": {"BUSMODE": "00"}}]
)
def test_a_misconfigured_county_is_told_before_the_first_case(fault):
    """A wrong area code or a misspelt tag stops the start."""
    with pytest.raises(ValueError, match=r"six digits|no such tag"):
        Issuer(**{"area_code": "330727", "name": "就近办"} | fault)
