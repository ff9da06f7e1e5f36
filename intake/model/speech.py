"""Speech (口语): what a sentence says besides its matter: an intent, a number, a day, a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum
from typing import Self


class Intent(StrEnum):
    """意图: what somebody wants of the conversation itself, recognised only when the sentence says little else."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    STATUS = "status"
    BOOKED = "booked"
    COMPLAINT = "complaint"
    PERSON = "person"
    THANKS = "thanks"
    GREETING = "greeting"
    YES = "yes"
    NO = "no"
    HELP = "help"
    RESTART = "restart"
    STOP = "stop"
    ANY = "any"
    LINE = "line"
    BACK = "back"
    ELSEWHERE = "elsewhere"
    SOMEBODY = "somebody"
    CHAT = "chat"
    ANGER = "anger"
    WHY = "why"
    PAUSE = "pause"
    LACK = "lack"
    PHOTO = "photo"
    SKIP = "skip"
    DONE = "done"
    DANGER = "danger"


class Aspect(StrEnum):
    """所问: what somebody wants to know of a matter or of a hall, recognised only when the sentence says little else."""

    MATERIALS = "materials"
    FEE = "fee"
    LIMIT = "limit"
    WHERE = "where"
    HOURS = "hours"
    PHONE = "phone"
    ONLINE = "online"
    BY_ANOTHER = "by_another"
    AT_HOME = "at_home"
    DELIVERY = "delivery"
    CONDITIONS = "conditions"
    KIOSK = "kiosk"
    GREEN = "green"
    LATE = "late"
    PROXY = "proxy"
    VOLUNTEER = "volunteer"
    LETTERS = "letters"


class DayPart(StrEnum):
    """时段: a part of the day, local time."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"


# The number of a choice that is said to be the last one, however many there are.
LAST = -1


@dataclass(frozen=True, slots=True)
class Unfit:
    """不合适: a time that does not suit: those days, or that part of a day or hour, on any day where none is named."""

    first_day: date | None = None
    last_day: date | None = None
    part: DayPart | None = None
    at: time | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """听懂的话: every field is empty unless the words say it.

    `number` is a choice said as a number ("第1个", "一", "1。" are 1; "11" is 11; "最后一个" is `LAST`). `first_day`..`last_day` is the span of
    days named, both included; `unknown_day` are the words for one that stands in no calendar or is over. `at` is the hour from
    which one can come, `until` the hour before which, and `unfit` is what does not suit (中午他睡觉别来). `only_whom` says that the
    words name a person and nothing else (给我妈办); `name` is what could be a name, alone or beside an ID number. `put_right` are the words that take the place of others (是我妈 in
    不是我，是我妈). `only_when` says that a day or an hour is named and nothing else, `only_where` the same of a hall; `comes` that somebody means to come
    then, or to `place`, and `matter` are the words without that visit. `wishes` says that the words begin as a wish does
    (我要办…), and `several` are the parts of a sentence that may ask for more than one thing. `also_asks` is what
    they want to know of a matter that they name (身份证补办要多少钱). `by_itself` says that they ask how a matter is done or
    add one to another (残疾证怎么办, 身份证也丢了), and `asks_whether` that they ask whether something is needed or so (消防要不要);
    `had` says that what they name is done (出生证明有了).
    """

    text: str
    intent: Intent | None = None
    number: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    part: DayPart | None = None
    at: time | None = None
    until: time | None = None
    unfit: Unfit | None = None
    who: str = ""
    age: int | None = None
    place: str = ""
    id_number: str = ""
    phone: str = ""
    name: str = ""
    asks: tuple[Aspect, ...] = ()
    only_whom: bool = False
    unknown_day: str = ""
    put_right: str = ""
    only_when: bool = False
    only_where: bool = False
    comes: bool = False
    matter: str = ""
    wishes: bool = False
    several: tuple[str, ...] = ()
    also_asks: tuple[Aspect, ...] = ()
    by_itself: bool = False
    asks_whether: bool = False
    had: bool = False

    @property
    def names_a_time(self) -> bool:
        """Whether a day, a part of one or an hour is named, be it one that does not suit."""
        return bool(self.first_day or self.part or self.at or self.until or self.unfit)

    def on(self, first_day: date | None, last_day: date | None = None) -> Self:
        """These words on the days given, when they name none themselves."""
        named = self.first_day or (self.unfit and self.unfit.first_day)
        return self if named else replace(self, first_day=first_day, last_day=last_day)

    def after(self, earlier: Self | None) -> Self:
        """These words with the days and the hall that were named before them; what did not suit then still does not."""
        if earlier is None:
            return self
        on_its_days = self.on(earlier.first_day, earlier.last_day)
        return replace(on_its_days, unfit=self.unfit or earlier.unfit, place=self.place or earlier.place)
