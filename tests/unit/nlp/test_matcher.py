"""From people's words to the right item, or to an honest “none”."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from typing import cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from intake.model.catalogue import ServiceItem
from intake.model.matching import Decision, PersonFacts
from nlp import LiveMatcher, Matcher
from nlp.channels import listen, survey
from nlp.evaluation import Row
from nlp.ranker import FEATURES, candidate_features


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("我妈七十了，想办老年优待证", "MZ10"),
        ("身份证丢了怎么补", "SF03"),
        ("給小孩上戶口要什麼材料", "HK01"),
        ("营业直照怎么办", "SC01"),
        ("老板拖千工资", "RS25"),
    ],
)
def test_the_right_item_comes_first(matcher: Matcher, said: str, code: str) -> None:
    """Also in traditional script, and with words written by ear."""
    found = matcher.match(said)

    assert found.candidates[0].service_code == code
    assert found.decision is not Decision.NONE


@pytest.mark.parametrize(
    "said", ["今天天气怎么样", "帮我订一张去上海的机票", "讲个笑话", "", "。。。", "🙂🙂🙂"]
)
def test_what_no_hall_handles_is_not_guessed(matcher: Matcher, said: str) -> None:
    """Small talk, tickets and weather get no service item."""
    assert matcher.match(said).decision is Decision.NONE


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("贵州毕节老家的低保，那边标准是多少", "我是贵州毕节人，在这里打工，孩子要念一年级"),
        ("湖北荆州的退休金什么时候涨，那边的人社局电话多少", "身份证丢了，户口在湖北荆州，在这里能补吗"),
    ],
)
def test_what_happens_in_another_province_is_for_an_office_there(
    matcher: Matcher, there: str, here: str
) -> None:
    """But to come from there turns nobody away."""
    assert matcher.match(there).decision is Decision.NONE
    assert matcher.match(here).decision is not Decision.NONE


def test_candidates_are_given_even_with_a_none(matcher: Matcher) -> None:
    """Whoever answers the person by hand starts from the nearest items."""
    found = matcher.match("今天天气怎么样", limit=10)

    assert found.decision is Decision.NONE
    assert len(found.candidates) == 10


def test_scores_are_probabilities_in_order(matcher: Matcher) -> None:
    """The first is the likeliest, and what is left is the chance of none."""
    found = matcher.match("房产证丢了", limit=10)
    scores = [candidate.score for candidate in found.candidates]

    assert scores == sorted(scores, reverse=True)
    assert 0 <= sum(scores) <= 1.001


def test_the_limit_is_kept(matcher: Matcher) -> None:
    """A phone shows three, a desk ten."""
    assert len(matcher.match("户口", limit=3).candidates) == 3
    assert matcher.match("户口", limit=0).candidates == ()


def test_the_same_words_get_the_same_answer(matcher: Matcher, items: list[ServiceItem]) -> None:
    """Two processes that index the same catalogue agree."""
    assert Matcher.build(items).match("残疾证到期了") == matcher.match("残疾证到期了")


def test_facts_told_before_are_kept_and_words_outweigh_them(matcher: Matcher) -> None:
    """What the person says now is newer than what was known."""
    before = PersonFacts(age=30, who="子女")

    found = matcher.match("我妈七十了想办老年证", facts=before)

    assert found.facts == PersonFacts(age=70, who="父母")


def test_life_facts_move_the_ranking(matcher: Matcher) -> None:
    """An age the item does not serve makes it less likely."""
    young = matcher.match("老年优待证", facts=PersonFacts(age=20), limit=10)
    old = matcher.match("老年优待证", facts=PersonFacts(age=75), limit=10)
    score = {
        found: next(c.score for c in found.candidates if c.service_code == "MZ10") for found in (young, old)
    }

    assert score[old] >= score[young]


def test_an_answer_names_its_grounds(matcher: Matcher) -> None:
    """A keeper sees which phrase an item was found by."""
    told = matcher.explain("身份证丢了怎么补")

    assert len(told.evidence) == len(told.match.candidates)
    assert told.evidence[0]
    assert all(evidence.weight > 0 and evidence.met for evidence in told.evidence[0])


def test_an_explanation_tells_why_not_the_runner_up(matcher: Matcher) -> None:
    """A keeper sees what set the first two apart."""
    told = matcher.explain("身份证丢了怎么补")

    assert told.match == matcher.match("身份证丢了怎么补")
    assert told.against_runner_up
    assert "丢失" in told.reading.concepts


def test_an_unclear_wish_is_asked_back_by_the_step_that_splits_it(matcher: Matcher) -> None:
    """“身份证” alone may be a first, a lost or an expired one: the person is asked which."""
    found = matcher.match("身份证")

    assert found.decision is Decision.CHOOSE
    assert found.ask.startswith("您是")
    assert "丢了要补" in found.ask
    assert matcher.match("身份证丢了要补领").ask == ""


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("房产过户", "老人过世留下的"),
        ("年审", "营运车的运输证"),
        ("养老保险", "要转到别处接着算"),
        ("孩子上学", "外地户口的孩子"),
        ("迁户口", "要跟家里人落在一起"),
        ("补贴", "种粮"),
        ("老人", "免费坐车的卡"),
        ("当兵", "退伍回来领补助"),
        ("家里老人过世", "房子过户"),
        ("我想投诉", "商家"),
        ("证明", "村里开的证明"),
        ("交税", "车子的税"),
        ("工伤", "认定好了要领待遇"),
    ],
)
def test_the_question_that_splits_best_is_asked(matcher: Matcher, said: str, part: str) -> None:
    """How the house came, which paper, which step: whatever tells most of the likely items apart."""
    found = matcher.match(said)

    assert found.decision is Decision.CHOOSE
    assert part in found.ask


@pytest.mark.parametrize("said", ["身份证", "摩托车", "当兵", "树", "电", "社保", "老人", "卡丢了"])
def test_a_bare_word_of_the_halls_is_not_turned_away(matcher: Matcher, said: str) -> None:
    """Whoever says one word gets a question or a list: a clerk would not shake her head at it."""
    assert matcher.match(said).decision is not Decision.NONE


def test_nothing_is_refused_that_is_likelier_one_item_than_none(
    matcher: Matcher, own_rows: list[Row]
) -> None:
    """Even where much speaks for none: the item is offered, to be chosen or not."""
    told = [matcher.explain(row.query) for row in own_rows]
    likelier = [one for one in told if one.match.candidates and one.match.candidates[0].score > one.none]

    assert any(one.none > 0.36 for one in likelier)
    assert all(one.match.decision is not Decision.NONE for one in likelier)


def test_a_long_story_is_weighed_like_a_short_wish(matcher: Matcher) -> None:
    """Its likenesses are small shares of so many words; how items stand beside the best of them is not."""
    reading = matcher.index.read(
        "我儿子去年从部队回来，家里人都替他高兴，邻居也来坐了半天，现在他想学一门开挖机的手艺，听说不用自己出学费"
    )
    rows = candidate_features(matcher.index, reading, listen(matcher.index, reading))
    beside = rows[:, [FEATURES.index(name) for name in FEATURES if name.endswith("_beside")]]

    assert (beside.max(axis=0) == 0).all()
    assert ((beside >= -1) & (beside <= 0)).all()
    assert rows[:, FEATURES.index("gram")].max() < 0.5
    assert rows[:, FEATURES.index("gram_told")].min() < -0.3


def test_a_short_wish_is_told_no_story(matcher: Matcher) -> None:
    """Its few words decide: what counts for stories counts nothing for it."""
    reading = matcher.index.read("身份证丢了怎么补")
    rows = candidate_features(matcher.index, reading, listen(matcher.index, reading))

    assert not rows[:, FEATURES.index("gram_told")].any()
    assert not rows[:, FEATURES.index("speech_told")].any()


def test_how_something_is_asked_for_tells_something(matcher: Matcher) -> None:
    """Empty words weigh nothing among the grams of matters; people say them of some matters oftener than of others."""
    named, asked = (survey(matcher.index, matcher.index.read(said)) for said in ("护照", "护照怎么办"))

    assert (named.gram == asked.gram).all()
    assert (named.speech.argsort() != asked.speech.argsort()).any()


def test_what_was_written_by_ear_is_heard_in_speech_as_well(matcher: Matcher) -> None:
    """营业直照 says what 营业执照 says of every matter."""
    by_ear = survey(matcher.index, matcher.index.read("营业直照丢了"))
    meant = survey(matcher.index, matcher.index.read("营业执照丢了"))

    assert by_ear.speech.argmax() == meant.speech.argmax()


def test_nothing_can_be_found_in_an_empty_catalogue() -> None:
    """Before the first import every answer is an honest none."""
    found = Matcher.build([]).match("身份证丢了")

    assert found.decision is Decision.NONE
    assert found.candidates == ()


def test_a_catalogue_of_one_item_works(items: list[ServiceItem]) -> None:
    """A county may begin with a single item."""
    only = next(item for item in items if item.code == "SF03")

    assert Matcher.build([only]).match("身份证丢了怎么补").candidates[0].service_code == "SF03"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=400))
@example(text="身" * 10_000)
@example(text="身份证丢了怎么办？" * 1_200)
@example(text="🙂👨‍👩‍👧" * 3_000)
@example(text="\x00\x1b[31m\u202e" * 3_000)
@example(text="\ud800\udfff")
@example(text="a" * 10_000)
@example(text="，" * 10_000)
def test_hostile_text_gets_an_answer_in_time(matcher: Matcher, text: str) -> None:
    """Whatever is sent, an answer within 20 ms of processor time and never an exception."""
    start = time.process_time()
    matcher.match(text)
    spent = time.process_time() - start

    assert spent < 0.020 or _again(matcher, text) < 0.020


def _again(matcher: Matcher, text: str) -> float:
    """A second measure: the first may hold a garbage collection."""
    start = time.process_time()
    matcher.match(text)
    return time.process_time() - start


def test_a_new_catalogue_takes_effect_without_a_pause(items: list[ServiceItem]) -> None:
    """Answers come from the old items until the new ones are whole."""
    live = LiveMatcher(items[:5], version=1)
    held = live.current

    assert live.renew(items[:6], version=2)

    assert (live.version, len(live.current.index.documents)) == (2, 6)
    assert len(held.index.documents) == 5


def test_an_equal_version_is_not_built_again(items: list[ServiceItem]) -> None:
    """A process told twice of one import builds once."""
    live = LiveMatcher(items[:5], version="a")
    held = live.current

    assert not live.renew(items[:5], version="a")
    assert live.current is held


def test_a_failed_build_leaves_the_old_one_in_service(items: list[ServiceItem]) -> None:
    """A broken import takes no answer away."""
    builds = iter([Matcher.build])

    def build_once(given: Sequence[ServiceItem]) -> Matcher:
        return next(builds)(given)

    live = LiveMatcher(items[:5], 1, build=build_once)

    with pytest.raises(StopIteration):
        live.renew(items[:6], 2)
    assert live.version == 1
    assert live.match("户口").candidates


def test_a_repeated_wish_is_answered_from_memory(items: list[ServiceItem]) -> None:
    """The second person who says the same words waits for nothing."""
    live = LiveMatcher(items[:5], version=1)

    assert live.match("户口") is live.match("户口")
    assert live.match("户口", limit=2) is not live.match("户口")


def test_no_answer_outlives_its_catalogue(items: list[ServiceItem]) -> None:
    """What was remembered of the old items is gone with them."""
    live = LiveMatcher(items[:5], version=1)
    before = live.match(items[5].name)

    live.renew(items[:6], version=2)

    assert items[5].code not in {c.service_code for c in before.candidates}
    assert live.match(items[5].name).candidates[0].service_code == items[5].code


def test_the_collector_works_again_after_a_build_that_failed() -> None:
    """A catalogue that cannot be indexed must not leave a server that never clears up."""
    with pytest.raises(AttributeError):
        Matcher.build([cast("ServiceItem", object())])

    assert gc.isenabled()
