"""Teaching: a good lesson helps, a bad one is seen to do harm or no good, and the protected sentences hold."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from datetime import date

import pytest

from intake.errors import Busy
from intake.model.catalogue import ServiceItem
from intake.model.ids import ServiceCode
from intake.model.learning import Edition, GoodAnswer, Lesson, with_lessons
from intake.model.matching import Decision
from nlp.explaining import FEATURE_WORDS, LEAD_WORDS, SAME, explained
from nlp.live import LiveMatcher
from nlp.matcher import Matcher
from nlp.protected import answers_to_keep, protected_rows
from nlp.ranker import FEATURES
from nlp.rehearsal import Stage
from nlp.text import runs
from nlp.tutor import Tutor

EDITION = Edition(1, date(2026, 11, 23))
ELDER_CARD, LOST_CARD, DOG = ServiceCode("MZ10"), ServiceCode("SF03"), ServiceCode("GA02")
HELPFUL = Lesson("寿星乐呵本", ELDER_CARD)


@pytest.fixture(scope="module")
def some(items: list[ServiceItem]) -> list[ServiceItem]:
    """The civil affairs and police items: enough to be confused, few enough to index in a moment."""
    return [item for item in items if item.code[:2] in {"MZ", "SF", "HK", "GA", "JZ"}]


@pytest.fixture(scope="module")
def stage() -> Stage:
    """One stage for all lessons about these items."""
    return Stage()


# --- the protected sentences ------------------------------------------------------------------------------------------
def test_every_item_of_the_reference_has_a_protected_sentence(items: list[ServiceItem]) -> None:
    """No item can be pushed aside unseen."""
    guarded = {code for row in protected_rows() for code in row.gold}

    assert {item.code for item in items} <= guarded
    assert sum(row.declines for row in protected_rows()) >= 20


def test_no_protected_sentence_stands_in_the_catalogue(items: list[ServiceItem]) -> None:
    """A sentence that is found word for word guards only itself."""
    indexed = {
        "".join(runs(text))
        for item in items
        for text in (item.name, *item.aliases, *(p for said in item.phrasings.values() for p in said))
    }

    assert not [row.query for row in protected_rows() if "".join(runs(row.query)) in indexed]


def test_what_is_kept_grows_with_what_the_lesson_touches(some: list[ServiceItem]) -> None:
    """Every sentence and name is watched, and every phrase of the catalogue that shares a word with the lesson."""
    codes = {item.code for item in some}
    own = [row for row in protected_rows() if codes.issuperset(row.gold) or row.declines]

    far = {answer.text for answer in answers_to_keep(Lesson("嗯嗯", DOG), some, [])}
    near = {
        answer.text for answer in answers_to_keep(Lesson("身份证", DOG), some, [GoodAnswer("多的", (DOG,))])
    }

    assert len(far) == len({row.query.replace("，", ",") for row in own} | {item.name for item in some})
    assert {"身份证丢了", "换身份证", "多的"} <= near - far


# --- lessons ----------------------------------------------------------------------------------------------------------
def test_a_good_lesson_leads_to_its_item_and_moves_nothing(stage: Stage, some: list[ServiceItem]) -> None:
    """The keeper sees where the item stood, where it will stand, and that all else stays."""
    effect = stage.rehearse(HELPFUL, EDITION, some, [])

    assert effect.before.first != ELDER_CARD or effect.before.decision is not Decision.MATCH
    assert (effect.after.rank, effect.after.first) == (1, ELDER_CARD)
    assert (effect.harmless, effect.useful, effect.moved) == (True, True, ())
    assert effect.after.hit_at_1 >= effect.before.hit_at_1
    assert effect.sentences > 100


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("身份证", ELDER_CARD),
        ("身份证丢了", DOG),
        ("补办身份证", ELDER_CARD),
        ("老年证", DOG),
        ("结婚登记", DOG),
        ("怎么办理", DOG),
        ("户口", DOG),
        ("去世", ELDER_CARD),
        ("今天天气怎么样", DOG),
        ("补贴", DOG),
        ("你好", DOG),
        ("转人工", DOG),
        ("怎么办", DOG),
        ("办个老年证怎么弄来着", DOG),
        ("我那身份证丢了去哪里弄", DOG),
    ],
)
def test_a_poisoned_lesson_is_seen(
    stage: Stage, some: list[ServiceItem], text: str, code: ServiceCode
) -> None:
    """It would move a good answer, or lead nobody anywhere: either way the desk does not save it."""
    effect = stage.rehearse(Lesson(text, code), EDITION, some, [])

    assert not (effect.harmless and effect.useful)


def test_words_that_name_another_item_may_be_taught_where_people_meant_it(
    stage: Stage, some: list[ServiceItem]
) -> None:
    """A clerk put it right: the name in the words was not what was meant."""
    lesson = Lesson("那个老年证我到底要怎么弄", DOG)

    alone = stage.rehearse(lesson, EDITION, some, [])
    meant = stage.rehearse(lesson, EDITION, some, [GoodAnswer(lesson.text, (DOG,))])

    assert [(moved.answer.text, moved.answer.meant) for moved in alone.moved] == [
        (lesson.text, (ELDER_CARD,))
    ]
    assert (meant.harmless, meant.useful) == (True, True)


def test_many_harmless_lessons_together_still_move_nothing(some: list[ServiceItem]) -> None:
    """Somebody creeps up on an item: each lesson is tried with all that were saved before it."""
    creeping = [
        "丢了补一张",
        "丢了怎么补领",
        "证丢了去哪补",
        "身份的证丢了",
        "证件丢了补领",
        "身份证件丢失补领",
    ]
    keep = answers_to_keep(Lesson("身份证丢了补领", DOG), some, [])
    plain = Matcher.build(some)
    right = [answer for answer in keep if _is_right(plain, answer)]

    stage, taught = Stage(), list(some)
    for number, text in enumerate(creeping):
        lesson = Lesson(text, DOG)
        effect = stage.rehearse(lesson, Edition(number, EDITION.day), taught, right)
        if effect.harmless and effect.useful:
            taught = list(with_lessons(taught, [lesson]))

    after = Matcher.build(taught)
    assert [answer.text for answer in right if not _is_right(after, answer)] == []


def test_words_others_agreed_on_are_kept_too(stage: Stage, some: list[ServiceItem]) -> None:
    """What three people confirmed is as good as a sentence of ours, and is named when it would be lost."""
    agreed = GoodAnswer("证件掉了要补的那张", (LOST_CARD,))
    assert _is_right(Matcher.build(some), agreed)

    effect = stage.rehearse(Lesson("证件掉了要补的那张", DOG), EDITION, some, [agreed])

    assert not (effect.harmless and effect.useful)


def test_what_nothing_fits_must_go_on_being_turned_away(stage: Stage, some: list[ServiceItem]) -> None:
    """A poem is no matter of the county's, and does not become one by being taught; least of all another poem."""
    poem, joke = "帮我写一首关于春天的诗", "帮我写一个笑话"
    plain, taught = (Matcher.build(with_lessons(some, lessons)) for lessons in ([], [Lesson(poem, DOG)]))
    assert all(plain.match(said).decision is Decision.NONE for said in (poem, joke))

    effect = stage.rehearse(Lesson(poem, DOG), EDITION, some, [])

    assert not (effect.harmless and effect.useful)
    assert taught.match(joke).decision is Decision.NONE


def _is_right(matcher: Matcher, answer: GoodAnswer) -> bool:
    found = matcher.match(answer.text, limit=3)
    codes = [candidate.service_code for candidate in found.candidates]
    if not answer.meant:
        return found.decision is Decision.NONE
    shown = codes if found.decision is Decision.CHOOSE else codes[:1]
    return found.decision is not Decision.NONE and not set(answer.meant).isdisjoint(shown)


# --- the tutor --------------------------------------------------------------------------------------------------------
async def test_a_lesson_is_rehearsed_in_a_process_of_its_own(some: list[ServiceItem]) -> None:
    """Whoever is being answered meanwhile notices nothing; the matcher in service is not touched."""
    live = LiveMatcher(some[:5], EDITION)
    tutor = Tutor(live)
    before = live.current

    effect = await tutor.rehearse(HELPFUL, edition=EDITION, items=some, good=[])
    await tutor.close()

    assert effect.harmless
    assert effect.useful
    assert (live.current, live.version) == (before, EDITION)


async def test_a_rehearsal_whose_process_dies_is_refused_and_the_next_one_works(
    some: Sequence[ServiceItem],
) -> None:
    """The machine ran out of memory: the keeper is asked to try again, and can."""
    tutor = Tutor(LiveMatcher())
    few, others = some[:5], set(multiprocessing.active_children())
    await tutor.rehearse(HELPFUL, edition=EDITION, items=few, good=[])

    for child in set(multiprocessing.active_children()) - others:
        child.kill()
        child.join()
    with pytest.raises(Busy):
        await tutor.rehearse(HELPFUL, edition=EDITION, items=few, good=[])

    assert (await tutor.rehearse(HELPFUL, edition=EDITION, items=few, good=[])).sentences
    await tutor.close()


def test_an_explanation_speaks_the_keepers_language(some: list[ServiceItem]) -> None:
    """What was read, each candidate's grounds, and why the second is not the first."""
    told = explained(Matcher.build(some).explain("我妈七十了想办老年证"))

    assert told.match.candidates[0].service_code == ELDER_CARD
    assert len(told.reasons) == len(told.match.candidates)
    assert {"老年证", "老年人"} <= {*told.words, *told.concepts}
    assert told.lead
    assert not any(reason.says.isascii() for grounds in (told.lead, *told.reasons) for reason in grounds)


def test_words_that_say_nothing_are_explained_too(some: list[ServiceItem]) -> None:
    """The keeper may ask about anything."""
    told = explained(Matcher.build(some).explain("。。。"))

    assert told.match.decision is Decision.NONE
    assert not any(told.reasons)


def test_every_kind_of_likeness_has_a_name() -> None:
    """A channel that is added is named for the keeper."""
    assert [feature for feature in FEATURES if feature not in FEATURE_WORDS] == []
    assert {SAME.get(feature, feature) for feature in FEATURES} == LEAD_WORDS.keys()


def test_who_is_written_out_to_the_letter_is_not_said_to_sound_worse(some: list[ServiceItem]) -> None:
    """The keeper reads why the first stands first; of what the words sound like, it has as much as the second."""
    told = explained(Matcher.build(some).explain("身份证丢了要去哪补", limit=3))

    assert told.match.candidates[0].service_code == LOST_CARD
    assert "near" in {reason.channel for reason in told.lead if reason.weight > 0}
    assert not [reason for reason in told.lead if reason.channel == "sound"]
