"""What each document yields, from lines of text as the reader finds them."""

from __future__ import annotations

import pytest

from materials.documents import missing, read_fields
from materials.kinds import answers, recognise
from materials.model import DocumentKind, FieldName, KindGuess, ReadField, Trust
from materials.page import Page
from materials.rules import PhotoRules
from tests.unit.materials.drawing import NUMBER, number
from tests.unit.materials.pages import EVERY_KIND, page

RULES = PhotoRules(demo_prefixes=("330000",))


def read(kind: DocumentKind, text: Page) -> dict[FieldName, ReadField]:
    """The fields of a page by name; the first of a name counts."""
    return {found.name: found for found in reversed(read_fields(KindGuess(kind, 1.0), text, RULES))}


def values(kind: DocumentKind, text: Page) -> dict[FieldName, str]:
    """What was read, as plain text by name."""
    return {name: found.value for name, found in read(kind, text).items()}


def card(*, birth: str = "1990年3月7日", name: str = "姓名张测试", slant: float = 0.0) -> Page:
    """The front of the card as six rows of text."""
    return page(
        (name,),
        ("性别女", "民族汉"),
        (f"出生{birth}",),
        ("住址浙江省测试市样例县",),
        ("示范街道样板村1号",),
        ("公民身份号码", "", NUMBER),
        slant=slant,
    )


@pytest.mark.parametrize("slant", [0.0, 9.0, -14.0])
def test_an_id_card_is_read_however_askew_it_lies(slant):
    """Six fields, whether the card lies straight or turned by ten degrees on the table."""
    assert values(DocumentKind.ID_CARD_FRONT, card(slant=slant)) == {
        FieldName.ID_NUMBER: NUMBER,
        FieldName.NAME: "张测试",
        FieldName.SEX: "女",
        FieldName.BIRTH_DATE: "1990-03-07",
        FieldName.NATION: "汉",
        FieldName.ADDRESS: "浙江省测试市样例县示范街道样板村1号",
    }


def test_a_name_is_never_taken_without_a_persons_look():
    """However sure the reader is, the name waits for a tap: a rare character may have been lost."""
    assert read(DocumentKind.ID_CARD_FRONT, card())[FieldName.NAME].trust is Trust.NEEDS_CHECK


def test_a_number_that_disagrees_with_the_printed_birthday_is_doubted():
    """Check digit right, birthday beside it different: one of them was misread, so a person looks."""
    agreeing = read(DocumentKind.ID_CARD_FRONT, card())[FieldName.ID_NUMBER]
    disagreeing = read(DocumentKind.ID_CARD_FRONT, card(birth="1990年3月1日"))[FieldName.ID_NUMBER]

    assert agreeing.trust is Trust.PROVED
    assert disagreeing.trust is Trust.NEEDS_CHECK


def test_a_name_whose_label_was_not_read_is_found_over_the_sex():
    """A thumb on 姓名 does not lose the name."""
    assert values(DocumentKind.ID_CARD_FRONT, card(name="张测试"))[FieldName.NAME] == "张测试"


def test_a_name_with_a_middle_dot_is_a_name():
    """少数民族 names are written with a dot, which readers see in several shapes."""
    found = values(DocumentKind.ID_CARD_FRONT, card(name="姓名阿依•古丽"))

    assert found[FieldName.NAME] == "阿依·古丽"


def test_traditional_variants_are_written_back_in_the_address_only():
    """脚 read as 腳 in an address is mended; in a name the traditional form may be right and stays."""
    text = page(("姓名黃测试",), ("性别女",), ("住址浙江省樣例縣山腳村2号",), ("公民身份号码", "", NUMBER))

    found = values(DocumentKind.ID_CARD_FRONT, text)

    assert found[FieldName.ADDRESS] == "浙江省样例县山脚村2号"
    assert found[FieldName.NAME] == "黃测试"


def test_a_number_swallowed_by_the_address_is_cut_off():
    """When the number's line runs into the address, the address ends before it."""
    text = page(
        ("姓名张测试",), ("性别女",), ("住址浙江省测试市样例县",), (f"样板村1号公民身份号码{NUMBER}",)
    )

    found = values(DocumentKind.ID_CARD_FRONT, text)

    assert found[FieldName.ADDRESS] == "浙江省测试市样例县"
    assert found[FieldName.ID_NUMBER] == NUMBER


@pytest.mark.parametrize(
    ("term", "until"), [("2020.01.01-2040.01.01", "2040-01-01"), ("2020.01.01-长期", "长期")]
)
def test_the_back_tells_who_issued_the_card_and_until_when(term, until):
    """Twenty years or 长期."""
    text = page(("中华人民共和国",), ("居民身份证",), ("签发机关", "样例县公安局"), ("有效期限", term))

    assert values(DocumentKind.ID_CARD_BACK, text) == {
        FieldName.AUTHORITY: "样例县公安局",
        FieldName.VALID_FROM: "2020-01-01",
        FieldName.VALID_UNTIL: until,
    }


def test_a_photocopy_of_both_sides_yields_the_fields_of_both():
    """Front and back on one sheet is the usual copy, and counts as an ID card with its term."""
    both = page(
        ("姓名张测试",), ("性别女", "民族汉"), ("出生1990年3月7日",), ("住址浙江省测试市样例县1号",),
        ("公民身份号码", "", NUMBER), ("中华人民共和国",), ("居民身份证",),
        ("签发机关样例县公安局",), ("有效期限2020.01.01-2040.01.01",),
    )  # fmt: skip
    guess = recognise(both)

    names = {found.name for found in read_fields(guess, both, RULES)}

    assert {guess.kind, *guess.also} == {DocumentKind.ID_CARD_FRONT, DocumentKind.ID_CARD_BACK}
    assert {FieldName.ID_NUMBER, FieldName.VALID_UNTIL} <= names


def test_a_members_card_of_the_household_register_is_read_by_its_columns():
    """The name is not taken from 曾用名 nor from the relation's column."""
    text = page(
        ("常住人口登记卡",),
        ("姓名", "张测试", "户主或与户主关系", "长女"),
        ("曾用名", "", "性别", "女"),
        ("公民身份号码", NUMBER),
    )

    assert values(DocumentKind.HOUSEHOLD_REGISTER, text) == {
        FieldName.ID_NUMBER: NUMBER,
        FieldName.NAME: "张测试",
        FieldName.RELATION: "长女",
    }


def test_the_first_page_of_the_household_register_yields_number_and_head():
    """户主页: household number, head of household, address."""
    text = page(
        ("户别", "家庭户", "户主姓名", "张测试"),
        ("户号", "330000001234567", "住址", "浙江省样例县样板村1号"),
    )

    found = values(DocumentKind.HOUSEHOLD_REGISTER, text)

    assert found[FieldName.HOUSEHOLD_NUMBER] == "330000001234567"
    assert found[FieldName.HEAD_OF_HOUSEHOLD] == "张测试"
    assert FieldName.NAME not in found
    assert (
        missing(DocumentKind.HOUSEHOLD_REGISTER, tuple(read(DocumentKind.HOUSEHOLD_REGISTER, text).values()))
        == ()
    )


def test_a_bank_card_in_groups_of_four_is_one_number():
    """Embossed groups are read as separate lines; together they are proved by the last digit."""
    text = page(("样例农商银行", "借记卡"), ("6200 0000", "0000 0000", "059"))

    found = read(DocumentKind.BANK_CARD, text)

    assert found[FieldName.BANK_NUMBER].value == "6200000000000000059"
    assert found[FieldName.BANK_NUMBER].trust is Trust.PROVED


def test_a_marriage_certificate_yields_both_numbers():
    """Both spouses' numbers, the certificate's own number and its date."""
    other = number("19880505", 11)
    text = page(
        ("结婚证", "", "持证人", "张测试"),
        ("登记日期", "2015年06月01日"),
        ("结婚证字号", "J330000-2015-000001"),
        ("姓名张测试", "", "身份证件号", NUMBER),
        ("姓名李样例", "", "身份证件号", other),
    )

    fields = read_fields(KindGuess(DocumentKind.MARRIAGE_CERTIFICATE, 1.0), text, RULES)

    assert [f.value for f in fields if f.name is FieldName.ID_NUMBER] == [NUMBER, other]
    assert [f.value for f in fields if f.name is FieldName.REGISTERED_ON] == ["2015-06-01"]
    assert [f.value for f in fields if f.name is FieldName.CERTIFICATE_NUMBER] == ["J330000-2015-000001"]


def test_other_certificates_yield_their_own_numbers():
    """残疾人证, 不动产权证, 出生医学证明, 营业执照: each the number it is known by."""
    disability = page(
        ("残疾人证",), ("姓名", "张测试"), ("残疾类别", "肢体"), ("残疾等级", "二级"), ("证号", f"{NUMBER}42")
    )
    estate = page(("浙（2021）样例县不动产权第0000001号",), ("权利人", "张测试"), ("坐落", "样例县样板村1号"))
    birth = page(("出生医学证明",), ("新生儿姓名", "张小样"), ("编号", "T330000001"))
    licence = page(
        ("营业执照",),
        ("统一社会信用代码", "92330000MA0TEWTX0B"),
        ("名称", "样例县小样民宿"),
        ("经营者", "张测试"),
    )

    assert values(DocumentKind.DISABILITY_CERTIFICATE, disability)[FieldName.ID_NUMBER] == NUMBER
    assert values(DocumentKind.DISABILITY_CERTIFICATE, disability)[FieldName.DISABILITY_LEVEL] == "二级"
    assert values(DocumentKind.PROPERTY_CERTIFICATE, estate) == {
        FieldName.CERTIFICATE_NUMBER: "浙（2021）样例县不动产权第0000001号",
        FieldName.OWNER: "张测试",
        FieldName.LOCATION: "样例县样板村1号",
    }
    assert values(DocumentKind.BIRTH_CERTIFICATE, birth)[FieldName.CERTIFICATE_NUMBER] == "T330000001"
    assert values(DocumentKind.BUSINESS_LICENCE, licence)[FieldName.COMPANY_NAME] == "样例县小样民宿"


def test_nothing_is_taken_from_a_medical_record():
    """Health papers are only recognised: what they say stays on the page."""
    text = page(("门诊病历",), ("姓名", "张测试"), ("诊断", "样本"), (NUMBER,))

    assert read(DocumentKind.MEDICAL_RECORD, text) == {}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_is_known_by_its_words(kind):
    """A page with the labels of one document is taken for that document, and surely."""
    guess = recognise(page(*((text,) for text in EVERY_KIND[kind])))

    assert guess.kind is kind
    assert guess.confidence >= 0.6


def test_a_form_that_asks_for_the_cards_data_is_no_id_card():
    """An application form has 姓名, 性别, 住址 and a number too; it does not count as the card itself."""
    text = page(
        ("高龄津贴申请表",), ("姓名张测试", "性别女"), ("住址样板村1号",), ("公民身份号码", "", NUMBER)
    )

    assert recognise(text).kind is DocumentKind.FORM


def test_a_page_of_other_text_is_of_no_known_kind():
    """A letter is not pressed into the nearest document."""
    assert recognise(page(("我家门口的水沟堵了三天",), ("请派人来看一看",))).kind is DocumentKind.UNKNOWN


def test_either_side_answers_for_the_id_card_and_only_that():
    """The catalogue asks for id_card; both sides are one, a bank card is none."""
    front, bank = KindGuess(DocumentKind.ID_CARD_FRONT, 1.0), KindGuess(DocumentKind.BANK_CARD, 1.0)

    assert answers(front, "id_card")
    assert answers(front, "id_card_front")
    assert not answers(front, "id_card_back")
    assert not answers(bank, "id_card")
    assert answers(bank, "other")
