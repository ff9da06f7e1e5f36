"""Slots of speech: what a sentence says besides its matter."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model.speech import LAST, Aspect, DayPart, Intent, Unfit
from nlp.speech.ages import age_in
from nlp.speech.aspects import aspects_in
from nlp.speech.corrections import put_right
from nlp.speech.days import Days, days_in
from nlp.speech.identifiers import id_number_in, name_in, phone_in
from nlp.speech.intents import intent_in
from nlp.speech.likeness import closest
from nlp.speech.listening import Ear
from nlp.speech.lunar import next_lunar_day, solar_day
from nlp.speech.materials import lost_in, materials_in
from nlp.speech.numbers import choice_in, number_of
from nlp.speech.persons import only_whom, person_in
from nlp.speech.places import places_in
from nlp.speech.several import several_in
from nlp.speech.times import part_in, time_in
from nlp.speech.visits import plans_visit

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("十五", 15),
        ("一百二", 120),
        ("一千零五", 1005),
        ("两万", 20000),
        ("12", 12),
        ("十", 10),
        ("二十", 20),
        ("百", 100),
    ],
)
def test_numerals_are_read_as_spoken(said: str, value: int) -> None:
    """一百二 is a hundred and twenty."""
    assert number_of(said) == value


@pytest.mark.parametrize("said", ["", "十百", "万万", "一点", "丙"])
def test_what_is_no_numeral_has_no_value(said: str) -> None:
    """Nothing is read into other words."""
    assert number_of(said) is None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("第1个", 1),
        ("一", 1),
        ("1。", 1),
        ("１", 1),
        ("选2", 2),
        ("我要第二个", 2),
        ("3号", 3),
        ("第三个吧", 3),
        ("第二个怎么办", 2),
        ("先第一个", 1),
        ("11", 11),
        ("十一", 11),
    ],
)
def test_a_choice_is_taken_by_its_number(said: str, number: int) -> None:
    """11 is not 1, and 第1个, 一 and 1。 are."""
    assert choice_in(said) == number


@pytest.mark.parametrize("said", ["1990年", "我要办1个证", "身份证", "0", "138", "一二三四五"])
def test_a_number_inside_a_sentence_chooses_nothing(said: str) -> None:
    """A year or a count is no choice from a list."""
    assert choice_in(said, 9) is None


@pytest.mark.parametrize("said", ["头一个", "上面那个吧", "就第一个吧"])
def test_the_first_one_is_said_in_many_ways(said: str) -> None:
    """Nobody counts when there is a top."""
    assert choice_in(said) == 1


def test_the_last_one_is_the_last_of_those_shown() -> None:
    """A list of four has no fifth; how long it is need not be known to hear that the last one is meant."""
    assert choice_in("最后一个", 4) == 4
    assert choice_in("最后一个") == LAST
    assert choice_in("5", 4) is None


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("明天下午", date(2026, 11, 24), None),
        ("大后天", date(2026, 11, 26), None),
        ("周六", date(2026, 11, 28), None),
        ("星期一", MONDAY, None),
        ("下周六上午", date(2026, 12, 5), None),
        ("下个礼拜天", date(2026, 12, 6), None),
        ("下下周三", date(2026, 12, 9), None),
        ("周末", date(2026, 11, 28), date(2026, 11, 29)),
        ("这周", MONDAY, date(2026, 11, 29)),
        ("下周", date(2026, 11, 30), date(2026, 12, 6)),
        ("下个月", date(2026, 12, 1), date(2026, 12, 31)),
        ("月底", date(2026, 11, 25), date(2026, 11, 30)),
        ("12月3号", date(2026, 12, 3), None),
        ("十二月三日", date(2026, 12, 3), None),
        ("3月5号", date(2027, 3, 5), None),
        ("15号", date(2026, 12, 15), None),
        ("31号", date(2026, 12, 31), None),
        ("2026-12-05", date(2026, 12, 5), None),
        ("12.5", date(2026, 12, 5), None),
        ("三天后", date(2026, 11, 26), None),
        ("两个星期以后", date(2026, 12, 7), None),
        ("腊月二十", date(2027, 1, 27), None),
        ("正月初八", date(2027, 2, 13), None),
        ("腊月廿八", date(2027, 2, 4), None),
        ("元旦", date(2027, 1, 1), None),
        ("国庆节", date(2027, 10, 1), None),
        ("春节", date(2027, 2, 6), None),
        ("冬至那天", date(2026, 12, 22), None),
        ("清明节", date(2027, 4, 5), None),
        ("过几天", date(2026, 11, 26), date(2026, 12, 3)),
        ("初八", date(2026, 12, 16), None),
        ("廿三", date(2026, 12, 1), None),
        ("下个月初", date(2026, 12, 1), date(2026, 12, 7)),
        ("月初", date(2026, 12, 1), date(2026, 12, 7)),
        ("下个月中旬", date(2026, 12, 11), date(2026, 12, 20)),
        ("这个月下旬", MONDAY, date(2026, 11, 30)),
        ("周一到周五", MONDAY, date(2026, 11, 27)),
        ("下周三到周四", date(2026, 12, 2), date(2026, 12, 3)),
    ],
)
def test_days_are_counted_forward_from_today(said: str, first: date, last: date | None) -> None:
    """Today is a Monday."""
    assert days_in(said, MONDAY) == Days(first, last or first)


@pytest.mark.parametrize(
    "said",
    ["身份证丢了", "2月30号", "13月1日", "1号窗口", "几号都行", "腊月四十", "上周五", "我儿子初三转学"],
)
def test_what_is_no_day_names_none(said: str) -> None:
    """No day is made up from a window number or a wrong date."""
    assert days_in(said, MONDAY) is None


def test_a_weekday_said_on_itself_is_today() -> None:
    """周六 said on a Saturday morning means today."""
    assert days_in("周六", date(2026, 11, 28)) == Days.only(date(2026, 11, 28))


@pytest.mark.parametrize(
    ("year", "new_year"),
    [
        (2024, date(2024, 2, 10)),
        (2026, date(2026, 2, 17)),
        (2027, date(2027, 2, 6)),
        (2033, date(2033, 1, 31)),
        (2039, date(2039, 1, 24)),
    ],
)
def test_the_lunar_new_year_falls_where_almanacs_put_it(year: int, new_year: date) -> None:
    """The table agrees with printed calendars."""
    assert solar_day(year, 1, 1) == new_year


def test_a_lunar_day_outside_the_table_is_unknown() -> None:
    """An unknown year is left unknown."""
    assert solar_day(2023, 1, 1) is None
    assert solar_day(2040, 1, 1) is None
    assert next_lunar_day(date(2050, 1, 1), 1, 1) is None


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("下午三点半", time(15, 30)),
        ("9:30", time(9, 30)),
        ("十点一刻", time(10, 15)),
        ("早上八点", time(8)),
        ("晚上七点", time(19)),
        ("两点", time(14)),
        ("中午12点", time(12)),
        ("上午9点20分", time(9, 20)),
        ("下午3点", time(15)),
        ("半夜两点", time(2)),
    ],
)
def test_clock_times_are_office_times(said: str, at: time) -> None:
    """Two o'clock without more means the afternoon."""
    assert time_in(said) == at


@pytest.mark.parametrize(
    ("said", "until"),
    [("上午十点前", time(10)), ("下午三点之前", time(15)), ("十点以后", None), ("周五前", None)],
)
def test_the_hour_before_which_one_can_come_is_no_hour_to_come_at(said: str, until: time | None) -> None:
    """十点前 is until ten; 十点 and 十点以后 are from ten on."""
    heard = Ear(PLACES).listen(said, today=MONDAY)

    assert heard.until == until
    assert not (heard.until and heard.at)


@pytest.mark.parametrize(
    ("said", "unfit", "first"),
    [
        ("中午他睡觉别来", Unfit(part=DayPart.NOON), None),
        ("周三没空，周四可以", Unfit(date(2026, 11, 25), date(2026, 11, 25)), date(2026, 11, 26)),
        ("除了周三都行", Unfit(date(2026, 11, 25), date(2026, 11, 25)), None),
        ("周五下午不行", Unfit(date(2026, 11, 27), date(2026, 11, 27), DayPart.AFTERNOON), None),
        ("周一到周五我都要做工", Unfit(MONDAY, date(2026, 11, 27)), None),
        ("周五下午行不行", None, date(2026, 11, 27)),
        ("周五上午", None, date(2026, 11, 27)),
    ],
)
def test_a_time_that_does_not_suit_is_none_to_come_at(
    said: str, unfit: Unfit | None, first: date | None
) -> None:
    """“中午他睡觉别来” does not ask for noon."""
    heard = Ear(PLACES).listen(said, today=MONDAY)

    assert (heard.unfit, heard.first_day) == (unfit, first)
    assert heard.names_a_time


def test_words_go_on_with_the_days_and_the_hall_before_them() -> None:
    """“上午” said of a Wednesday is that morning; another day takes its place, and what did not suit stays."""
    ear = Ear(PLACES)
    wednesday = ear.listen("周三去尖山", today=MONDAY)

    morning = ear.listen("上午", today=MONDAY).after(wednesday)
    friday = ear.listen("周五", today=MONDAY).after(ear.listen("中午不行", today=MONDAY))

    assert (morning.first_day, morning.part, morning.place) == (
        wednesday.first_day,
        DayPart.MORNING,
        PLACES[0],
    )
    assert (friday.first_day, friday.unfit) == (date(2026, 11, 27), Unfit(part=DayPart.NOON))


@pytest.mark.parametrize("said", ["有点材料", "25:70", "身份证", "下午", "早一点的", "快一点"])
def test_what_is_no_clock_time_names_none(said: str) -> None:
    """有点 is no o'clock."""
    assert time_in(said) is None


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("上午有空", DayPart.MORNING),
        ("中午去", DayPart.NOON),
        ("下午", DayPart.AFTERNOON),
        ("傍晚", DayPart.EVENING),
        ("随便", None),
    ],
)
def test_parts_of_the_day(said: str, part: DayPart | None) -> None:
    """Half a day is enough to look for places."""
    assert part_in(said) is part


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ("我妈七十了", 70),
        ("今年68岁", 68),
        ("老人八十五周岁", 85),
        ("6个月的宝宝", 0),
        ("孩子3岁", 3),
        ("我今年六十五", 65),
    ],
)
def test_an_age_is_heard(said: str, age: int) -> None:
    """Ages come with and without the word for years."""
    assert age_in(said) == age


@pytest.mark.parametrize("said", ["今年20号去", "等了三十年了", "身份证满10年了", "300岁", "妈妈2次"])
def test_other_numbers_are_no_ages(said: str) -> None:
    """Waiting thirty years makes nobody thirty."""
    assert age_in(said) is None


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("我妈想办老年证", "父母"),
        ("给我爷爷办", "祖父母"),
        ("孩子上学", "子女"),
        ("我老婆的户口", "配偶"),
        ("我爸去世了", "亡者"),
        ("隔壁老王托我办", "邻居"),
        ("我们公司", "企业"),
        ("我自己办", "本人"),
        ("办个证", ""),
    ],
)
def test_the_person_spoken_for_is_heard(said: str, who: str) -> None:
    """The child who asks for a mother asks for the mother."""
    assert person_in(said) == who


def test_materials_are_named_officially() -> None:
    """户口本 on the lips is 居民户口簿 on the list."""
    assert materials_in("要带身份证和户口本吗，社保卡呢") == ("居民身份证", "居民户口簿", "社会保障卡")


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ("身份证掉河里了", "居民身份证"),
        ("丢了户口本", "居民户口簿"),
        ("驾照不见了", "机动车驾驶证"),
        ("身份证到期了", ""),
    ],
)
def test_the_lost_paper_is_known(said: str, lost: str) -> None:
    """An expired paper is not a lost one."""
    assert lost_in(said) == lost


def test_a_mobile_number_is_heard_however_it_is_said() -> None:
    """With gaps, or digit by digit."""
    assert phone_in("我的电话 139 0000 0001") == "13900000001"
    assert phone_in("幺三九零零零零零零零一") == "13900000001"
    assert phone_in("电话0579-84660000") == ""


def test_an_id_number_must_carry_its_check_character() -> None:
    """The region prefix was never issued to a person."""
    assert id_number_in("号码是 330000 19900101 0016") == ""
    assert id_number_in(f"号码是{_made_up_id('33000019900101001')}") == _made_up_id("33000019900101001")


def _made_up_id(body: str) -> str:
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


PLACES = ["尖山镇便民服务中心", "胡村村委会", "上胡村村委会", "县365行政服务中心"]


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("去尖山镇办", ("尖山镇便民服务中心",)),
        ("尖山近一点", ("尖山镇便民服务中心",)),
        ("我是上胡村的", ("上胡村村委会",)),
        ("胡村的", ("胡村村委会",)),
        ("哪里都行", ()),
    ],
)
def test_places_are_known_by_their_spoken_names(said: str, places: tuple[str, ...]) -> None:
    """Nobody says 便民服务中心 of the town they live in."""
    assert places_in(said, PLACES) == places


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("我想预约", Intent.BOOK),
        ("帮我约明天上午九点", Intent.BOOK),
        ("改到后天", Intent.MOVE),
        ("把预约改到周五下午", Intent.MOVE),
        ("取消预约", Intent.CANCEL),
        ("我不去了", Intent.CANCEL),
        ("我的办件", Intent.STATUS),
        ("低保办好了没有", Intent.STATUS),
        ("我要投诉你们窗口态度差", Intent.COMPLAINT),
        ("转人工", Intent.PERSON),
        ("谢谢你啊", Intent.THANKS),
        ("您好", Intent.GREETING),
        ("好的", Intent.YES),
        ("可以", Intent.YES),
        ("不可以", Intent.NO),
        ("不是这个", Intent.NO),
        ("算了", Intent.STOP),
        ("那就先不办了", Intent.STOP),
        ("下次再说吧", Intent.STOP),
        ("不用了", Intent.NO),
        ("哪里都行", Intent.ANY),
        ("越快越好", Intent.ANY),
        ("离家最近的", Intent.ANY),
        ("怎么用", Intent.HELP),
        ("你能做什么", Intent.HELP),
        ("重新开始", Intent.RESTART),
        ("返回上一步", Intent.BACK),
        ("换个地方", Intent.ELSEWHERE),
        ("都太远了", Intent.ELSEWHERE),
        ("改成周六行吗", Intent.MOVE),
        ("这些时间我都没空", Intent.MOVE),
        ("能不能早一点", Intent.MOVE),
        ("临时有事去不了了", Intent.CANCEL),
        ("我约的是几点", Intent.BOOKED),
        ("我上次那个高龄津贴办好没", Intent.STATUS),
        ("你们窗口的人态度太差了，我跑了三趟都没办成", Intent.COMPLAINT),
        ("什么破东西，笨死了", Intent.ANGER),
        ("滚", Intent.ANGER),
        ("你是谁", Intent.CHAT),
        ("今天天气怎么样", Intent.CHAT),
        ("我看看", Intent.PAUSE),
        ("等一下", Intent.PAUSE),
        ("哦哦", Intent.PAUSE),
        ("没什么事", Intent.STOP),
        ("不用了到时候我自己带来", Intent.STOP),
        ("明天再交", Intent.STOP),
        ("还有没有别的时间", Intent.MOVE),
        ("要交几张", Intent.PHOTO),
        ("先交这些行不行", Intent.DONE),
        ("有哪些事可以办", Intent.HELP),
        ("打电话没人接", Intent.COMPLAINT),
        ("这是什么意思", Intent.WHY),
        ("为什么要身份证号", Intent.WHY),
        ("身份证号不记得了怎么办", Intent.LACK),
        ("没有这个东西", Intent.LACK),
        ("没有", Intent.NO),
        ("我不会拍照", Intent.PHOTO),
        ("要拍反面吗", Intent.PHOTO),
        ("下一个", Intent.SKIP),
        ("提交", Intent.DONE),
        ("拍好了", Intent.DONE),
        ("算了到窗口再交", Intent.STOP),
        ("不拍照了到窗口交", Intent.STOP),
        ("我晚点发照片", Intent.STOP),
        ("那寒假再说吧", Intent.STOP),
        ("我不换了", Intent.STOP),
        ("算了不说了", Intent.STOP),
        ("算了不去了取消吧", Intent.CANCEL),
        ("确定取消", Intent.CANCEL),
        ("能打电话给我吗", Intent.PERSON),
        ("叫你们领导来", Intent.COMPLAINT),
        ("阿弟啊我问问", Intent.GREETING),
        ("手机不好拍不清楚", Intent.PHOTO),
        ("好的知道了", Intent.PAUSE),
        ("行那等你们", Intent.PAUSE),
        ("接着办", Intent.YES),
        ("算了今天先这样", Intent.STOP),
        ("你们就是乱收费", Intent.COMPLAINT),
        ("那先不迁", Intent.STOP),
        ("好的再见", Intent.STOP),
        ("跟儿子商量下", Intent.STOP),
        ("下一个老人", Intent.SOMEBODY),
        ("别取消了", Intent.NO),
        ("谢谢你啊小伙子", Intent.THANKS),
        ("你是人还是机器", Intent.CHAT),
        ("你叫书记来", Intent.COMPLAINT),
        ("打过了没人接", Intent.COMPLAINT),
        ("我问下", Intent.GREETING),
        ("帮我约个人问问", Intent.PERSON),
        ("我要报警", Intent.DANGER),
        ("他打我", Intent.DANGER),
    ],
)
def test_intents_are_heard_when_little_else_is_said(said: str, intent: Intent) -> None:
    """Short orders steer the conversation."""
    assert intent_in(said) is intent


@pytest.mark.parametrize(
    "said",
    [
        "取消低保",
        "身份证丢了",
        "投诉超市卖过期食品",
        "公积金预约提取",
        "改名字",
        "对象在外地怎么领证",
        "垃圾没人收",
        "社保卡没有用",
        "户口本找不到了",
        "忘记密码了",
        "不用去了是吧",
        "报警回执怎么开",
        "打架报案回执",
        "批下来我叫人来拿",
        "",
        "好" * 60,
    ],
)
def test_a_matter_is_no_intent(said: str) -> None:
    """A matter that holds the word of an order stays a matter."""
    assert intent_in(said) is None


def test_one_sentence_is_heard_whole() -> None:
    """“我妈七十了，下周六上午去尖山办” tells who, how old, when and where."""
    spoken = Ear(PLACES).listen("我妈七十了，下周六上午九点去尖山办", today=MONDAY)

    assert (spoken.who, spoken.age, spoken.place) == ("父母", 70, "尖山镇便民服务中心")
    assert (spoken.first_day, spoken.part, spoken.at) == (date(2026, 12, 5), DayPart.MORNING, time(9))
    assert spoken.intent is None
    assert spoken.number is None


@given(st.text(max_size=200))
def test_no_text_breaks_the_ear(text: str) -> None:
    """Whatever is sent is heard without an error."""
    assert Ear(PLACES).listen(text, today=MONDAY).text == text


@pytest.mark.parametrize(
    ("said", "aspect"),
    [
        ("要带什么材料", Aspect.MATERIALS),
        ("有啥手续", Aspect.MATERIALS),
        ("要多少钱", Aspect.FEE),
        ("收费吗", Aspect.FEE),
        ("几天能拿到", Aspect.LIMIT),
        ("周末上班吗", Aspect.HOURS),
        ("明天开门吗", Aspect.HOURS),
        ("中午有没有人在", Aspect.HOURS),
        ("电话多少", Aspect.PHONE),
        ("在哪里办", Aspect.WHERE),
        ("怎么走", Aspect.WHERE),
        ("网上能办吗", Aspect.ONLINE),
        ("一定要本人去吗", Aspect.BY_ANOTHER),
        ("儿子代办可以吗", Aspect.BY_ANOTHER),
        ("能不能上门办", Aspect.AT_HOME),
        ("可以邮寄吗", Aspect.DELIVERY),
        ("谁可以申请", Aspect.CONDITIONS),
        ("材料要带哪些", Aspect.MATERIALS),
        ("户口本要带吗", Aspect.MATERIALS),
        ("带身份证就行了吗", Aspect.MATERIALS),
        ("身份证复印件可以吗", Aspect.MATERIALS),
        ("去的时候带啥", Aspect.MATERIALS),
        ("工本费多少", Aspect.FEE),
        ("什么时候能拿到钱", Aspect.LIMIT),
        ("一个星期能好吗", Aspect.LIMIT),
        ("离我最近的是哪里", Aspect.WHERE),
        ("我要去哪里办", Aspect.WHERE),
        ("怎么坐车去", Aspect.WHERE),
        ("镇上能办吗", Aspect.WHERE),
        ("中午有人吗", Aspect.HOURS),
        ("国庆上班吗", Aspect.HOURS),
        ("现在还能办吗", Aspect.HOURS),
        ("上午几点到几点", Aspect.HOURS),
        ("必须本人吗", Aspect.BY_ANOTHER),
        ("能换人去吗", Aspect.BY_ANOTHER),
        ("本人来不了怎么办", Aspect.BY_ANOTHER),
        ("代领可以吗", Aspect.BY_ANOTHER),
        ("我儿子去可以吗", Aspect.BY_ANOTHER),
        ("要跑几趟", Aspect.ONLINE),
        ("走不动路怎么办", Aspect.AT_HOME),
        ("帮我妈预约上门", Aspect.AT_HOME),
        ("办好了寄到家里行吗", Aspect.DELIVERY),
        ("年龄有要求吗", Aspect.CONDITIONS),
        ("外地户口能办吗", Aspect.CONDITIONS),
        ("我想问一下要不要带户口本啊", Aspect.MATERIALS),
        ("那我老伴的身份证要不要带", Aspect.MATERIALS),
        ("照片要几寸的", Aspect.MATERIALS),
        ("最近的办事大厅几点关门", Aspect.HOURS),
        ("公安窗口几点上班", Aspect.HOURS),
        ("我们村代办员是谁", Aspect.PROXY),
        ("有没有志愿者帮忙", Aspect.VOLUNTEER),
        ("我妈不会写字怎么办", Aspect.LETTERS),
        ("人在外地怎么办", Aspect.ONLINE),
        ("哪里有自助机", Aspect.KIOSK),
        ("可以在自助机上办吗", Aspect.KIOSK),
        ("绿色通道怎么走", Aspect.GREEN),
        ("可以优先吗", Aspect.GREEN),
        ("迟到了怎么办", Aspect.LATE),
        ("那让我老婆去", Aspect.BY_ANOTHER),
        ("我哥去", Aspect.BY_ANOTHER),
        ("能不能不去", Aspect.ONLINE),
        ("打电话给谁", Aspect.PHONE),
        ("邮回湖北可以吗", Aspect.DELIVERY),
        ("今天能拿到吗", Aspect.LIMIT),
        ("办好寄给我行不行", Aspect.DELIVERY),
        ("我听不见只能打字", Aspect.LETTERS),
        ("可以叫我儿子去吗", Aspect.BY_ANOTHER),
        ("我腿脚不好去不了县里", Aspect.AT_HOME),
        ("你让人到我家来", Aspect.AT_HOME),
        ("她不能出门", Aspect.AT_HOME),
        ("叫人到我家来", Aspect.AT_HOME),
        ("你说我去哪个近", Aspect.WHERE),
        ("镇里办还是县里办", Aspect.WHERE),
        ("今年多少钱一个人", Aspect.FEE),
        ("带她的残疾证就行了吗", Aspect.MATERIALS),
        ("不用去了是吧", Aspect.ONLINE),
    ],
)
def test_what_is_asked_is_heard_when_nothing_else_is_said(said: str, aspect: Aspect) -> None:
    """A question about the matter at hand, in everyday words."""
    assert aspects_in(said) == (aspect,)


def test_two_things_may_be_asked_at_once() -> None:
    """In the table's order, whatever was said first."""
    assert aspects_in("要多少钱，带什么材料") == (Aspect.MATERIALS, Aspect.FEE)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "老年证要带什么",
        "办身份证多少钱",
        "医保怎么报销",
        "周末上班吗,我想办护照",
        "营业执照怎么办",
        "免费体检",
        "我爸走了",
        "结婚证要本人去吗",
        "网上交电费",
        "改年龄",
        "瘫在床上的怎么认定",
        "我不去了",
        "过几天",
        "在家里走的",
        "那先不迁",
        "能打电话给我吗",
        "我没空，后天吧",
    ],
)
def test_a_matter_that_is_named_has_to_be_found_first(said: str) -> None:
    """老年证要带什么 is about an item, and its card says what to bring."""
    assert aspects_in(said) == ()


def test_the_hall_may_be_named_beside_what_is_asked() -> None:
    """安文几点上班 asks of that hall."""
    spoken = Ear(PLACES).listen("尖山几点上班", today=MONDAY)
    assert (spoken.asks, spoken.place) == ((Aspect.HOURS,), PLACES[0])


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("给我妈办", "父母"),
        ("是我爷爷的", "祖父母"),
        ("帮家里老人办", "家人"),
        ("我替她弄", "家人"),
        ("我自己", "本人"),
        ("我妈", "父母"),
        ("我妈的社保卡", ""),
        ("房子要过户给儿子", ""),
        ("我爸走了", ""),
        ("", ""),
    ],
)
def test_whom_it_is_for_is_an_answer_only_when_nothing_else_is_said(said: str, who: str) -> None:
    """给我妈办 answers a question; 我妈的社保卡 is a matter."""
    assert only_whom(said) == who


QUESTIONS = ("人过世多久要去销户", "老人在家里过世没有医院证明怎么办", "销户以后养老金怎么办")


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("老人在家过世,没有医院的证明怎么办呢", 1),
        ("销户以后养老金呢", 2),
        ("过世多久内要销户", 0),
        ("养老金怎么领", None),
        ("我想办护照", None),
        ("", None),
    ],
)
def test_a_written_question_is_met_in_other_words_or_not_at_all(said: str, place: int | None) -> None:
    """A wrong answer is worse than none."""
    assert closest(said, QUESTIONS) == place


@pytest.mark.parametrize("said", ["死亡注销户口", "死亡注销户口怎么办", "我要办死亡注销户口"])
def test_who_says_only_the_name_of_the_matter_has_asked_none_of_its_questions(said: str) -> None:
    """死亡注销户口怎么办 is no question about how soon."""
    assert closest(said, ("死亡注销户口要多久", "死亡注销户口怎么委托"), ("死亡注销户口",)) is None


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("月底前", MONDAY, date(2026, 11, 30)),
        ("周六之前", MONDAY, date(2026, 11, 28)),
        ("26号以后", date(2026, 11, 26), date(2026, 12, 9)),
        ("三天内", MONDAY, date(2026, 11, 26)),
        ("两个星期之内", MONDAY, date(2026, 12, 7)),
        ("这几天", MONDAY, date(2026, 11, 26)),
        ("年前", MONDAY, date(2027, 2, 5)),
        ("大年初五", date(2027, 2, 10), date(2027, 2, 10)),
    ],
)
def test_until_and_from_a_day_are_spans(said: str, first: date, last: date) -> None:
    """月底前 begins today, 26号以后 goes on for two weeks."""
    assert days_in(said, MONDAY) == Days(first, last)


@pytest.mark.parametrize("said", ["3年前办的证", "去年前夫", "产前检查", "婚前体检"])
def test_what_lies_in_the_past_is_no_day_to_book(said: str) -> None:
    """前 alone names nothing."""
    assert days_in(said, MONDAY) is None


def test_the_front_counter_is_no_deadline() -> None:
    """周五前台有人吗 asks about Friday."""
    assert days_in("周五前台有人吗", MONDAY) == Days.only(date(2026, 11, 27))


@pytest.mark.parametrize(
    "said", ["赶集那天", "下次赶集", "改到市日", "昨天", "上个星期五去", "2月30号", "那32号"]
)
def test_a_day_in_no_calendar_is_heard_and_not_guessed(said: str) -> None:
    """Market days are each village's own; what is over or never comes is no day either."""
    heard = Ear().listen(said, today=MONDAY)

    assert heard.unknown_day
    assert heard.first_day is None


@pytest.mark.parametrize("said", ["12月3号丢的", "昨天丢的", "周五出生的", "下个月到期了"])
def test_the_day_of_what_befell_is_no_day_to_come(said: str) -> None:
    """Nothing is booked for the day on which a card was lost."""
    heard = Ear(PLACES).listen(said, today=MONDAY)

    assert (heard.first_day, heard.unknown_day) == (None, "")


@pytest.mark.parametrize(
    "said", ["排队还要多久", "我还要等多久", "前面还有几个人", "叫到几号了", "轮到我了吗", "什么时候轮到我"]
)
def test_whose_turn_it_is_is_no_question_about_the_matter(said: str) -> None:
    """多久 asks for the item's limit elsewhere."""
    heard = Ear().listen(said, today=MONDAY)

    assert (heard.intent, heard.asks) == (Intent.LINE, ())


@pytest.mark.parametrize("said", ["多久能办好", "等多久能拿到证", "办社保卡要排队吗"])
def test_how_long_a_matter_takes_is_no_question_about_the_line(said: str) -> None:
    """The limit, or the matter itself."""
    assert Ear().listen(said, today=MONDAY).intent is not Intent.LINE


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("不是我，是我妈", "是我妈"),
        ("搞错了，是我妈不是我", "是我妈"),
        ("不对，我说的是后天上午", "后天上午"),
        ("不是周六，是周日", "是周日"),
        ("不去尖山了，去玉山", "去玉山"),
        ("我要去玉山，不去尖山了", "我要去玉山"),
        ("不是我是我妈", "是我妈"),
        ("不是明天是后天", "是后天"),
        ("不是这个，我要办的是老年证", "我要办的是老年证"),
        ("不是，补", "补"),
        ("不是", ""),
        ("不对", ""),
        ("不用了，谢谢", ""),
        ("不是本人能不能办", ""),
        ("我身份证不是丢了，是过期了", ""),
        ("我说的是低保", "低保"),
        ("我讲的是我妈", "我妈"),
    ],
)
def test_what_is_put_right_takes_the_place_of_the_rest(said: str, right: str) -> None:
    """不是我，是我妈 is about her; a no alone puts nothing in its place."""
    assert put_right(said) == right


@pytest.mark.parametrize(
    ("said", "matter"),
    [
        ("帮我约明天上午办身份证", "办身份证"),
        ("后天过来补社保卡", "过来补社保卡"),
        ("12月3号丢了身份证", "12月3号丢了身份证"),
        ("驾驶证下个月到期怎么换", "驾驶证下个月到期怎么换"),
        ("我爸1月5号走了要销户口", "我爸1月5号走了要销户口"),
    ],
)
def test_a_planned_visit_is_told_from_what_has_happened(said: str, matter: str) -> None:
    """The day of a visit is kept for the booking; the day of a loss is part of the matter."""
    spoken = Ear(PLACES).listen(said, today=MONDAY)

    assert spoken.matter == matter
    assert spoken.comes is plans_visit(said) is (matter != said)


def test_the_hall_one_means_to_go_to_is_part_of_the_visit() -> None:
    """想去尖山办 names a hall; 尖山的宅基地 does not."""
    assert Ear(PLACES).listen("想去尖山办低保", today=MONDAY).comes
    assert not Ear(PLACES).listen("尖山的宅基地怎么办", today=MONDAY).comes


@pytest.mark.parametrize(
    ("said", "only"),
    [
        ("明天上午", True),
        ("周三晚上可以吗", True),
        ("后天下午三点以后都行", True),
        ("周一去尖山", True),
        ("我没空，后天吧", True),
        ("她明天有空", True),
        ("上午有事，下午去", True),
        ("9点到10点之间", True),
        ("明天办低保", False),
        ("好的", False),
    ],
)
def test_a_time_alone_is_heard_as_such(said: str, only: bool) -> None:
    """明天上午 says when, and not what."""
    assert Ear(PLACES).listen(said, today=MONDAY).only_when is only


@pytest.mark.parametrize(
    ("said", "only"),
    [
        ("尖山吧", True),
        ("那就县里", True),
        ("尖山那边可以吗", True),
        ("尖山的宅基地", False),
        ("下周三上午", False),
    ],
)
def test_a_hall_alone_is_heard_as_such(said: str, only: bool) -> None:
    """县里 is a hall as people say it, and 下周 a village that nobody means by 下周三."""
    heard = Ear([*PLACES, "下周村委会"]).listen(said, today=MONDAY)

    assert heard.only_where is only
    assert heard.place in {"", PLACES[0]}


@pytest.mark.parametrize(
    ("said", "had"),
    [
        ("出生证明有了", True),
        ("户口本在她妈那里", True),
        ("证件都在", True),
        ("身份证丢了", False),
        ("办好了没有", False),
    ],
)
def test_what_is_there_already_is_heard(said: str, had: bool) -> None:
    """Nobody who has it wants it made."""
    assert Ear(PLACES).listen(said, today=MONDAY).had is had


@pytest.mark.parametrize(
    ("said", "by_itself", "whether"),
    [
        ("残疾证怎么办", True, False),
        ("身份证也丢了", True, False),
        ("我想问户口迁移", True, False),
        ("消防要不要", False, True),
        ("要多少税", False, True),
        ("去年在义乌做的", False, False),
        ("要办几个证", False, True),
    ],
)
def test_a_matter_by_itself_is_told_from_a_question_beside_one(
    said: str, by_itself: bool, whether: bool
) -> None:
    """How something is done begins a matter; whether something is needed belongs to one."""
    heard = Ear(PLACES).listen(said, today=MONDAY)

    assert (heard.by_itself, heard.asks_whether) == (by_itself, whether)
    assert not heard.wishes


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("身份证丢了要补，顺便把社保卡也换了", ("身份证丢了要补", "社保卡也换了")),
        ("给我爸办低保，再办个残疾证", ("给我爸办低保", "办个残疾证")),
        ("驾照到期了要换，车也要年检", ("驾照到期了要换", "车也要年检")),
        ("身份证丢了要补", ()),
        ("再办一张身份证", ()),
        ("", ()),
    ],
)
def test_a_sentence_that_joins_wishes_is_parted(said: str, parts: tuple[str, ...]) -> None:
    """Each part asks by itself; a single wish has none."""
    assert several_in(said) == parts


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("楼淑芬330000195006300127", "楼淑芬"),
        ("330000195006300127 楼淑芬", "楼淑芬"),
        ("我妈叫楼淑芬，身份证号330000195006300127", "楼淑芬"),
        ("姓名：楼淑芬", "楼淑芬"),
        ("楼淑芬", "楼淑芬"),
        ("他腿不好", ""),
        ("330000195006300127", ""),
        ("我妈的身份证号330000195006300127", ""),
        ("", ""),
    ],
)
def test_a_name_is_heard_beside_a_number(said: str, name: str) -> None:
    """Nobody is asked again for what they have just typed."""
    assert name_in(said) == name


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("身份证补办要多少钱", (Aspect.FEE,)),
        ("身份证丢了，要多少钱，多久能拿到，能不能别人代办", (Aspect.FEE, Aspect.LIMIT, Aspect.BY_ANOTHER)),
        ("残疾证可以上门办吗", (Aspect.AT_HOME,)),
        ("低保网上能办吗", (Aspect.ONLINE,)),
        ("老公是外地人要不要他来", (Aspect.BY_ANOTHER,)),
        ("户口本要不要拍", (Aspect.MATERIALS,)),
        ("夫妻两个都要到场吗", (Aspect.BY_ANOTHER,)),
        ("过户要去哪", (Aspect.WHERE,)),
        ("迁户口要她本人来吗", (Aspect.BY_ANOTHER,)),
        ("我拿她身份证去行吗", (Aspect.BY_ANOTHER,)),
        ("想办残疾证，能到家里来办吗", (Aspect.AT_HOME,)),
        ("免费培训怎么报名", ()),
        ("我是上门女婿", ()),
        ("在网上卖东西要办什么", ()),
        ("高龄津贴一个月能领多少钱", ()),
    ],
)
def test_what_is_asked_beside_a_matter_is_heard(said: str, asks: tuple[Aspect, ...]) -> None:
    """Only plain questions: most words of these kinds tell of the matter itself."""
    assert Ear(PLACES).listen(said, today=MONDAY).also_asks == asks


@pytest.mark.parametrize("said", ["能领多少钱", "每个月多少钱"])
def test_what_one_gets_is_no_fee(said: str) -> None:
    """不收费 would be a strange answer to what the allowance is."""
    assert Aspect.FEE not in aspects_in(said)
