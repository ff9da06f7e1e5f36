"""The county's own files (县情数据): rows of `docs/county-format.md` become nouns, or faults with their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TypeVar

from intake.model.booking import BookingRules
from intake.model.calendar import CalendarDay, DayKind
from intake.model.catalogue import CounterGroup, HallLevel
from intake.model.ids import (
    AccountCode,
    CounterCode,
    DepartmentName,
    DivisionCode,
    HallCode,
    PersonId,
    ServiceCode,
    VillageCode,
)
from intake.model.kiosk import KioskList
from intake.model.pace import Lapse, LongerLimit, Pace
from intake.model.people import Account, IdNumber, Person, Role
from intake.model.places import (
    CapacityPer,
    Counter,
    Department,
    Hall,
    HoursException,
    HoursPattern,
    OfferKind,
    Period,
    Village,
)
from intake.model.staffing import TrainingRules
from intake.model.statement import PayRules
from intake.ports import Retention, Rules, VisitRules
from intake.usecases.rows import FaultyRow, Kind, Row, RowFault

Noun = TypeVar("Noun")
_EVERY = "*"


@dataclass(frozen=True, slots=True)
class Trained:
    """培训情况: a course a member of staff had passed when the file was written."""

    account: AccountCode
    course: str
    until: date


@dataclass(slots=True)
class County:
    """县情: what the files of a county say, as nouns; only what was in the files is filled."""

    villages: list[Village] = field(default_factory=list)
    departments: list[Department] = field(default_factory=list)
    halls: list[Hall] = field(default_factory=list)
    patterns: list[HoursPattern] = field(default_factory=list)
    exceptions: list[HoursException] = field(default_factory=list)
    days: list[CalendarDay] = field(default_factory=list)
    announced: set[int] = field(default_factory=set)
    accounts: list[Account] = field(default_factory=list)
    trained: list[Trained] = field(default_factory=list)
    kiosks: list[KioskList] = field(default_factory=list)
    people: list[tuple[Person, AccountCode]] = field(default_factory=list)
    roads: dict[tuple[str, str], int] = field(default_factory=dict)
    rules: Rules | None = None
    faults: list[RowFault] = field(default_factory=list)


def read_county(files: Mapping[str, object]) -> County:
    """The nouns of every file by its top-level keys; `faults` name file, row, field and reason."""
    county = County()
    for name, content in files.items():
        if not isinstance(content, Mapping):
            county.faults.append(RowFault(name, "", "文件顶层应是一个对象"))
            continue
        _Reading(name, content, county).read()
    departments = {d.code: d.name for d in county.departments}
    county.accounts = [_with_department(account, departments) for account in county.accounts]
    return county


class _Reading:
    """One file being read into the county."""

    def __init__(self, name: str, content: Mapping[str, object], county: County) -> None:
        self._name = name
        self._content = content
        self._county = county

    def read(self) -> None:
        county = self._county
        for township in self._each("townships", Row):
            self._villages(township)
        county.departments += self._each("departments", lambda v: _department(Row(v)))
        county.halls += self._each("halls", lambda v: _hall(Row(v)))
        county.patterns += self._each("patterns", lambda v: _pattern(Row(v)))
        county.exceptions += self._each("exceptions", lambda v: _exception(Row(v)))
        county.days += self._each("days", lambda v: _day(Row(v)))
        county.announced |= _announced(self._content.get("years"))
        county.accounts += self._each("staff", lambda v: _staff(Row(v)))
        for trained in self._each("staff", lambda v: _trained(Row(v))):
            county.trained += trained
        county.accounts += self._each("proxies", lambda v: _proxy(Row(v)))
        county.accounts += self._each("devices", lambda v: _device(Row(v)))
        county.kiosks += [setup for setup in self._each("devices", _kiosk) if setup is not None]
        county.people += self._each("people", lambda v: _person(Row(v)))
        county.roads |= dict(self._each("road_minutes", lambda v: _road(Row(v))))
        if "booking" in self._content and "queue" in self._content:
            county.rules = _rules(Row(self._content))

    def _villages(self, township: Row) -> None:
        try:
            code, name = DivisionCode(township.text("code")), township.text("name")
            self._county.villages += [_village(v, code, name) for v in township.rows("villages")]
        except FaultyRow as fault:
            self._county.faults.append(RowFault(self._name, fault.field, fault.why))

    def _each(self, key: str, read: Callable[[object], Noun]) -> list[Noun]:
        values = self._content.get(key, [])
        nouns: list[Noun] = []
        for number, value in enumerate(values if isinstance(values, list) else [], start=1):
            try:
                nouns.append(read(value))
            except FaultyRow as fault:
                self._county.faults.append(
                    RowFault(f"{self._name} {key} 第{number}条", fault.field, fault.why)
                )
        return nouns


def _village(row: Row, township: DivisionCode, township_name: str) -> Village:
    return Village(
        VillageCode(row.text("code")),
        row.text("name"),
        row.text("short_name"),
        township,
        township_name,
        row.degrees("lat"),
        row.degrees("lon"),
    )


def _department(row: Row) -> Department:
    return Department(row.text("code"), DepartmentName(row.text("name")), row.text("phone", ""))


def _hall(row: Row) -> Hall:
    return Hall(
        code=HallCode(row.text("code")),
        name=row.text("name"),
        level=row.one_of("kind", HallLevel),
        division=DivisionCode(row.text("division_code")),
        address=row.text("address"),
        phone=row.text("phone"),
        lat=row.degrees("lat"),
        lon=row.degrees("lon"),
        serves=tuple(map(DivisionCode, row.texts("serves"))),
        counters=tuple(_counter(c) for c in row.rows("counters")),
        kiosks=row.texts("kiosks", ()),
        first_responsible=AccountCode(row.text("first_responsible")),
    )


def _counter(row: Row) -> Counter:
    group = row.one_of("group", CounterGroup)
    return Counter(CounterCode(row.text("code")), row.text("name"), group, row.text("number"))


def _pattern(row: Row) -> HoursPattern:
    hall, group = row.text("hall"), row.text("group")
    return HoursPattern(
        hall=None if hall == _EVERY else HallCode(hall),
        group=None if group == _EVERY else row.one_of("group", CounterGroup),
        kind=row.one_of("kind", OfferKind),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to") if row.has("valid_to") else None,
        weekdays=row.numbers("weekdays"),
        periods=tuple(_period(p) for p in row.rows("periods")),
        slot_minutes=row.number("slot_minutes"),
        online_capacity=row.number("online_capacity"),
        counter_capacity=row.number("counter_capacity"),
        capacity_per=row.one_of("capacity_per", CapacityPer),
        on_holidays=row.flag("on_holidays"),
        notice_hours=row.number("notice_hours"),
        note=row.text("note", ""),
        min_bookings=row.number("min_bookings", 1),
        helper_periods=tuple(_period(p) for p in row.rows("helper_periods")),
        green_capacity=row.number("green_capacity", 0),
        green_until_hours=row.number("green_until_hours", 0),
        area=tuple(map(DivisionCode, row.texts("area", ()))),
        travel_minutes_limit=row.number("travel_minutes_limit", 0),
        opened_by=row.text("opened_by", ""),
    )


def _period(row: Row) -> Period:
    return Period(row.clock("start"), row.clock("end"))


def _exception(row: Row) -> HoursException:
    periods = () if row.flag("closed") else tuple(_period(p) for p in row.rows("periods"))
    return HoursException(HallCode(row.text("hall")), row.day("date"), periods, row.text("reason"))


def _day(row: Row) -> CalendarDay:
    return CalendarDay(
        row.day("date"), row.one_of("kind", DayKind), row.text("name"), row.flag("provisional")
    )


def _announced(years: object) -> set[int]:
    if not isinstance(years, Mapping):
        return set()
    return {
        int(year)
        for year, told in years.items()
        if isinstance(told, Mapping) and told.get("announced") is True
    }


def _staff(row: Row) -> Account:
    hall, department = row.optional("hall"), row.optional("department")
    groups = frozenset(CounterGroup(g) for g in row.texts("groups", ()))
    return Account(
        code=AccountCode(row.text("code")),
        name=row.text("name"),
        role=_role_at(row.one_of("role", Role), groups),
        hall=HallCode(hall) if hall else None,
        department=DepartmentName(department) if department else None,
        groups=groups,
    )


def _role_at(role: Role, groups: frozenset[CounterGroup]) -> Role:
    """A clerk who sits only at professional counters is a professional clerk (专业窗口)."""
    professional = role is Role.CLERK and groups and CounterGroup.COMPREHENSIVE not in groups
    return Role.SPECIALIST if professional else role


def _trained(row: Row) -> tuple[Trained, ...]:
    code = AccountCode(row.text("code"))
    return tuple(Trained(code, told.text("course"), told.day("until")) for told in row.rows("trained"))


def _proxy(row: Row) -> Account:
    return Account(
        code=AccountCode(row.text("code")),
        name=row.text("name"),
        role=Role.PROXY,
        village=VillageCode(row.text("village_code")),
        phone=row.text("phone", ""),
    )


def _device(row: Row) -> Account:
    counter = row.optional("counter")
    return Account(
        code=AccountCode(row.text("code")),
        name=f"{'自助机' if row.text('kind') == 'kiosk' else '窗口设备'} {row.text('code')}",
        role=Role.DEVICE,
        hall=HallCode(row.text("hall")),
        counter=CounterCode(counter) if counter else None,
    )


def _kiosk(value: object) -> KioskList | None:
    """A kiosk's list; an entry that names no item is kept as it is, for the machine to pass over and report."""
    row = Row(value)
    if row.text("kind") != "kiosk":
        return None
    return KioskList(AccountCode(row.text("code")), HallCode(row.text("hall")), row.words("capabilities"))


def _person(row: Row) -> tuple[Person, AccountCode]:
    number = IdNumber.parse(row.text("id_number"))
    if number is None:
        raise FaultyRow("id_number", "身份证号码校验不通过")
    person = Person(
        id=PersonId(row.text("code")),
        name=row.text("name"),
        id_number=number,
        phone=row.text("phone", ""),
        village=VillageCode(row.text("village_code")),
        tags=frozenset(row.texts("tags", ())),
    )
    return person, AccountCode(row.text("code"))


def _rules(row: Row) -> Rules:
    booking, queue, case = row.row("booking"), row.row("queue"), row.row("case")
    usual = Rules()
    return Rules(
        horizon_days=booking.number("horizon_days"),
        check_in_early_minutes=queue.number("check_in_early_minutes"),
        recall_limit=queue.number("call_recall_limit"),
        booked_credit_minutes=queue.number("booked_credit_minutes", usual.booked_credit_minutes),
        green_credit_minutes=queue.number("green_credit_minutes", usual.green_credit_minutes),
        late_grace_minutes=queue.number("late_grace_minutes", usual.late_grace_minutes),
        most_overtaken=queue.number("most_overtaken", usual.most_overtaken),
        return_limit=queue.number("return_limit", usual.return_limit),
        return_minutes=queue.number("missed_return_minutes", usual.return_minutes),
        question_working_days=case.number("first_responsibility_working_days"),
        correction_working_days=case.number("correction_working_days"),
        correction_rounds=case.number("max_correction_rounds"),
        mandate_days=case.number("mandate_valid_days"),
        reminders_minutes=tuple(sorted(booking.numbers("reminders_minutes_before"))),
        visits=_visit_rules(row.row("visits")) if row.has("visits") else VisitRules(),
        **_promises(row),
        training=_training(row.row("training")) if row.has("training") else TrainingRules(),
        proxy_pay=_proxy_pay(row.row("proxy_pay")) if row.has("proxy_pay") else PayRules(),
        retention=_retention(row.row("retention")) if row.has("retention") else Retention(),
        pace=_pace(case),
        booking=_booking(booking),
    )


def _pace(case: Row) -> Pace:
    """What a county does not say stays as it is usual."""
    usual = Pace()
    return Pace(
        warning_working_days=case.number("warning_remaining_working_days", usual.warning_working_days),
        correction_most_working_days=case.number(
            "correction_most_working_days", usual.correction_most_working_days
        ),
        correction_reminder_working_days=case.number(
            "correction_reminder_working_days", usual.correction_reminder_working_days
        ),
        correction_lapse=case.one_of("correction_lapse", Lapse)
        if case.has("correction_lapse")
        else usual.correction_lapse,
        escalation_working_days=case.number("escalation_working_days", usual.escalation_working_days),
        later_working_days=case.number("later_material_working_days", usual.later_working_days),
        later_reminder_working_days=case.number(
            "later_material_reminder_working_days", usual.later_reminder_working_days
        ),
        collection_reminder_days=case.number("collection_reminder_days", usual.collection_reminder_days),
        collection_tries=case.number("collection_code_tries", usual.collection_tries),
        archive_days=case.number("archive_after_days", usual.archive_days),
        extensions={
            law.text("task_type"): LongerLimit(law.number("working_days"), law.text("ground"))
            for law in case.rows("extensions")
        }
        if case.has("extensions")
        else usual.extensions,
    )


def _booking(row: Row) -> BookingRules:
    """What a county leaves out stays as it is meant."""
    usual = BookingRules()
    return BookingRules(
        hold_minutes=row.number("hold_minutes", usual.hold_minutes),
        moves_per_appointment=row.number("reschedules_per_appointment", usual.moves_per_appointment),
        cool_down_minutes=row.number("cancel_cool_down_minutes", usual.cool_down_minutes),
        live_per_person=row.number("live_bookings_per_person", usual.live_per_person),
        made_per_person_and_day=row.number("bookings_per_person_per_day", usual.made_per_person_and_day),
        live_per_proxy=row.number("live_bookings_per_proxy", usual.live_per_proxy),
        made_per_proxy_and_day=row.number("bookings_per_proxy_per_day", usual.made_per_proxy_and_day),
        no_show_after_minutes=row.number("no_show_after_minutes", usual.no_show_after_minutes),
        no_show_limit=row.number("no_show_limit", usual.no_show_limit),
        no_show_limit_green=row.number("no_show_limit_green", usual.no_show_limit_green),
        no_show_window_days=row.number("no_show_window_days", usual.no_show_window_days),
        no_show_pause_days=row.number("no_show_pause_days", usual.no_show_pause_days),
        offer_minutes=row.number("waitlist_offer_minutes", usual.offer_minutes),
        alternative_hours=row.number("alternative_hours", usual.alternative_hours),
        km_worth_minutes=row.number("km_worth_minutes", usual.km_worth_minutes),
    )


def _visit_rules(row: Row) -> VisitRules:
    rules = VisitRules(
        minutes=row.number("minutes"),
        crew=row.number("crew"),
        leeway_minutes=row.number("leeway_minutes"),
        promise_days=row.number("promise_days"),
        day_starts=row.clock("day_starts"),
        day_ends=row.clock("day_ends"),
        pause_from=row.clock("pause_from"),
        pause_until=row.clock("pause_until"),
        pause_minutes=row.number("pause_minutes"),
        road_factor=row.number("road_percent") / 100,
        km_per_hour=float(row.number("km_per_hour")),
    )
    if rules.road_factor < 1 or rules.km_per_hour <= 0:
        raise FaultyRow("road_percent", "道路不会比直线短（不小于100），车速要大于0")
    if not rules.pauses_within_the_day:
        raise FaultyRow("pause_until", "休息时间应在上门时间之内")
    return rules


def _road(row: Row) -> tuple[tuple[str, str], int]:
    return (row.text("from"), row.text("to")), row.number("minutes")


def _promises(row: Row) -> dict[str, int]:
    """The numbers of the younger sections; a county that does not set one keeps the default."""
    kept = asdict(Rules())
    told = {
        "contact_working_days": ("evaluation", "first_contact_working_days"),
        "follow_up_working_days": ("evaluation", "follow_up_working_days"),
        "help_accept_working_days": ("proxy", "help_accept_working_days"),
        "help_working_days": ("proxy", "help_working_days"),
        "order_working_days": ("work_order", "answer_working_days"),
        "session_hours": ("sign_in", "session_hours"),
        "staff_idle_minutes": ("sign_in", "staff_idle_minutes"),
        "wrong_secrets": ("sign_in", "wrong_secrets"),
        "lockout_minutes": ("sign_in", "lockout_minutes"),
    }
    return {
        name: row.row(section).number(key, kept[name]) if row.has(section) else kept[name]
        for name, (section, key) in told.items()
    }


def _training(row: Row) -> TrainingRules:
    return TrainingRules(
        required_courses={
            _one_of("required_courses", k, Role): v for k, v in _lists(row, "required_courses")
        },
        group_courses={_one_of("group_courses", k, CounterGroup): v for k, v in _lists(row, "group_courses")},
        item_courses={ServiceCode(k): v for k, v in _lists(row, "item_courses")},
        decision_courses={ServiceCode(k): v for k, v in _lists(row, "decision_courses")},
        course_names=_texts(row, "course_names"),
        how_to=row.text("how_to", ""),
    )


def _proxy_pay(row: Row) -> PayRules:
    return PayRules(
        base_yuan=row.number("base_yuan"),
        case_yuan=row.number("case_yuan"),
        most_cases_paid=row.number("most_cases_paid", 0),
        fewest_evaluations=row.number("fewest_evaluations", 1),
        star_from_grade=_numbers(row, "star_from_grade"),
        star_yuan=_numbers(row, "star_yuan"),
    )


def _lists(row: Row, field_: str) -> list[tuple[str, tuple[str, ...]]]:
    inner = row.row(field_) if row.has(field_) else Row({})
    return [(name, inner.texts(name)) for name, _ in inner.items()]


def _texts(row: Row, field_: str) -> dict[str, str]:
    inner = row.row(field_) if row.has(field_) else Row({})
    return {name: inner.text(name) for name, _ in inner.items()}


def _numbers(row: Row, field_: str) -> dict[str, int]:
    inner = row.row(field_)
    return {name: inner.number(name) for name, _ in inner.items()}


def _one_of(field_: str, text: str, kinds: type[Kind]) -> Kind:
    return Row({field_: text}).one_of(field_, kinds)


def _retention(row: Row) -> Retention:
    kept = {name: row.number(name, days) for name, days in asdict(Retention()).items()}
    for name, days in kept.items():
        if days == 0:
            raise FaultyRow(name, "至少要保管1天")
    return Retention(**kept)


def _with_department(account: Account, names: Mapping[str, DepartmentName]) -> Account:
    if account.department is None or account.department not in names:
        return account
    return replace(account, department=names[account.department])
