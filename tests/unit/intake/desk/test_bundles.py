"""一件事: what one turn of life needs together, imported with the catalogue and called by its names."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from intake.errors import BadInput
from intake.model.catalogue import Bundle
from intake.model.ids import BundleCode, ServiceCode
from intake.model.matching import Decision, Match
from intake.usecases.catalogue.exchange import read_bundles
from intake.usecases.catalogue.importing import ImportCatalogue
from jiujinban.reference import reference_folder
from tests.desks import ELDER_CARD

SHOP = Bundle(
    BundleCode("YJ-KD"), "个体户开店一件事", "开小店的事。", ("开店联办", "我要开店"), (ELDER_CARD,)
)


async def test_the_reference_bundles_come_with_the_catalogue(county):
    """Every 一件事 of the file, and every item of it can be applied for."""
    rows = json.loads((reference_folder() / "catalogue" / "bundles.json").read_text("utf-8"))["bundles"]

    offers = await county.desk.catalogue.bundles()

    assert [offer.bundle.name for offer in offers] == [row["name"] for row in rows]
    assert all(len(offer.items) == len(offer.bundle.items) for offer in offers)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("出生一件事", "出生一件事"),
        ("我家孩子刚生下来,想办出生一件事,要带什么", "出生一件事"),
        ("身后事", "身后一件事"),
        ("老人的身后事怎么办", "身后一件事"),
        ("想办二手房联办", "二手房交易一件事"),
        ("我要开店", "个体户开店一件事"),
        ("结婚生育一件事和出生联办", "结婚生育一件事"),
        ("我爸去世了", "身后一件事"),
        ("奶奶没了", "身后一件事"),
        ("我老公走了", "身后一件事"),
        ("我家老人昨天没了", "身后一件事"),
        ("我爸爸上个月刚过世了", "身后一件事"),
    ],
)
async def test_a_bundle_is_called_by_its_names(county, said, name):
    """Anywhere in a sentence by its proper name, else when little more is said; the longest name counts."""
    called = await county.desk.catalogue.bundle_meant(Match(Decision.NONE, focus=said))

    assert called is not None
    assert called.bundle.name == name


@pytest.mark.parametrize(
    "said",
    [
        "",
        "孩子出生了怎么上户口",
        "我要开店卖香烟,烟草零售许可证在哪里办",
        "身份证丢了",
        "钱包没了",
        "身份证昨天没了",
        "我爸去世了房子怎么过户",
        "去世证明",
    ],
)
async def test_one_matter_is_not_a_bundle(county, said):
    """Whoever asks for a single permit is not sent round six counters."""
    assert await county.desk.catalogue.bundle_meant(Match(Decision.NONE, focus=said)) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("老人过世了要办哪些手续", "身后一件事"),
        ("我爸走了，要办什么", "身后一件事"),
        ("刚生了孩子要办什么", "出生一件事"),
    ],
)
async def test_who_asks_for_everything_is_shown_everything(county, said, name):
    """A turn of life is told and no matter is named: most of what it resembles are parts of one 一件事."""
    meant = await county.desk.catalogue.bundle_meant(await county.desk.catalogue.match(said))

    assert meant is not None
    assert meant.bundle.name == name


@pytest.mark.parametrize(
    "said",
    [
        "身份证丢了要办什么手续",
        "办残疾证要办什么手续",
        "我要结婚了",
        "老人过世了户口怎么注销",
        "身份证过期了要办哪些手续",
    ],
)
async def test_who_names_one_matter_is_not_shown_everything(county, said):
    """What there is to bring for one matter is another question than which matters there are."""
    assert await county.desk.catalogue.bundle_meant(await county.desk.catalogue.match(said)) is None


@pytest.mark.parametrize(
    ("word", "names"),
    [("生孩子", ["出生一件事"]), ("小孩", ["出生一件事", "入学一件事"]), ("路灯", []), ("", [])],
)
async def test_a_bare_word_touches_the_turns_of_life_that_it_names(county, word, names):
    """Without 一件事 behind it, and nothing beside it."""
    touched = await county.desk.catalogue.bundles_touched(Match(Decision.NONE, focus=word))

    assert [offer.bundle.name for offer in touched] == names


@pytest.mark.parametrize(("word", "names"), [("退休", []), ("生娃", ["出生一件事"])])
async def test_what_one_item_is_called_touches_no_turn_of_life(county, word, names):
    """退休 stands in the name of one item; 生娃 in none, however likely one of them is."""
    clear = Match(Decision.MATCH, (await county.desk.catalogue.match(word)).candidates, focus=word)

    assert [offer.bundle.name for offer in await county.desk.catalogue.bundles_touched(clear)] == names


async def test_a_bundle_with_an_unknown_item_stops_the_whole_import(county):
    """The refusal names the bundle and the code; items of the same import do not come in either."""
    keeper = await county.caller("keeper")
    item = await county.desk.catalogue.show(ELDER_CARD)
    broken = replace(SHOP, items=(ELDER_CARD, ServiceCode("XX99")))

    with pytest.raises(BadInput) as refused:
        await county.desk.catalogue.import_items(
            ImportCatalogue(keeper, [replace(item, minutes=59)], [SHOP, broken])
        )

    assert "个体户开店一件事" in refused.value.title
    assert "XX99" in refused.value.title
    assert (await county.desk.catalogue.show(ELDER_CARD)).minutes == item.minutes


async def test_an_import_without_bundles_leaves_them(county):
    """A department sends its items only."""
    keeper = await county.caller("keeper")
    before = await county.desk.catalogue.bundles()

    await county.desk.catalogue.import_items(
        ImportCatalogue(keeper, [await county.desk.catalogue.show(ELDER_CARD)])
    )

    assert await county.desk.catalogue.bundles() == before


def test_faulty_bundles_are_named_by_row_and_field():
    """The keeper finds the line."""
    rows = [
        {"code": "A", "name": "甲一件事", "items": ["MZ10"]},
        {"code": "B", "items": ["MZ10"]},
        {"code": "C", "name": "丙一件事", "items": []},
        "丁",
    ]

    bundles, faults = read_bundles(rows)

    assert [bundle.name for bundle in bundles] == ["甲一件事"]
    assert [(fault.place, fault.field) for fault in faults] == [
        ("一件事第2条", "name"),
        ("一件事第3条", "items"),
        ("一件事第4条", ""),
    ]
