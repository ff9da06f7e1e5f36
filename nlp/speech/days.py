"""Days (日子): the day or span of days a sentence names, counted from a given today."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from nlp.speech.lunar import next_lunar_day, solar_term
from nlp.speech.numbers import number_of

_N: Final = r"[0-9]{1,2}|[一二两三四五六七八九十]{1,3}"
_WEEKDAYS: Final = {
    name: day
    for day, names in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7"))
    for name in names
}
_WEEK: Final = r"(?:周|星期|礼拜)"
_RELATIVE: Final = {
    "大后天": 3, "后天": 2, "后日": 2, "明天": 1, "明日": 1, "明儿": 1, "明朝": 1, "明早": 1, "明晚": 1,
    "今天": 0, "今日": 0, "今儿": 0, "今朝": 0, "今早": 0, "今晚": 0,
}  # fmt: skip
_LUNAR_MONTHS: Final = {"正月": 1, "大年": 1, "腊月": 12, "冬月": 11}
_NEXT_CYCLE_MONTHS: Final = 12
_SATURDAY, _SUNDAY = 5, 6
_LAST_DAYS, _SHORTEST_MONTH = 5, 28
_PARTS_OF_MONTH: Final = {"初": (1, 7), "上旬": (1, 10), "中": (11, 20), "中旬": (11, 20), "下旬": (21, 31)}
_NEXT_FEW: Final = 3
# Whoever says 26号以后 means the days that follow, not those of next year.
_FROM_THEN_ON: Final = 13
# A few days from now is not tomorrow; the end is as far as people mean by it.
_SOON, _SOON_ENDS = 3, 10
_FEASTS: Final = {"元旦": (1, 1), "五一": (5, 1), "劳动节": (5, 1), "国庆": (10, 1)}
_LUNAR_FEASTS: Final = {
    "春节": (1, 1), "过年": (1, 1), "大年初一": (1, 1), "元宵": (1, 15), "端午": (5, 5), "七月半": (7, 15), "中秋": (8, 15),
    "重阳": (9, 9), "腊八": (12, 8),
}  # fmt: skip
_TERMS: Final = ("清明", "冬至")
# 上周五 is over; and 初一 to 初三 are classes at school unless they stand as a day does.
_NOT_LAST: Final = r"(?<!上)(?<!上个)"
_TENTH: Final = r"[四五六七八九十]|[一二三](?=那天|那日|上午|下午|早|去|来|可以|行|$)"
_SPANS: Final = {"天": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30}


@dataclass(frozen=True, slots=True)
class Days:
    """日子: a span of days, both ends included."""

    first: date
    last: date

    @classmethod
    def only(cls, day: date) -> Days:
        """A single day."""
        return cls(day, day)


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _weeks_ahead(said: str) -> int:
    return said.count("下")


def _relative(found: re.Match[str], today: date) -> Days | None:
    return Days.only(today + timedelta(_RELATIVE[found.group(0)]))


def _weekday(found: re.Match[str], today: date) -> Days | None:
    """周六 is the coming one, today included; 下周六 lies in the next Monday-to-Sunday week, 这周六 in this one."""
    said, day = found.group(1) or "", _WEEKDAYS[found.group(2)]
    if said:
        return Days.only(_monday(today) + timedelta(7 * _weeks_ahead(said) + day))
    return Days.only(today + timedelta((day - today.weekday()) % 7))


def _weekdays(found: re.Match[str], today: date) -> Days | None:
    """周一到周五 are those of this week as long as one is left, else of the next."""
    monday = _monday(today) + timedelta(7 * _weeks_ahead(found.group(1) or ""))
    first, last = (monday + timedelta(_WEEKDAYS[found.group(group)]) for group in (2, 3))
    if last < today:
        first, last = first + timedelta(7), last + timedelta(7)
    return Days(max(first, today), last) if first <= last else None


def _weekend(found: re.Match[str], today: date) -> Days | None:
    monday = _monday(today) + timedelta(7 * _weeks_ahead(found.group(1) or ""))
    return Days(max(monday + timedelta(_SATURDAY), today), monday + timedelta(_SUNDAY))


def _week(found: re.Match[str], today: date) -> Days | None:
    monday = _monday(today) + timedelta(7 * _weeks_ahead(found.group(1)))
    return Days(max(monday, today), monday + timedelta(_SUNDAY))


def _month(found: re.Match[str], today: date) -> Days | None:
    ahead = today.month - 1 + _weeks_ahead(found.group(1))
    year, month = today.year + ahead // _NEXT_CYCLE_MONTHS, ahead % _NEXT_CYCLE_MONTHS + 1
    last = date(year, month, calendar.monthrange(year, month)[1])
    return Days(max(date(year, month, 1), today), last)


def _month_end(found: re.Match[str], today: date) -> Days | None:
    days = _month(found, today)
    return Days(max(days.last - timedelta(_LAST_DAYS), today), days.last) if days else None


def _part_of_month(found: re.Match[str], today: date) -> Days | None:
    """月初 and 下个月中旬; without its month, the next that is not over yet."""
    days = _month(found, today)
    if days is None:
        return None
    first, last = _PARTS_OF_MONTH[found.group(2)]
    end = days.last.replace(day=min(last, days.last.day))
    if end < today:
        end = (days.last + timedelta(1)).replace(day=min(last, _SHORTEST_MONTH))
    return Days(max(end.replace(day=first), today), end)


def _after(found: re.Match[str], today: date) -> Days | None:
    count = number_of(found.group(1))
    if count is None:
        return None
    return Days.only(today + timedelta(count * (7 if re.search(_WEEK, found.group(2)) else 1)))


def _within(found: re.Match[str], today: date) -> Days | None:
    """三天内: from today on, so many days."""
    count = number_of(found.group(1))
    return Days(today, today + timedelta(count * _SPANS[found.group(2)])) if count is not None else None


def _few(found: re.Match[str], today: date) -> Days | None:
    del found
    return Days(today, today + timedelta(_NEXT_FEW))


def _some_days_on(found: re.Match[str], today: date) -> Days | None:
    del found
    return Days(today + timedelta(_SOON), today + timedelta(_SOON_ENDS))


def _feast(found: re.Match[str], today: date) -> Days | None:
    """元旦, 端午 and 冬至 are the next ones from today."""
    name = found.group(1)
    if name in _TERMS:
        days = (solar_term(year, name) for year in (today.year, today.year + 1))
        return Days.only(next(day for day in days if day >= today))
    if name not in _LUNAR_FEASTS:
        return _month_day_of(*_FEASTS[name], today)
    named = next_lunar_day(today, *_LUNAR_FEASTS[name])
    return Days.only(named) if named else None


def _before_new_year(found: re.Match[str], today: date) -> Days | None:
    """年前: until the eve of the lunar year."""
    del found
    new_year = next_lunar_day(today + timedelta(1), 1, 1)
    return Days(today, new_year - timedelta(1)) if new_year else None


def _full_date(found: re.Match[str], today: date) -> Days | None:
    del today
    return _dated(int(found.group(1)), int(found.group(2)), int(found.group(3)))


def _month_day(found: re.Match[str], today: date) -> Days | None:
    """12月3号 is the next one from today; 今年 and 明年 are taken at their word."""
    said_year, month, day = found.group(1), number_of(found.group(2)), number_of(found.group(3))
    if month is None or day is None:
        return None
    if said_year:
        return _dated(today.year + (said_year == "明年"), month, day)
    return _month_day_of(month, day, today)


def _month_day_of(month: int, day: int, today: date) -> Days | None:
    this_year = _dated(today.year, month, day)
    return this_year if this_year and this_year.first >= today else _dated(today.year + 1, month, day)


def _day_of_month(found: re.Match[str], today: date) -> Days | None:
    """15号 is the next fifteenth from today; 下个月15号 lies in the next month."""
    day = number_of(found.group(2))
    if day is None:
        return None
    ahead = today.month - 1 + (1 if found.group(1) else 0)
    for month in range(ahead, ahead + 3):
        named = _dated(today.year + month // _NEXT_CYCLE_MONTHS, month % _NEXT_CYCLE_MONTHS + 1, day)
        if named and named.first >= today:
            return named
    return None


def _lunar(found: re.Match[str], today: date) -> Days | None:
    name, said = found.group(1), found.group(2).replace("廿", "二十").replace("卅", "三十").removeprefix("初")
    month = _LUNAR_MONTHS.get(name) or number_of(name.removeprefix("农历").removesuffix("月"))
    day = number_of(said)
    named = next_lunar_day(today, month, day) if month and day else None
    return Days.only(named) if named else None


def _lunar_day(found: re.Match[str], today: date) -> Days | None:
    """初八 without its month is the next one."""
    day = number_of((found.group(1) or found.group(2)).replace("廿", "二十"))
    if day is None:
        return None
    named = (next_lunar_day(today, month, day) for month in range(1, _NEXT_CYCLE_MONTHS + 1))
    return Days.only(min(filter(None, named), default=today))


def _dated(year: int, month: int, day: int) -> Days | None:
    try:
        return Days.only(date(year, month, day))
    except ValueError:
        return None


_Reader = Callable[[re.Match[str], date], Days | None]
# The first pattern that reads a day decides; longer ways to say a day stand before the shorter ones inside them.
_PATTERNS: Final[tuple[tuple[re.Pattern[str], _Reader], ...]] = (
    (re.compile(r"(20\d\d)[年./-](\d{1,2})[月./-](\d{1,2})(?!\d)"), _full_date),
    (re.compile(r"(?<![0-9一二三四五六七八九十两几多去今明])(?:过?年|春节)(?:以前|之前|前)"), _before_new_year),
    (re.compile(r"(农历(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})月|正月|大年|腊月|冬月)\s*((?:初|廿|卅)?[一二三四五六七八九十]{1,3}|廿|卅|[0-9]{1,2})"), _lunar),
    (re.compile(rf"(今年|明年)?({_N})月({_N})(?:日|号)?"), _month_day),
    (re.compile(rf"(?<![月年])(?:初({_TENTH})|(廿[一二三四五六七八九]?))(?:那天|那日)?(?![中高级])"), _lunar_day),
    (re.compile(r"(今年|明年)?(?<![\d./-])(\d{1,2})[./](\d{1,2})(?![\d./%折元])"), _month_day),
    (re.compile(rf"({'|'.join([*_FEASTS, *_LUNAR_FEASTS, *_TERMS])})节?(?:那天|那日|当天)?"), _feast),
    (re.compile("|".join(_RELATIVE)), _relative),
    (re.compile(rf"{_NOT_LAST}((?:这|本|下+)个?)?{_WEEK}([一二三四五六日天1-7])(?:到|至|-){_WEEK}?([一二三四五六日天1-7])"), _weekdays),
    (re.compile(rf"{_NOT_LAST}((?:这|本|下+)个?)?{_WEEK}([一二三四五六日天1-7])(?!个)"), _weekday),
    (re.compile(rf"{_NOT_LAST}((?:这|本|下+)个?)?(?:周末|双休日|双休)"), _weekend),
    (re.compile(rf"((?:这|本|下+)个?){_WEEK}"), _week),
    (re.compile(rf"({_N})(天|个?{_WEEK})(?:以后|之后|后)"), _after),
    (re.compile(rf"({_N})个?(天|周|星期|礼拜|月)(?:之内|以内|内)"), _within),
    (re.compile(r"(?:这|最近|近)(?:几|两|二|三)天"), _few),
    (re.compile(rf"过({_N})(天|个{_WEEK})"), _after),
    (re.compile(r"过(?:几|些)天"), _some_days_on),
    (re.compile(rf"(?:(下个?月)|(?<![月0-9一二三四五六七八九十]))({_N})(?:日|号)(?!线|楼|窗|桌|码|店|门)"), _day_of_month),
    (re.compile(r"((?:这个?|本|下个?)?)月底"), _month_end),
    (re.compile(r"((?:这个?|本|下个?)?)月(初|上旬|中旬?|下旬)"), _part_of_month),
    (re.compile(r"((?:这|本|下)个?)月"), _month),
)  # fmt: skip
_UNTIL: Final = re.compile(r"(?:之前|以前|前)(?![台面几些])")
_SINCE: Final = re.compile(r"(?:之后|以后|往后|起)")
# Days that only those who live there know.
_IN_NO_CALENDAR: Final = re.compile(
    r"(?:下次|逢)?(?:赶集|赶场|赶墟|逢集|集市|集日|市日)(?:那天|那日|那一天|日|天|的时候)?"
)
_OVER: Final = re.compile(rf"大?前天|昨[天日晚]|上个?(?:周末|{_WEEK}[一二三四五六日天1-7]?)")
_DATED: Final = "|".join(f"(?:{pattern.pattern})" for pattern, _ in _PATTERNS)
DAY_WORDS: Final = re.compile(f"(?:{_DATED})(?:{_UNTIL.pattern}|{_SINCE.pattern})?|{_IN_NO_CALENDAR.pattern}")


def days_in(text: str, today: date) -> Days | None:
    """The first day or span named in a normalised sentence, or None.

    Days are taken forward: 周六 said on a Sunday is six days on, 3月5号 said in June is next year's.
    """
    for pattern, reader in _PATTERNS:
        for found in pattern.finditer(text):
            if (days := reader(found, today)) is not None:
                return _stretched(days, text[found.end() :], today)
    return None


def unknown_day_in(text: str) -> str:
    """A day that is named but stands in no calendar (赶集那天), in the words it was named with; empty when there is none."""
    found = _IN_NO_CALENDAR.search(text)
    return found.group(0) if found else ""


def impossible_day_in(text: str) -> str:
    """The words for a day that is over (昨天, 上周五) or never comes (2月30号); empty when there is none."""
    if found := _OVER.search(text):
        return found.group(0)
    dated = (pattern.search(text) for pattern, reader in _PATTERNS if reader in {_month_day, _day_of_month})
    return next((found.group(0) for found in dated if found), "")


def _stretched(days: Days, following: str, today: date) -> Days:
    """月底前 is from today to then, 26号以后 from then on; the day itself belongs to both."""
    if _UNTIL.match(following):
        return Days(min(today, days.last), days.last)
    if _SINCE.match(following):
        return Days(days.first, days.first + timedelta(_FROM_THEN_ON))
    return days
