"""学说法: what people's words led to waits for the keeper, and what the keeper teaches moves no good answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from intake.desk import CatalogueCounter
from intake.errors import (
    BadInput,
    LessonInVain,
    NotAllowed,
    NotFound,
    NotNow,
    Stale,
    TaughtElsewhere,
    UnknownService,
    WouldMoveAnswers,
)
from intake.model.catalogue import ServiceItem
from intake.model.ids import HeardId, ServiceCode, TeachingId
from intake.model.learning import (
    Edition,
    Effect,
    Ending,
    GoodAnswer,
    HeardState,
    Led,
    Lesson,
    Moved,
    Standing,
    with_lessons,
)
from intake.model.matching import Decision, Explained
from intake.usecases.catalogue.importing import ImportCatalogue
from intake.usecases.catalogue.learning import NoteHearing, Teach, edition_of, items_as_taught
from intake.usecases.questions.asking import AnswerQuestion, AskQuestion
from tests.desks import ELDER_CARD, NEW_ID_CARD, County

BUS_PASS = ServiceCode("JT03")
WORDS = "坐车不要钱的那个本本"
ID_CARD_LOST = "身份证丢了要补领"
FIRST = Standing(Decision.MATCH, 1, ELDER_CARD, 0.9, 0.97)
NOWHERE = Standing(Decision.NONE, None, None, 0.9, 0.97)
GOOD_EFFECT = Effect(NOWHERE, FIRST, 1000, ())


@dataclass
class ScriptedTutor:
    """Says what it is told to say of every lesson, and keeps what it was asked."""

    effect: Effect = GOOD_EFFECT
    meanwhile: ImportCatalogue | None = None
    desk: CatalogueCounter | None = None
    good: list[GoodAnswer] = field(default_factory=list)
    rehearsed: list[Lesson] = field(default_factory=list)

    async def explain(self, text: str, *, limit: int = 5) -> Explained:
        raise NotImplementedError

    async def rehearse(
        self, lesson: Lesson, *, edition: Edition, items: Sequence[ServiceItem], good: Sequence[GoodAnswer]
    ) -> Effect:
        del edition, items
        self.rehearsed.append(lesson)
        self.good = list(good)
        if self.desk is not None and self.meanwhile is not None:
            await self.desk.import_items(self.meanwhile)
        return self.effect


@pytest.fixture
def tutor() -> ScriptedTutor:
    """A tutor for whom every lesson is a good one, until it is told otherwise."""
    return ScriptedTutor()


@pytest.fixture
def counter(county: County, tutor: ScriptedTutor) -> CatalogueCounter:
    """The catalogue's counter with that tutor."""
    return CatalogueCounter(replace(county.desk.catalogue.tools, tutor=tutor))


async def say(county: County, who: str, words: str, code: ServiceCode | None = None) -> None:
    """Somebody's words led to an item, or to none."""
    await county.desk.catalogue.note(NoteHearing(await county.caller(who), words, code))


async def lesson(county: County, text: str = WORDS, code: ServiceCode = ELDER_CARD, heard: str = "") -> Teach:
    """What the keeper wants to teach."""
    return Teach(await county.caller("keeper"), text, code, HeardId(heard) if heard else None)


async def revision(county: County) -> int:
    """The revision of the catalogue in force."""
    async with county.store.open_view() as view:
        return await view.catalogue.revision()


# --- what is heard ----------------------------------------------------------------------------------------------------
async def test_what_the_matcher_got_right_waits_for_nobody(county, counter):
    """The first answer was taken: there is nothing to learn, but it is known to be good."""
    await say(county, "citizen-1", ID_CARD_LOST, NEW_ID_CARD)

    keeper = await county.caller("keeper")
    _, waiting = await counter.heard(keeper)
    _, (answered,) = await counter.heard(keeper, HeardState.ANSWERED)

    assert waiting == ()
    assert answered.led == (Led(Ending.AGREED, NEW_ID_CARD, 1),)


async def test_what_was_chosen_otherwise_or_not_at_all_waits(county, counter):
    """Unmatched words first; another item than the first answer says what was meant."""
    await say(county, "citizen-1", ID_CARD_LOST, ELDER_CARD)
    await say(county, "citizen-2", "那个那个要怎么弄")

    _, waiting = await counter.heard(await county.caller("keeper"))

    assert [row.text for row in waiting] == ["那个那个要怎么弄", ID_CARD_LOST]
    assert waiting[1].led == (Led(Ending.CHOSEN, ELDER_CARD, 1),)


async def test_the_same_words_in_another_script_or_width_are_the_same_row(county, counter):
    """Dictated, typed in traditional characters, or with a question mark."""
    for who, said in (
        ("citizen-1", "老人証丟了"),
        ("citizen-2", "老人证丢了？"),
        ("citizen-3", "  老人证丢了"),
    ):
        await say(county, who, said)

    _, (row,) = await counter.heard(await county.caller("keeper"))

    assert (row.text, row.people) == ("老人证丢了", 3)


async def test_nothing_that_names_a_person_is_kept(county, counter):
    """A number, a telephone and a name were in the sentence; a number alone is not kept at all."""
    await say(county, "citizen-1", "我叫王秀英，身份证330000195601010014，电话13900000001，那个本本怎么弄")
    await say(county, "citizen-1", "330000195601010014")

    _, (row,) = await counter.heard(await county.caller("keeper"))

    assert row.text == "我叫 身份证 电话 那个本本怎么弄"


async def test_one_person_repeating_themselves_counts_once(county, counter):
    """However often somebody sends it, two others who said something else stand before them."""
    for _ in range(30):
        await say(county, "citizen-1", "给我修路")
    await say(county, "citizen-2", "那个本本怎么弄")
    await say(county, "citizen-3", "那个本本怎么弄")

    _, waiting = await counter.heard(await county.caller("keeper"))

    assert [(row.text, row.times, row.people) for row in waiting] == [
        ("那个本本怎么弄", 2, 2),
        ("给我修路", 30, 1),
    ]


async def test_a_clerks_answer_says_what_was_meant(county, counter):
    """The clerk names the item; the asker can press it, and the keeper finds it beside the asker's words."""
    asker, clerk = await county.caller("citizen-1"), await county.caller("clerk-anwen-1")
    asked = await county.desk.questions.ask(AskQuestion(asker, "那个本本怎么弄"))

    await county.desk.questions.answer(
        AnswerQuestion(clerk, asked.id, asked.version, "您说的是优待证，带身份证来。", ELDER_CARD)
    )

    _, (row,) = await counter.heard(await county.caller("keeper"))
    assert (row.text, row.led) == ("那个本本怎么弄", (Led(Ending.CORRECTED, ELDER_CARD, 1),))
    (told,) = await county.told("question_answered")
    assert (told.facts["item"], told.facts["service"]) == (ELDER_CARD, "老年人优待证办理")


async def test_an_answer_that_names_an_unknown_item_is_refused_whole(county):
    """A misspelt code must not leave a half answer behind."""
    asker, clerk = await county.caller("citizen-1"), await county.caller("clerk-anwen-1")
    asked = await county.desk.questions.ask(AskQuestion(asker, "那个本本怎么弄"))

    with pytest.raises(UnknownService):
        await county.desk.questions.answer(
            AnswerQuestion(clerk, asked.id, asked.version, "优待证。", ServiceCode("XX99"))
        )

    (still_open,) = await county.desk.questions.at_hall(clerk, asked.hall)
    assert still_open == asked


async def test_words_nobody_says_any_more_are_forgotten(county, counter):
    """After half a year; what is still said stays."""
    await say(county, "citizen-1", "很久以前的话")
    county.clock.forward(days=181)
    await say(county, "citizen-1", "那个本本怎么弄")

    assert await counter.forget_heard() == 1

    _, (row,) = await counter.heard(await county.caller("keeper"))
    assert row.text == "那个本本怎么弄"


async def test_the_keeper_may_find_nothing_to_learn(county, counter):
    """The row leaves the list, and who sent it away is written down."""
    await say(county, "citizen-1", "今天吃什么好")
    keeper = await county.caller("keeper")
    _, (row,) = await counter.heard(keeper)

    gone = await counter.dismiss(keeper, row.id)

    assert gone.state is HeardState.DISMISSED
    assert (await counter.heard(keeper))[1] == ()
    (entry,) = await county.audited("learning.dismiss")
    assert (entry.by, entry.facts) == ("keeper", {"heard": row.id})


# --- who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["citizen-1", "proxy-1", "clerk-anwen-1", "director-anwen", "supervisor"])
async def test_only_the_keeper_sees_and_teaches(county, counter, who):
    """What people said is nobody else's to read, and what the matcher knows nobody else's to change."""
    caller = await county.caller(who)
    for act in (
        lambda: counter.heard(caller),
        lambda: counter.dismiss(caller, HeardId("some")),
        lambda: counter.preview_teaching(Teach(caller, WORDS, ELDER_CARD)),
        lambda: counter.teach(Teach(caller, WORDS, ELDER_CARD)),
        lambda: counter.unteach(caller, TeachingId("some")),
        lambda: counter.taught(caller),
    ):
        with pytest.raises(NotAllowed):
            await act()
    with pytest.raises(NotAllowed):
        await counter.explain(caller, WORDS)


# --- teaching ---------------------------------------------------------------------------------------------------------
async def test_a_lesson_is_saved_with_the_next_revision_and_its_row_is_done(county, counter):
    """Who, when and from which row; every matcher learns by the revision that there is something new."""
    await say(county, "citizen-1", WORDS)
    keeper = await county.caller("keeper")
    before = await revision(county)
    _, (row,) = await counter.heard(keeper)

    taught = await counter.teach(await lesson(county, heard=row.id))

    assert (taught.text, taught.service_code, taught.heard) == (WORDS, ELDER_CARD, row.id)
    assert (taught.taught_by, taught.taught_at) == ("keeper", county.clock.now())
    assert taught.since == await revision(county) == before + 1
    assert await counter.taught(keeper) == (taught,)
    assert (await counter.heard(keeper))[1] == ()
    (entry,) = await county.audited("learning.teach")
    assert entry.facts == {"teaching": taught.id, "text": WORDS, "service": ELDER_CARD}


async def test_the_catalogue_stays_the_countys_own(county, counter):
    """What was taught is found, and stands in no guide and no export."""
    await counter.teach(await lesson(county))

    async with county.store.open_view() as view:
        learnt = {item.code: item for item in await items_as_taught(view, county.desk.today)}
    plain = await counter.show(ELDER_CARD)

    assert learnt[ELDER_CARD] == replace(plain, aliases=(*plain.aliases, WORDS))
    assert WORDS not in plain.aliases


async def test_the_same_lesson_again_is_the_one_that_is_there(county, counter, tutor):
    """Taught a hundred times it weighs as much as once, and the revision stands."""
    first = await counter.teach(await lesson(county))
    before = await revision(county)

    for _ in range(100):
        assert await counter.teach(await lesson(county, f" {WORDS}？ ")) == first

    assert await revision(county) == before
    assert len(tutor.rehearsed) == 1


async def test_the_same_words_cannot_lead_to_two_items(county, counter):
    """The refusal names where they lead, and both ways out of it."""
    await counter.teach(await lesson(county))

    with pytest.raises(TaughtElsewhere) as refused:
        await counter.preview_teaching(await lesson(county, code=BUS_PASS))
    with pytest.raises(TaughtElsewhere):
        await counter.teach(await lesson(county, code=BUS_PASS))

    assert "老年人优待证办理" in refused.value.title
    assert "收回" in refused.value.next_step
    assert len(await counter.taught(await county.caller("keeper"))) == 1


async def test_a_lesson_that_would_move_a_good_answer_is_not_saved(county, counter, tutor):
    """The refusal names the sentence that would be lost."""
    lost = Moved(GoodAnswer(ID_CARD_LOST, (NEW_ID_CARD,)), ELDER_CARD)
    tutor.effect = replace(GOOD_EFFECT, moved=(lost,))
    before = await revision(county)

    preview = await counter.preview_teaching(await lesson(county, "证件掉了"))
    with pytest.raises(WouldMoveAnswers) as refused:
        await counter.teach(await lesson(county, "证件掉了"))

    assert (preview.effect.harmless, preview.effect.moved) == (False, (lost,))
    assert ID_CARD_LOST in refused.value.title
    assert await revision(county) == before
    assert await counter.taught(await county.caller("keeper")) == ()


async def test_a_lesson_that_helps_nobody_is_not_saved(county, counter, tutor):
    """Some words lead nowhere, whatever they are taught to mean."""
    tutor.effect = replace(GOOD_EFFECT, after=NOWHERE)

    with pytest.raises(LessonInVain) as refused:
        await counter.teach(await lesson(county, "那个怎么来着"))

    assert "老年人优待证办理" in refused.value.title


async def test_a_lesson_is_judged_by_the_catalogue_it_is_saved_into(county, counter, tutor):
    """Somebody imported or taught while it was tried: two harmless lessons may do harm together."""
    item = await counter.show(ELDER_CARD)
    tutor.desk = county.desk.catalogue
    tutor.meanwhile = ImportCatalogue(await county.caller("keeper"), [replace(item, minutes=59)])

    with pytest.raises(Stale):
        await counter.teach(await lesson(county))

    assert await counter.taught(await county.caller("keeper")) == ()


async def test_what_several_people_agree_on_is_kept_from_harm(county, counter, tutor):
    """Three different people took the same answer: the next lesson is tried against their words too."""
    for who in ("citizen-1", "citizen-2", "citizen-3"):
        await say(county, who, ID_CARD_LOST, NEW_ID_CARD)
        await say(county, "citizen-1", "一个人的话", NEW_ID_CARD)

    await counter.preview_teaching(await lesson(county))

    assert tutor.good == [GoodAnswer(ID_CARD_LOST, (NEW_ID_CARD,))]


async def test_what_people_meant_by_the_words_outweighs_what_the_words_name(county, counter, tutor):
    """Somebody chose the item, or a clerk said so; a keeper's own idea of words nobody found anything by does not count."""
    await say(county, "citizen-1", WORDS, ELDER_CARD)
    await say(county, "citizen-2", "没人懂的话")
    keeper = await county.caller("keeper")
    _, (lost, chosen) = await counter.heard(keeper, HeardState.OPEN, 10)

    await counter.preview_teaching(await lesson(county, WORDS, ELDER_CARD, chosen.id))
    assert tutor.good == [GoodAnswer(WORDS, (ELDER_CARD,))]
    for other in (
        await lesson(county, WORDS, NEW_ID_CARD, chosen.id),
        await lesson(county, "没人懂的话", ELDER_CARD, lost.id),
        await lesson(county, "另外一句", ELDER_CARD, chosen.id),
        await lesson(county, WORDS),
    ):
        await counter.preview_teaching(other)
        assert tutor.good == []


async def test_a_preview_saves_nothing(county, counter):
    """Looking is free."""
    before = await revision(county)

    preview = await counter.preview_teaching(await lesson(county, "坐車不要錢的那個本本！"))

    assert (preview.lesson, preview.item.code) == (Lesson(WORDS, ELDER_CARD), ELDER_CARD)
    assert preview.effect == GOOD_EFFECT
    assert preview.edition == Edition(before, county.desk.today)
    assert await revision(county) == before
    assert await counter.taught(await county.caller("keeper")) == ()


@pytest.mark.parametrize(
    ("text", "code", "refusal"),
    [
        ("13900000001", ELDER_CARD, BadInput),
        ("？？？", ELDER_CARD, BadInput),
        ("老" * 61, ELDER_CARD, BadInput),
        (WORDS, ServiceCode("XX99"), UnknownService),
    ],
    ids=["a number", "nothing", "a letter", "no such item"],
)
async def test_what_cannot_be_taught_is_refused(county, counter, text, code, refusal):
    """With what to do about it."""
    with pytest.raises(refusal):
        await counter.teach(await lesson(county, text, code))


async def test_a_lesson_from_a_row_that_is_gone_is_refused_whole(county, counter):
    """An old page."""
    with pytest.raises(NotFound):
        await counter.teach(await lesson(county, heard="gone"))

    assert await counter.taught(await county.caller("keeper")) == ()


async def test_a_teaching_can_be_taken_back(county, counter):
    """The words wait again, every matcher hears of it, and a second time there is nothing to take back."""
    await say(county, "citizen-1", WORDS)
    keeper = await county.caller("keeper")
    _, (row,) = await counter.heard(keeper)
    taught = await counter.teach(await lesson(county, heard=row.id))

    back = await counter.unteach(keeper, taught.id)
    with pytest.raises(NotNow):
        await counter.unteach(keeper, taught.id)

    assert (back.withdrawn_by, back.until) == ("keeper", taught.since + 1)
    assert await counter.taught(keeper) == ()
    assert [r.id for r in (await counter.heard(keeper))[1]] == [row.id]
    assert len(await county.audited("learning.unteach")) == 1


async def test_the_edition_is_told_by_revision_and_day(county, counter):
    """A version that begins tomorrow is in force tomorrow, though nobody imports anything at midnight."""
    async with county.store.open_view() as view:
        today = await edition_of(view, county.desk.today)
    await counter.teach(await lesson(county))
    county.clock.forward(days=1)
    async with county.store.open_view() as view:
        tomorrow = await edition_of(view, county.desk.today)

    assert tomorrow == Edition(today.revision + 1, county.desk.today)
    assert tomorrow > today


async def test_a_lesson_about_an_item_that_is_gone_is_passed_over(county):
    """The county took the item from its list; the teaching waits in case it comes back."""
    item = await county.desk.catalogue.show(ELDER_CARD)

    assert with_lessons([item], [Lesson(WORDS, ServiceCode("XX99"))]) == (item,)
