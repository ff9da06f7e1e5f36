"""Ports: what the desk needs of the workshops, in the desk's own verbs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol, TypeVar

from intake.model.binding import Binding, Outside
from intake.model.booking import Appointment, BookingRules, Hold, HoldState, Pool, Slot
from intake.model.calendar import CalendarDay, WorkingCalendar
from intake.model.case import Case, CaseEvent, CaseState, Page, PageFacts
from intake.model.catalogue import Bundle, CounterGroup, ServiceItem, Way
from intake.model.exchange import CatalogueContent, FileForm, GivenFile, SheetTable, WaitingImport
from intake.model.figures import (
    ListedRow,
    Listing,
    Month,
    MonthlyReport,
    PrintForm,
    Split,
    Tally,
    Workload,
)
from intake.model.follow_up import FollowUp
from intake.model.granting import Standing
from intake.model.handover import Handover
from intake.model.helping import HelpRequest
from intake.model.hours import Answer, Displacement, HoursChange
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CardId,
    CaseId,
    ChangeId,
    CounterCode,
    DepartmentName,
    Digest,
    DutyId,
    EventId,
    FollowUpId,
    HallCode,
    HandoverId,
    HeardId,
    HelpId,
    HoldId,
    ImportId,
    IntentKey,
    MandateId,
    OrderId,
    PageId,
    PersonId,
    QuestionId,
    ServiceCode,
    SlipId,
    SlotId,
    TeachingId,
    TicketId,
    VillageCode,
    WaitingId,
)
from intake.model.kiosk import Ability, KioskList, Slip, SlipKind
from intake.model.learning import (
    Edition,
    Effect,
    GoodAnswer,
    Heard,
    HeardState,
    Hearing,
    Lesson,
    Teaching,
)
from intake.model.leaving import AuditEntry, LaidAside, Notice, Outgoing, Topic
from intake.model.lines import MOST_OVERTAKEN, CounterPost, HallRules, LineRules, MeasuredHour
from intake.model.matching import Explained, Match, PersonFacts
from intake.model.owning import Step
from intake.model.pace import Pace
from intake.model.papers import CasePaper
from intake.model.people import Account, Door, IdNumber, Lockout, Mandate, Person, Role, Session
from intake.model.periods import ServicePeriod
from intake.model.places import Department, Hall, HoursException, HoursPattern, OfferKind, OpenTime, Village
from intake.model.province import ProvinceRecord
from intake.model.question import Question
from intake.model.queue import Ticket
from intake.model.speech import Spoken
from intake.model.staffing import Authorisation, Duty, Training, TrainingRules
from intake.model.statement import PayRules
from intake.model.tray import LaidCard, LaidPage
from intake.model.visits import Plan, Shift, Visit, VisitDay, VisitOrder
from intake.model.waiting import Waiting
from intake.model.work_order import OrderAbout, WorkOrder


@dataclass(frozen=True, slots=True)
class Retention:
    """保管期限: for how many days each is kept; afterwards it is erased, and the audit trail says so."""

    draft_photographs_days: int = 30
    closed_case_photographs_days: int = 365
    conversation_days: int = 90
    intent_days: int = 30
    delivered_message_days: int = 30


@dataclass(frozen=True, slots=True)
class VisitRules:
    """上门规则: how home visits are planned; the road factor and the speed serve where no road table was imported.

    `crew` clerks of the comprehensive area go, unless the director names others; they leave the hall no earlier than
    `day_starts`, are back by `day_ends`, and rest `pause_minutes` between `pause_from` and `pause_until`.
    """

    minutes: int = 40
    crew: int = 2
    leeway_minutes: int = 15
    promise_days: int = 1
    day_starts: time = time(8, 30)
    day_ends: time = time(17, 30)
    pause_from: time = time(11, 0)
    pause_until: time = time(13, 30)
    pause_minutes: int = 60
    road_factor: float = 1.6
    km_per_hour: float = 35.0

    @property
    def pauses_within_the_day(self) -> bool:
        """Whether a pause that begins at the last moment still ends before the day does."""
        latest = datetime.combine(date.min, self.pause_until) + timedelta(minutes=self.pause_minutes)
        ends = datetime.combine(date.min, self.day_ends)
        return self.day_starts <= self.pause_from <= self.pause_until and latest <= ends


@dataclass(frozen=True, slots=True)
class Rules:
    """County policy in numbers; a county sets its own in `rules.json`."""

    question_working_days: int = 1
    correction_working_days: int = 10
    correction_rounds: int = 3
    recall_limit: int = 3
    horizon_days: int = 14
    check_in_early_minutes: int = 60
    mandate_days: int = 90
    session_hours: int = 12
    booked_credit_minutes: int = 30
    green_credit_minutes: int = 20
    late_grace_minutes: int = 10
    reminders_minutes: tuple[int, ...] = (1440, 60)
    most_overtaken: int = MOST_OVERTAKEN
    return_limit: int = 2
    return_minutes: int = 30
    retention: Retention = Retention()
    visits: VisitRules = VisitRules()
    staff_idle_minutes: int = 120
    wrong_secrets: int = 5
    lockout_minutes: int = 15
    help_accept_working_days: int = 1
    help_working_days: int = 5
    contact_working_days: int = 1
    follow_up_working_days: int = 5
    order_working_days: int = 3
    training: TrainingRules = field(default_factory=TrainingRules)
    proxy_pay: PayRules = field(default_factory=PayRules)
    pace: Pace = field(default_factory=Pace)
    booking: BookingRules = field(default_factory=BookingRules)


class Catalogue(Protocol):
    """事项清单 as stored: versions with validity."""

    async def current(self, code: ServiceCode, on: date) -> ServiceItem:
        """The version in force on a day; raises `UnknownService`."""

    async def version(self, code: ServiceCode, version: int) -> ServiceItem:
        """One version by number; raises `UnknownService`."""

    async def all_current(self, on: date) -> tuple[ServiceItem, ...]:
        """Every item in force on a day, by code."""

    async def codes(self, on: date) -> frozenset[ServiceCode]:
        """The codes of the items in force on a day."""

    async def revision(self) -> int:
        """A number that grows with every unit of work that changes the catalogue, and with no other."""

    async def digests(self, items: Sequence[ServiceItem]) -> Mapping[ServiceCode, str]:
        """What tells one content of an item from another, by code: a view gives it, before anybody waits for a lock."""

    async def replace(
        self, items: Sequence[ServiceItem], on: date, digests: Mapping[ServiceCode, str] | None = None
    ) -> int:
        """Put new versions in force from a day, closing the old; returns how many differed.

        A version that waits for a later day keeps it: the new one ends where that begins. Without the items' `digests`
        they are worked out here.
        """

    async def withdraw(self, codes: Sequence[ServiceCode], on: date) -> int:
        """End the versions in force, and those that would begin later, on a day; returns how many items ended."""

    async def beginnings(self, after: date) -> Mapping[ServiceCode, tuple[date, ...]]:
        """The days after a given one on which versions that wait already begin, by item."""

    async def stamp(self) -> str:
        """A short digest of all versions there are: equal as long as nobody has changed an item."""

    async def bundles(self) -> tuple[Bundle, ...]:
        """Every 一件事, in the order of its file."""

    async def put_bundles(self, bundles: Sequence[Bundle]) -> bool:
        """Replace all bundles; False when they are as they were."""

    async def lock(self) -> None:
        """Be alone with the catalogue until the unit of work ends."""

    async def grow(self) -> int:
        """Lock it: whatever was built of the catalogue is out of date; returns the revision from now on."""


class Imports(Protocol):
    """待确认导入 as stored: checked files, each with what was read of it until it is applied or dropped."""

    async def packed(self, content: CatalogueContent) -> bytes:
        """What was read of a file, as it is kept: a view packs it, before anybody waits for a lock."""

    async def add(self, waiting: WaitingImport, packed: bytes) -> None:
        """A new one with what it would put in force."""

    async def get(self, waiting: ImportId) -> WaitingImport:
        """One by id; raises `NotFound`."""

    async def content(self, waiting: ImportId) -> CatalogueContent:
        """What was read of it, exactly as it was compared."""

    async def recent(self, limit: int = 20) -> tuple[WaitingImport, ...]:
        """The newest first."""

    async def save(self, waiting: WaitingImport) -> WaitingImport:
        """Write a changed one and let its content go; raises `Stale` when somebody was faster."""

    async def forget(self, before: datetime) -> None:
        """Delete what was checked before an instant and never applied."""


class Learning(Protocol):
    """说法 as stored: what was heard, and what was taught; who said it is kept as a keyed hash only."""

    async def hear(self, hearing: Hearing, new: HeardId) -> None:
        """Count the words, and the person once for each thing the words led them to; `new` names words never heard."""

    async def heard(self, heard: HeardId) -> Heard:
        """One row with what it led to; raises `NotFound`."""

    async def queue(self, state: HeardState, limit: int) -> tuple[Heard, ...]:
        """Rows in a state: first what matched nothing for most people, then what most people said."""

    async def mark(self, heard: HeardId, state: HeardState) -> None:
        """Somebody has looked, or has to look again."""

    async def agreed(self, people: int, limit: int) -> tuple[GoodAnswer, ...]:
        """Words that led at least so many different people to one item and nobody to another."""

    async def forget(self, before: datetime) -> int:
        """Delete what nobody has said since an instant; returns how many rows."""

    async def teach(self, teaching: Teaching) -> bool:
        """A new teaching; False when the same words are taught already."""

    async def taught(self) -> tuple[Teaching, ...]:
        """The teachings in force, by their words."""

    async def taught_as(self, text: str) -> Teaching | None:
        """The teaching in force of some words."""

    async def teaching(self, teaching: TeachingId) -> Teaching:
        """One by id, in force or taken back; raises `NotFound`."""

    async def withdraw(self, teaching: Teaching) -> None:
        """Write a teaching that was taken back; raises `Stale` when it was taken back already."""


class Places(Protocol):
    """The county as stored: halls, villages, hours, calendar."""

    async def halls(self) -> tuple[Hall, ...]:
        """All halls, the county's first."""

    async def hall(self, code: HallCode) -> Hall:
        """One hall; raises `NotFound`."""

    async def villages(self) -> tuple[Village, ...]:
        """All villages by code."""

    async def village(self, code: VillageCode) -> Village:
        """One village; raises `NotFound`."""

    async def hours(self) -> tuple[tuple[HoursPattern, ...], tuple[HoursException, ...]]:
        """Weekly patterns and dated exceptions."""

    async def calendar(self) -> WorkingCalendar:
        """The working calendar."""

    async def departments(self) -> tuple[Department, ...]:
        """The departments that decide."""

    async def rules(self) -> Rules:
        """The county's policy numbers; the defaults where none were imported."""

    async def put_halls(self, halls: Sequence[Hall]) -> None:
        """Insert or replace halls."""

    async def put_villages(self, villages: Sequence[Village]) -> None:
        """Insert or replace villages."""

    async def put_hours(self, patterns: Sequence[HoursPattern], exceptions: Sequence[HoursException]) -> None:
        """Replace all patterns and exceptions."""

    async def put_departments(self, departments: Sequence[Department]) -> None:
        """Insert or replace departments."""

    async def put_rules(self, rules: Rules) -> None:
        """Replace the policy numbers."""

    async def put_calendar(self, days: Sequence[CalendarDay], announced: Collection[int]) -> None:
        """Replace the calendar."""


class People(Protocol):
    """People, accounts, sessions and mandates as stored; ID numbers and phones lie encrypted."""

    async def person(self, person: PersonId) -> Person:
        """One person; raises `NotFound`."""

    async def village_of(self, person: PersonId) -> VillageCode | None:
        """Where one person lives, if it is known; raises `NotFound`. Nothing of theirs is opened for it."""

    async def by_id_number(self, number: IdNumber) -> Person | None:
        """The person with that number, found through its keyed hash."""

    async def in_village(self, village: VillageCode) -> tuple[Person, ...]:
        """A village's people, eldest first."""

    async def add(self, person: Person) -> None:
        """A new person."""

    async def account(self, code: AccountCode) -> Account | None:
        """An account by code."""

    async def account_of(self, person: PersonId) -> Account | None:
        """The citizen account of a person, if there is one."""

    async def accounts(self, *, role: Role | None = None) -> tuple[Account, ...]:
        """Accounts by code, of one role or all."""

    async def proxy_of(self, village: VillageCode) -> Account | None:
        """The village's proxy."""

    async def put_account(self, account: Account, *, token_hash: str = "") -> None:
        """Insert or replace an account; a device's carries the hash of its token."""

    async def device_by_token(self, token_hash: str) -> Account | None:
        """The active device with that token hash."""

    async def open_session(self, session: Session) -> None:
        """Remember a signed-in session."""

    async def session(self, token_hash: str) -> Session | None:
        """A session by its token's hash, expired or not."""

    async def end_session(self, token_hash: str) -> None:
        """Forget a session."""

    async def see_session(self, token_hash: str, at: datetime) -> None:
        """Write down that the session was used."""

    async def end_sessions(self, account: AccountCode) -> int:
        """Forget every session of an account; returns how many."""

    async def forget_sessions(self, before: datetime) -> int:
        """Forget the sessions that expired, and the wrong secrets told, before an instant; returns how many sessions."""

    async def lockout(self, place: str) -> Lockout | None:
        """What is known of wrong secrets from a place."""

    async def wrong_secret(self, place: str, at: datetime, since: datetime) -> int:
        """Count one more in one statement; those before `since` no longer count. Returns how many there are now."""

    async def lock(self, place: str, until: datetime) -> None:
        """Look at nothing from there until an instant."""

    async def right_secret(self, place: str) -> None:
        """Forget the wrong ones."""

    async def at_hall(self, hall: HallCode) -> tuple[Account, ...]:
        """The active accounts of a hall, by code."""

    async def mandate(self, mandate: MandateId) -> Mandate:
        """One by id; raises `NotFound`."""

    async def given_by(self, person: PersonId) -> tuple[Mandate, ...]:
        """What a person has allowed anybody, newest first."""

    async def held_by(self, proxy: AccountCode) -> tuple[Mandate, ...]:
        """What an account was allowed by anybody, newest first."""

    async def revoke_mandate(self, mandate: MandateId, by: AccountCode, why: str, at: datetime) -> bool:
        """Take it back in one guarded statement; False when it was taken back already."""

    async def add_mandate(self, mandate: Mandate) -> None:
        """A new mandate."""

    async def mandates(self, person: PersonId, proxy: AccountCode) -> tuple[Mandate, ...]:
        """What a person has allowed a proxy, newest first."""


class Bindings(Protocol):
    """绑定 as stored; who somebody is outside lies sealed, and is gone when the binding ends."""

    async def offer(self, code: str, account: AccountCode, expires_at: datetime) -> None:
        """A code in the place of the account's earlier ones; raises `Stale` when somebody else has the same digits."""

    async def claim(self, code: str, now: datetime) -> AccountCode | None:
        """Use a code up in one statement; None where none like it waits."""

    async def forget_codes(self, before: datetime) -> None:
        """Delete the codes that expired before an instant."""

    async def add(self, binding: Binding) -> None:
        """A new one; raises `Stale` when either side is bound already."""

    async def of_outside(self, outside: Outside) -> Binding | None:
        """The one of somebody outside."""

    async def of_account(self, account: AccountCode, door: Door) -> Binding | None:
        """The one an account has at a door."""

    async def end(self, binding: Binding) -> bool:
        """Delete it; False when it had ended."""

    async def bound(self, accounts: Collection[AccountCode], door: Door) -> frozenset[AccountCode]:
        """Those of some accounts that have one at a door."""


class Slots(Protocol):
    """号源 as rows; scarcity is settled in one statement."""

    async def open(self, times: Sequence[OpenTime]) -> int:
        """Insert those that do not exist yet; returns how many were new. Never touches what is taken."""

    async def get(self, slot: SlotId, now: datetime) -> Slot:
        """One slot with what is held of it now; raises `NotFound`."""

    async def lock(self, wanted: Collection[SlotId]) -> None:
        """Keep slots from every other unit of work until this one ends.

        In the order of their ids, so that long services, moves and rebuilding never wait for each other in a ring.
        """

    async def read(self, wanted: Collection[SlotId], now: datetime) -> tuple[Slot, ...]:
        """Slots by start, with what is held of them now; decide only on what was read after the lock."""

    async def take(self, run: Collection[SlotId], pool: Pool, now: datetime) -> bool:
        """Take a place of each locked slot; False, with nothing meant to be kept, when one has none left."""

    async def give_back(self, run: Collection[SlotId], pool: Pool) -> None:
        """Give one place of each locked slot back."""

    async def planned(self, hall: HallCode, after: datetime, before: datetime) -> tuple[Slot, ...]:
        """A hall's slots that start in between, closed ones too, without counting what is held."""

    async def reshape(self, slots: Collection[Slot]) -> None:
        """Write the end, the quotas and the rules of locked slots; what is taken stays as it is."""

    async def sessions_due(self, now: datetime) -> tuple[str, ...]:
        """Sessions that need enough people, have not begun, and whose time to book is over."""

    async def of_session(self, session: str) -> tuple[SlotId, ...]:
        """The slots of a session."""

    async def sessions_turned(self, now: datetime) -> tuple[str, ...]:
        """Sessions that have not begun, of which whoever opens was last told otherwise than is true now."""

    async def told_session(self, session: str, *, opens: bool) -> None:
        """Write down what whoever opens was told last; nothing was told is the same as that it does not open."""

    async def free(
        self,
        *,
        at: Collection[tuple[HallCode, CounterGroup]],
        now: datetime,
        after: datetime,
        before: datetime | None = None,
        kinds: Collection[OfferKind] | None = None,
        pools: Collection[Pool] = (Pool.ONLINE,),
        green: bool = False,
        limit: int = 200,
    ) -> tuple[Slot, ...]:
        """Slots of some counters with something left in a pool, that start at or after an instant and can still be
        booked now, soonest first; in one query.
        """

    async def soonest(
        self,
        *,
        at: Collection[tuple[HallCode, CounterGroup]],
        now: datetime,
        kinds: Collection[OfferKind],
        pools: Collection[Pool],
        green: bool,
        each: int,
    ) -> tuple[Slot, ...]:
        """Of each hall and kind the first few such slots, those that open only for enough people apart; in one query."""


class HoursBook(Protocol):
    """开放时间变更 as stored: the history, and whom each change touched."""

    async def add_change(self, change: HoursChange) -> None:
        """A change that was made."""

    async def change(self, change: ChangeId) -> HoursChange:
        """One by id; raises `NotFound`."""

    async def changes(self, hall: HallCode, limit: int) -> tuple[HoursChange, ...]:
        """A hall's changes, newest first."""

    async def add_displacement(self, displacement: Displacement) -> None:
        """A booking that lost its place; losing a second one begins anew."""

    async def untold(self, limit: int) -> tuple[Displacement, ...]:
        """Those for whom nothing is held and who know nothing yet, first lost first."""

    async def unanswered(self, now: datetime, limit: int) -> tuple[Displacement, ...]:
        """Those whose own time has passed without an answer."""

    async def displaced(self, hall: HallCode, limit: int) -> tuple[Displacement, ...]:
        """Whom a hall's changes touched, newest first."""

    async def told(self, appointment: AppointmentId, hold: Hold | None, now: datetime) -> bool:
        """The person is told now, and what is held for them; False when another server has told them before."""

    async def look_again(self, appointment: AppointmentId) -> None:
        """What was held closes, too: another place is to be found."""

    async def answer(self, appointment: AppointmentId, answer: Answer, now: datetime) -> None:
        """Write down an answer; a later one replaces an earlier one."""


class Holds(Protocol):
    """留号 as stored: one live one per person and item; its expiry counts, not what a chore has tidied."""

    async def add(self, hold: Hold) -> None:
        """A new one on locked slots; raises `Stale` when the same matter was held at the same moment."""

    async def get(self, hold: HoldId) -> Hold:
        """One by id; raises `NotFound`."""

    async def of_matter(self, person: PersonId, service: ServiceCode) -> Hold | None:
        """The one written as held for a matter, expired or not."""

    async def of_person(self, person: PersonId, now: datetime) -> tuple[Hold, ...]:
        """What is held for a person now, next first."""

    async def held_by(self, account: AccountCode, now: datetime) -> tuple[Hold, ...]:
        """What an account holds now, for whomever, next first."""

    async def end(
        self, hold: Hold, state: HoldState, now: datetime, appointment: AppointmentId | None = None
    ) -> bool:
        """End one in one statement; False when it had ended, or, to confirm, when it had expired."""

    async def on(self, slots: Collection[SlotId], now: datetime) -> tuple[Hold, ...]:
        """The live ones that hold a place of some slots."""

    async def expired(self, now: datetime, limit: int) -> tuple[Hold, ...]:
        """Those that expired and are still written as held, the longest ago first."""


class Waitings(Protocol):
    """候补 as stored; one live entry per person and item."""

    async def add(self, entry: Waiting) -> bool:
        """A new entry at the end of its line; False when the person is in line for this already."""

    async def get(self, entry: WaitingId) -> Waiting:
        """One by id; raises `NotFound`."""

    async def live_for(self, person: PersonId, service: ServiceCode) -> Waiting | None:
        """The entry of a matter that waits or is offered a place."""

    async def offered(self, hold: HoldId, person: PersonId) -> Waiting | None:
        """The entry a hold is the offer of."""

    async def of_people(self, people: Collection[PersonId], joined_by: AccountCode) -> tuple[Waiting, ...]:
        """The live entries of people, and those an account made, in order."""

    async def next_for(self, slot: Slot, limit: int) -> tuple[Waiting, ...]:
        """Who waits for a place like this one, first in line first."""

    async def in_line(self, limit: int) -> tuple[Waiting, ...]:
        """Everybody who waits, first joined first."""

    async def unanswered(self, now: datetime, limit: int) -> tuple[Waiting, ...]:
        """Offers whose time to answer is over."""

    async def before(self, entry: Waiting) -> int:
        """How many joined the same line earlier."""

    async def save(self, entry: Waiting) -> Waiting | None:
        """Write a changed one; None when somebody was faster."""


class Appointments(Protocol):
    """预约 as stored; one live appointment per person and item."""

    async def add(self, appointment: Appointment) -> None:
        """A new one."""

    async def get(self, appointment: AppointmentId) -> Appointment:
        """One by id; raises `NotFound`."""

    async def by_number(self, number: str) -> Appointment | None:
        """One by the number people see."""

    async def live_for(self, person: PersonId, service: ServiceCode) -> Appointment | None:
        """The booked appointment of a person for an item."""

    async def of_person(self, person: PersonId) -> tuple[Appointment, ...]:
        """A person's appointments, next first."""

    async def booked_by(self, account: AccountCode) -> tuple[Appointment, ...]:
        """What an account booked, for whomever, next first."""

    async def at_hall(self, hall: HallCode, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """A hall's appointments starting in [start, end), in order of time."""

    async def standing(
        self,
        person: PersonId,
        booker: AccountCode,
        service: ServiceCode,
        *,
        circle: Collection[PersonId],
        now: datetime,
        rules: BookingRules,
    ) -> Standing:
        """What stands in the books about a person and a booker; `circle` are those the booker may act as."""

    async def taking(self, slots: Collection[SlotId]) -> tuple[Appointment, ...]:
        """The booked ones that have a place of some slots, first booked first."""

    async def overdue(self, before: datetime, limit: int) -> tuple[Appointment, ...]:
        """Those that should have begun by an instant and are still only booked, the oldest first."""

    async def save(self, appointment: Appointment) -> Appointment:
        """Write a changed one; raises `Stale` when somebody was faster."""

    async def to_remind(self, now: datetime, minutes: int, limit: int = 200) -> tuple[Appointment, ...]:
        """Those that begin within so many minutes, were booked before that, and whose people were not told yet."""

    async def remind(self, appointment: Appointment, minutes: int) -> bool:
        """Write down that this reminder of this time is given; False when somebody else has given it."""


class Visits(Protocol):
    """上门服务 as stored: the days as planned, what was decided about single visits, and the county's road table."""

    async def day(self, hall: HallCode, day: date) -> VisitDay:
        """A hall's day; a blank one, of version 0, where nothing was planned yet."""

    async def save_day(self, day: VisitDay) -> VisitDay:
        """Write a day as it was read, blank or not; raises `Stale` when somebody was faster."""

    async def orders(self, appointments: Collection[AppointmentId]) -> tuple[VisitOrder, ...]:
        """What was decided about some visits."""

    async def put_orders(self, orders: Sequence[VisitOrder]) -> None:
        """Insert or replace what was decided about visits."""

    async def road_minutes(self) -> dict[tuple[str, str], int]:
        """The imported travel times between villages and halls, one way, by their codes."""

    async def put_road_minutes(self, minutes: Mapping[tuple[str, str], int]) -> None:
        """Replace the travel times."""

    async def days_ahead(self, start: datetime, end: datetime) -> tuple[tuple[HallCode, date], ...]:
        """Where and on which days of [start, end) somebody is to be visited at home."""


class Tickets(Protocol):
    """The queue as stored."""

    async def add(self, ticket: Ticket) -> None:
        """A new number in line."""

    async def get(self, ticket: TicketId) -> Ticket:
        """One by id; raises `NotFound`."""

    async def of_appointment(self, appointment: AppointmentId) -> Ticket | None:
        """The number an appointment was checked in under."""

    async def call_next(
        self,
        hall: HallCode,
        day: date,
        groups: Collection[CounterGroup],
        counter: CounterCode,
        clerk: AccountCode,
        *,
        most_overtaken: int = MOST_OVERTAKEN,
    ) -> Ticket | None:
        """Give the first in line to one counter in one statement; None when nobody waits.

        Whoever has let `most_overtaken` later comers pass lets nobody else pass.

        It comes back with `since` as it was: when the wait began that has ended now.
        """

    async def today(
        self, hall: HallCode, day: date, *, most_overtaken: int = MOST_OVERTAKEN
    ) -> tuple[Ticket, ...]:
        """A hall's numbers of a day, in the order they will be called."""

    async def of_person(self, person: PersonId, day: date) -> tuple[Ticket, ...]:
        """A person's numbers of a day, the last taken first."""

    async def left_open(self, since: date, before: date, limit: int) -> tuple[Ticket, ...]:
        """Numbers of the days from `since` to the last before `before` that nobody has closed, oldest first."""

    async def save(self, ticket: Ticket) -> Ticket:
        """Write a changed one; raises `Stale` when somebody was faster."""


class Lines(Protocol):
    """The halls' lines as stored: service periods are only ever added."""

    async def close(self, period: ServicePeriod) -> None:
        """A stretch of a visit is over."""

    async def periods_of(self, ticket: TicketId) -> tuple[ServicePeriod, ...]:
        """A visit's closed periods, in order."""

    async def periods_at(self, hall: HallCode, first: date, last: date) -> Sequence[ServicePeriod]:
        """A hall's closed periods from one day to another, both included; by day, visit and order."""

    async def measured(self, hall: HallCode, since: date) -> tuple[MeasuredHour, ...]:
        """How long calls and services of a hall took since a day, by group and hour of the day."""

    async def rules(self, hall: HallCode) -> HallRules | None:
        """What a hall has set for its line; None while the county's rules hold."""

    async def set_rules(self, hall: HallCode, rules: LineRules, version: int) -> HallRules:
        """Write a hall's rules after the version the caller saw, 0 for none; raises `Stale`."""

    async def post(self, post: CounterPost) -> None:
        """A counter was opened or closed."""

    async def posts(self, hall: HallCode) -> tuple[CounterPost, ...]:
        """A hall's counters that were ever opened, as they stand, by code."""


class Cases(Protocol):
    """办件 as stored; lists are keyed, so they stay flat in the size of the store."""

    async def add(self, case: Case) -> None:
        """A new draft."""

    async def get(self, case: CaseId) -> Case:
        """One by id; raises `NotFound`."""

    async def those(self, ids: Collection[CaseId]) -> Mapping[CaseId, Case]:
        """Several at once; what does not exist is left out."""

    async def by_number(self, number: str) -> Case:
        """One by the number people see; raises `NotFound`."""

    async def open_for(self, person: PersonId, service: ServiceCode) -> Case | None:
        """The open case of a person for an item."""

    async def draft_of(self, person: PersonId, service: ServiceCode, by: AccountCode) -> Case | None:
        """The draft an account keeps for a person and an item."""

    async def of_person(self, person: PersonId, limit: int = 50) -> tuple[Case, ...]:
        """A person's cases without drafts, newest first."""

    async def opened_by(self, account: AccountCode, limit: int = 50) -> tuple[Case, ...]:
        """What an account opened without drafts, newest first."""

    async def drafts_for(self, person: PersonId, service: ServiceCode) -> tuple[Case, ...]:
        """Everybody's drafts for a person and an item, oldest first."""

    async def of_proxy(self, proxy: AccountCode, since: datetime) -> tuple[Case, ...]:
        """What an account opened since an instant without drafts, oldest first."""

    async def at_hall(
        self, hall: HallCode, states: Collection[CaseState], limit: int = 200
    ) -> tuple[Case, ...]:
        """A hall's cases in some states, longest waiting first."""

    async def of_department(
        self, department: DepartmentName, states: Collection[CaseState], limit: int = 200
    ) -> tuple[Case, ...]:
        """A department's cases in some states, soonest due first."""

    async def save(self, case: Case) -> Case:
        """Write a changed one; raises `Stale` when somebody was faster, `AlreadyOpen` on a second open one."""

    async def tell(self, event: CaseEvent) -> None:
        """Append to the case's history."""

    async def history(self, case: CaseId) -> tuple[CaseEvent, ...]:
        """The case's history, oldest first."""

    async def page(self, page: PageId) -> tuple[CaseId, Page]:
        """The case a page lies in, and the page; raises `NotFound`."""

    async def at_rest(
        self, states: Collection[CaseState], since: datetime, after: CaseId | None, limit: int
    ) -> tuple[Case, ...]:
        """Cases in some states that hold photographs and whose history is silent since an instant.

        By id, from the first after the one given: to be walked through batch by batch.
        """

    async def to_look_at(self, on: date, limit: int) -> tuple[Case, ...]:
        """Cases at which a rule has to look on a day or had to before it, the longest waiting first."""

    async def tried(self, case: CaseId) -> int:
        """How often the case's collection code was tried in vain."""

    async def count_try(self, case: CaseId) -> int:
        """One more try in vain, counted in one statement; returns how many there are now."""


class Figures(Protocol):
    """指标 as stored: one query per listing, which counts it and lists it. Halls are always named: a month of some
    halls is read from an index, and takes no longer as the store grows.
    """

    async def tally(
        self,
        listing: Listing,
        month: Month,
        halls: Collection[HallCode],
        today: date,
        split: Split = Split.NONE,
    ) -> tuple[Tally, ...]:
        """How many rows each hall (and each person or kind) has in a month, and the sum of their values."""

    async def rows(
        self,
        listing: Listing,
        month: Month,
        halls: Collection[HallCode],
        today: date,
        *,
        key: str = "",
        split: Split = Split.NONE,
        after: str = "",
        limit: int = 50,
    ) -> tuple[ListedRow, ...]:
        """The very rows, in the order of `at`, from the first after one given; `key` keeps one person's or kind's."""


class Trays(Protocol):
    """收件盘 as kept: cards and pages that lie on the counters, seldom for longer than a visit."""

    async def lay_card(self, card: LaidCard) -> None:
        """A new card."""

    async def card_of(self, device: AccountCode, event: EventId) -> LaidCard | None:
        """The card a machine read under an event."""

    async def lying(self, hall: HallCode, since: datetime) -> tuple[LaidCard, ...]:
        """The cards on a hall's counters that were touched since an instant, the latest reading first."""

    async def on_device(self, device: AccountCode) -> LaidCard | None:
        """The card a machine read last, lifted or not."""

    async def lift_from(self, device: AccountCode) -> int:
        """Lift whatever lies on a machine; returns how many cards."""

    async def hold(self, card: CardId) -> LaidCard:
        """One card, kept from every other unit of work until this one ends; raises `NotFound`."""

    async def save(self, card: LaidCard) -> None:
        """Write a card that is held."""

    async def lay_page(self, page: LaidPage) -> None:
        """A new page."""

    async def page_of(self, device: AccountCode, event: EventId) -> LaidPage | None:
        """The page a machine captured under an event."""

    async def pages(self, card: CardId) -> tuple[LaidPage, ...]:
        """The pages laid for a card, in the order they came."""

    async def move_pages(self, before: CardId, after: CardId) -> None:
        """The pages of one card belong to another from now on."""

    async def lift_untouched(self, since: datetime) -> frozenset[HallCode]:
        """Lift the cards nobody has touched since an instant; returns the halls whose counters they lay on."""

    async def forget(self, before: datetime) -> int:
        """Delete what was last touched before an instant; returns how many cards."""


class Kiosks(Protocol):
    """自助机 as stored: their lists, what each can do, and the slips they have to print."""

    async def put_list(self, setup: KioskList) -> None:
        """Insert or replace a machine's list."""

    async def lists(self) -> tuple[KioskList, ...]:
        """Every machine's list, by machine."""

    async def record(
        self, device: AccountCode, services: Collection[ServiceCode], on: date, release: str
    ) -> int:
        """From a day on a machine takes exactly these to their end; returns how many came and went."""

    async def abilities(self, on: date) -> tuple[Ability, ...]:
        """What the machines take to its end on a day, by machine and item."""

    async def add_slip(self, slip: Slip) -> bool:
        """A slip to print; False when the same copy about the same thing is there already."""

    async def slip(self, slip: SlipId) -> Slip | None:
        """One by id."""

    async def slips_waiting(self, device: AccountCode) -> tuple[Slip, ...]:
        """What a machine has still to print, the oldest first."""

    async def claim_slip(self, slip: SlipId, now: datetime) -> Slip | None:
        """Give a slip out for printing in one guarded statement; None when it was given out before."""

    async def copies(self, kind: SlipKind, subject: str) -> int:
        """How many copies about a thing there are."""


class Handovers(Protocol):
    """转办码 as stored; of the token only its hash."""

    async def add(self, handover: Handover) -> None:
        """A new one."""

    async def get(self, handover: HandoverId) -> Handover | None:
        """One by id."""

    async def by_token(self, token_hash: str) -> Handover | None:
        """One by its token's hash."""

    async def void(self, made_by: AccountCode) -> None:
        """What a tablet showed and nobody claimed can be claimed no more."""

    async def claim(self, token_hash: str, by: AccountCode, now: datetime) -> Handover | None:
        """Give the matter to one phone in one guarded statement; None when it is too late."""

    async def led_to(self, handover: HandoverId, case: CaseId) -> None:
        """Which case the phone goes on with."""


class Questions(Protocol):
    """咨询件 as stored."""

    async def add(self, question: Question) -> None:
        """A new one."""

    async def get(self, question: QuestionId) -> Question:
        """One by id; raises `NotFound`."""

    async def of_asker(self, asker: AccountCode) -> tuple[Question, ...]:
        """What an account asked, newest first."""

    async def at_hall(self, hall: HallCode) -> tuple[Question, ...]:
        """A hall's open questions, soonest due first."""

    async def owned_by(self, owner: AccountCode) -> tuple[Question, ...]:
        """An account's open questions, soonest due first."""

    async def overdue(self, today: date, hall: HallCode | None = None) -> tuple[Question, ...]:
        """The open questions whose day has gone by, of a hall or of all, longest overdue first."""

    async def save(self, question: Question) -> Question:
        """Write a changed one; raises `Stale` when somebody was faster."""


class FollowUps(Protocol):
    """差评件 as stored; one per case."""

    async def add(self, follow_up: FollowUp) -> None:
        """A new one."""

    async def get(self, follow_up: FollowUpId) -> FollowUp:
        """One by id; raises `NotFound`."""

    async def of_case(self, case: CaseId) -> FollowUp | None:
        """The one about a case."""

    async def of_grader(self, grader: AccountCode) -> tuple[FollowUp, ...]:
        """Those about an account's own grades, newest first."""

    async def open_at(self, hall: HallCode | None) -> tuple[FollowUp, ...]:
        """What is not closed, of a hall or of all, soonest due first."""

    async def owned_by(self, owner: AccountCode) -> tuple[FollowUp, ...]:
        """What is not closed and an account's, soonest due first."""

    async def save(self, follow_up: FollowUp) -> FollowUp:
        """Write a changed one; raises `Stale` when somebody was faster."""


class HelpRequests(Protocol):
    """代办申请 as stored."""

    async def add(self, request: HelpRequest) -> None:
        """A new one."""

    async def get(self, request: HelpId) -> HelpRequest:
        """One by id; raises `NotFound`."""

    async def of_asker(self, asker: AccountCode) -> tuple[HelpRequest, ...]:
        """What an account asked for, newest first."""

    async def owned_by(self, owner: AccountCode) -> tuple[HelpRequest, ...]:
        """What waits for an account, soonest due first."""

    async def waiting_at(self, hall: HallCode) -> tuple[HelpRequest, ...]:
        """What waits in a hall's villages and at its desk, soonest due first."""

    async def overdue(self, today: date, hall: HallCode | None = None) -> tuple[HelpRequest, ...]:
        """What waits and whose day has gone by, of a hall or of all, longest overdue first."""

    async def save(self, request: HelpRequest) -> HelpRequest:
        """Write a changed one; raises `Stale` when somebody was faster."""


class WorkOrders(Protocol):
    """工单 as stored."""

    async def add(self, order: WorkOrder) -> None:
        """A new one."""

    async def get(self, order: OrderId) -> WorkOrder:
        """One by id; raises `NotFound`."""

    async def opened_by(self, account: AccountCode) -> tuple[WorkOrder, ...]:
        """What an account opened, newest first."""

    async def opened_at(self, hall: HallCode | None) -> tuple[WorkOrder, ...]:
        """What was opened in a hall or anywhere, newest first."""

    async def about(self, about: OrderAbout, *, closed: bool = False) -> tuple[WorkOrder, ...]:
        """Those about items or about the system that are closed or are not, soonest due first."""

    async def save(self, order: WorkOrder) -> WorkOrder:
        """Write a changed one; raises `Stale` when somebody was faster."""


class Steps(Protocol):
    """经过 as stored: appended, never changed."""

    async def add(self, step: Step) -> None:
        """One more."""

    async def of(self, subject: str) -> tuple[Step, ...]:
        """A subject's steps, oldest first."""


class Staff(Protocol):
    """Trainings, authorisations and duties as stored."""

    async def add_training(self, training: Training) -> bool:
        """A new record; False when the same course until the same day is there already."""

    async def trainings(self, accounts_: Collection[AccountCode]) -> tuple[Training, ...]:
        """The records of some accounts, the longest valid first."""

    async def authorisation(self, account: AccountCode, service: ServiceCode) -> Authorisation | None:
        """The director's word on one member of staff and one item."""

    async def authorisations(self, accounts_: Collection[AccountCode]) -> tuple[Authorisation, ...]:
        """The words on some accounts, by account and item."""

    async def put_authorisation(self, authorisation: Authorisation) -> None:
        """Insert or replace."""

    async def drop_authorisation(self, account: AccountCode, service: ServiceCode) -> bool:
        """Take the word back, so that the counter groups alone decide; False when there was none."""

    async def hold_roster(self, account: AccountCode) -> None:
        """Keep one member's duties from every other unit of work until this one ends."""

    async def add_duty(self, duty: Duty) -> None:
        """A new duty."""

    async def duty(self, duty: DutyId) -> Duty:
        """One by id; raises `NotFound`."""

    async def cancel_duty(self, duty: DutyId) -> bool:
        """Cancel in one guarded statement; False when it was cancelled already."""

    async def duties_at(self, hall: HallCode, start: datetime, end: datetime) -> tuple[Duty, ...]:
        """A hall's duties that touch [start, end), in order of time, cancelled ones too."""

    async def duties_of(self, account: AccountCode, start: datetime, end: datetime) -> tuple[Duty, ...]:
        """One member's duties that touch [start, end), in order of time, cancelled ones too."""


class Intents(Protocol):
    """Idempotency: one key per intent of one account."""

    async def begin(self, by: AccountCode, key: IntentKey, verb: str) -> str | None:
        """Claim the key. None: go ahead. A string: it was done before, with that result. Raises `KeyReused`."""

    async def finish(self, by: AccountCode, key: IntentKey, result: str) -> None:
        """Write down what the intent led to."""

    async def result(self, by: AccountCode, key: IntentKey) -> str | None:
        """What the intent led to; None while it has led to nothing."""


class Leaving(Protocol):
    """Outbox, inbox, trail and the halls' pulse, all written in the transaction of the change."""

    async def send(self, message: Outgoing) -> None:
        """Put a message into the outbox."""

    async def audit(self, entry: AuditEntry) -> None:
        """Append to the audit trail."""

    async def beat(self, hall: HallCode) -> None:
        """Tell whoever watches the hall that its queue changed."""

    async def due(self, now: datetime, topics: Collection[Topic], limit: int = 50) -> tuple[Outgoing, ...]:
        """Messages to deliver now, at most one per stream and topic, leased for a minute.

        What has another topic waits, however long, and holds up nobody.
        """

    async def delivered(self, message: Outgoing, now: datetime) -> None:
        """The receiver has it."""

    async def failed(self, message: Outgoing, now: datetime, why: str, *, final: bool = False) -> None:
        """The receiver does not have it; try later, or lay it aside after the last attempt, or at once when `final`."""

    async def put_notice(self, message: Outgoing, now: datetime) -> None:
        """Lay a message into its receiver's inbox, once however often it is delivered."""

    async def inbox_lasts(self, accounts: Collection[AccountCode]) -> dict[AccountCode, int]:
        """The number of the last notice in each account's inbox; empty inboxes may be left out."""

    async def notices(self, account: AccountCode, after: int, limit: int = 50) -> tuple[Notice, ...]:
        """An account's inbox after a given notice, oldest first."""

    async def laid_aside(self, limit: int = 200) -> tuple[LaidAside, ...]:
        """The messages that were given up, oldest first."""

    async def send_again(self, message_id: int) -> bool:
        """Make one of these due once more, with all its attempts; False when there is none with that id."""

    async def pulses(self) -> dict[HallCode, int]:
        """How often each hall's queue has changed."""


class Province(Protocol):
    """一网通办 as recorded: which cases the province's platform has, and how far it says they are."""

    async def handed(self, record: ProvinceRecord) -> None:
        """The platform has the case; said twice, the first time counts."""

    async def of_case(self, case: CaseId) -> ProvinceRecord | None:
        """What the province has of a case."""

    async def to_ask(self, before: datetime, limit: int) -> tuple[ProvinceRecord, ...]:
        """Records that are not closed and were last asked about before an instant, longest ago first."""

    async def heard(self, record: ProvinceRecord) -> None:
        """Write what the platform said."""


class Numbers(Protocol):
    """号码分配: numbers for people, never counted and never used again."""

    async def next(self, series: str) -> int:
        """The next number of a series, from 1; safe across processes."""


class Uow(Protocol):
    """One unit of work: everything in it happens, or nothing."""

    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def learning(self) -> Learning: ...
    @property
    def places(self) -> Places: ...
    @property
    def people(self) -> People: ...
    @property
    def bindings(self) -> Bindings: ...
    @property
    def slots(self) -> Slots: ...
    @property
    def holds(self) -> Holds: ...
    @property
    def hours(self) -> HoursBook: ...
    @property
    def waitings(self) -> Waitings: ...
    @property
    def appointments(self) -> Appointments: ...
    @property
    def visits(self) -> Visits: ...
    @property
    def tickets(self) -> Tickets: ...
    @property
    def lines(self) -> Lines: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def figures(self) -> Figures: ...
    @property
    def questions(self) -> Questions: ...
    @property
    def follow_ups(self) -> FollowUps: ...
    @property
    def help_requests(self) -> HelpRequests: ...
    @property
    def work_orders(self) -> WorkOrders: ...
    @property
    def steps(self) -> Steps: ...
    @property
    def staff(self) -> Staff: ...
    @property
    def trays(self) -> Trays: ...
    @property
    def kiosks(self) -> Kiosks: ...
    @property
    def handovers(self) -> Handovers: ...
    @property
    def intents(self) -> Intents: ...
    @property
    def leaving(self) -> Leaving: ...
    @property
    def numbers(self) -> Numbers: ...
    @property
    def province(self) -> Province: ...
    async def commit(self) -> None:
        """Make it so; leaving without it undoes everything."""


Done = TypeVar("Done")
OpenUow = Callable[[], AbstractAsyncContextManager[Uow]]


class Foreseen(NamedTuple):
    """预见: what an act will look at, as far as its command tells. It only lets a store read for many acts at once what
    each would ask for by itself; what is wrong or missing here changes no answer.

    `at` and `rules` are those by which the books about people and bookers will be counted.
    """

    by: AccountCode
    own: PersonId | None = None
    key: IntentKey | None = None
    person: PersonId | None = None
    service: ServiceCode | None = None
    slot: SlotId | None = None
    appointment: AppointmentId | None = None
    hold: HoldId | None = None
    case: CaseId | None = None
    at: datetime | None = None
    rules: BookingRules | None = None


class Together(Protocol):
    """合并提交: acts that wait at the same time share one transaction and one flush of the disk.

    Each act is decided in the order of arrival, as if it were alone: it sees what the acts before it did, a refusal
    undoes its own part and nobody else's, and its answer comes when all of the transaction is safely kept. An act may be
    run a second time when the first try could not be kept; a caller that has gone away hurts nobody.
    """

    async def __call__(self, foreseen: Foreseen, act: Callable[[Uow], Awaitable[Done]]) -> Done: ...


@dataclass(frozen=True, slots=True)
class CountyGlance:
    """县情一瞥: what turns codes into names and days into lights."""

    halls: tuple[Hall, ...]
    calendar: WorkingCalendar
    villages: tuple[Village, ...]


@dataclass(frozen=True, slots=True)
class CatalogueGlance:
    """事项一瞥: the items in force on a day, in the order of their codes, and the bundles."""

    items: Mapping[ServiceCode, ServiceItem]
    bundles: tuple[Bundle, ...]


@dataclass(frozen=True, slots=True)
class Badge:
    """来人凭证: the session behind a token with its account, where there are such, and the rules by which it ends.

    `county` is the county as it stood at the same instant, where it was looked at along with it.
    """

    session: Session | None
    account: Account | None
    rules: Rules
    county: CountyGlance | None = None


class Glances(Protocol):
    """What every request looks at first, looked up once for all that ask at the same moment, and never later."""

    async def badge(self, token_hash: str) -> Badge:
        """The session behind a token and whose it is."""

    async def county(self) -> CountyGlance:
        """The halls, the villages and the calendar."""

    async def item(self, code: ServiceCode, on: date) -> ServiceItem:
        """The item in force on a day; raises `UnknownService`."""

    async def catalogue(self, on: date) -> CatalogueGlance:
        """What the catalogue holds on a day."""

    async def village_of(self, person: PersonId) -> VillageCode | None:
        """Where a person is registered; raises `NotFound` for one who is not."""


class Clock(Protocol):
    """Time comes from here, so that a test can set it."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class Ids(Protocol):
    """Ids and secrets come from here."""

    def new(self) -> str:
        """A new unguessable id that sorts by time."""

    def code(self, digits: int) -> str:
        """A random number code, e.g. for collecting a result."""

    def token(self) -> str:
        """A new secret for a session or a device."""


class Matcher(Protocol):
    """The reading of words: nlp's only face to the desk."""

    def match(self, text: str, *, facts: PersonFacts | None = None, limit: int = 5) -> Match:
        """Candidates for what was said, with a decision; takes a millisecond or two."""

    async def consider(self, text: str, *, facts: PersonFacts | None = None, limit: int = 5) -> Match:
        """As `match`, with a second look where words alone are unsure; lets everybody else go on meanwhile."""


class Tutor(Protocol):
    """The matcher opened for its keeper: why it answers so, and what a lesson would do to it."""

    async def explain(self, text: str, *, limit: int = 5) -> Explained:
        """What `Matcher.consider` answers, with its grounds."""

    async def rehearse(
        self, lesson: Lesson, *, edition: Edition, items: Sequence[ServiceItem], good: Sequence[GoodAnswer]
    ) -> Effect:
        """Try the lesson on a matcher of its own, against the protected sentences, the items' names and `good`.

        `items` are those of the edition, with all earlier lessons. Takes seconds, and lets everybody else go on.
        """


class Speech(Protocol):
    """The hearing of words: days, numbers, people and intents in a sentence."""

    def listen(self, text: str, *, today: date) -> Spoken:
        """What the sentence says besides its matter; days are counted from `today`."""

    def closest(self, text: str, sentences: Sequence[str], subject: Sequence[str] = ()) -> int | None:
        """The place of the sentence that asks what the text asks; None when none clearly does.

        The names of the subject all sentences are about tell nothing.
        """


class PhotoReader(Protocol):
    """The reading room for photographs."""

    async def read(self, content: bytes, *, expected_kind: str | None) -> ReadPhoto:
        """An upright page without metadata, and what is on it; raises `PhotoRefused` or `Busy`."""


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """读好的照片: the page to keep (JPEG bytes) and what was seen on it."""

    jpeg: bytes
    facts: PageFacts


class RoutePlanner(Protocol):
    """The route table: who goes to which homes in which order."""

    async def plan(
        self, visits: Sequence[Visit], crew: Sequence[Shift], roads: Roads, before: Plan | None
    ) -> Plan:
        """A day's best routes found in a few seconds; windows and pins hold, and promised visits stay placed."""


@dataclass(frozen=True, slots=True)
class Roads:
    """路程: the imported travel times by the codes of two places, and what to reckon with where they say nothing."""

    minutes: Mapping[tuple[str, str], int]
    road_factor: float
    km_per_hour: float


class BlobStore(Protocol):
    """Photographs under their digest, encrypted at rest."""

    async def put(self, content: bytes) -> Digest:
        """Keep bytes; the same bytes twice are kept once. Returns their SHA-256."""

    async def get(self, digest: Digest) -> bytes:
        """The bytes again; raises `NotFound`."""


class Papers(Protocol):
    """The papers room: files and prints. Its work takes processor time and is done beside everybody else's."""

    async def read_tables(self, file: GivenFile) -> tuple[SheetTable, ...]:
        """The tables of a workbook or CSV file; raises `BadInput` for what is none."""

    async def write_tables(self, tables: Sequence[SheetTable], form: FileForm) -> bytes:
        """Tables as a workbook, or as CSV (several as one zip)."""

    async def hall_list(
        self,
        hall: Hall,
        offered: Sequence[tuple[ServiceItem, Way]],
        *,
        halls: Sequence[Hall],
        on: date,
        form: PrintForm,
    ) -> bytes:
        """直办代办清单 of a hall, to be hung up, opened in a spreadsheet, or read by a program."""

    async def case_paper(
        self, kind: CasePaper, case: Case, item: ServiceItem, hall: Hall, person: Person, at: datetime
    ) -> bytes:
        """A paper of a case as PDF, with a QR code that leads to its progress; the case must be as far as the paper."""

    async def report(self, report: MonthlyReport, form: PrintForm) -> bytes:
        """A monthly report: as a workbook with all rows, or as PDF to be read."""

    async def assessment(self, report: Sequence[Workload], month: Month, form: PrintForm) -> bytes:
        """考核数据: everybody's work of a month, one row each."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """对话往来: what somebody said and the answer it got; `number` grows by one within an account."""

    number: int
    message_id: str
    heard: str
    answer: str
    at: datetime


class HeldConversation(Protocol):
    """One account's conversation while its lock is held: nobody else can load or save it."""

    async def load(self) -> str | None:
        """The dialogue state as it was when the lock was taken, opaque text; None for somebody new."""

    async def answered(self, message_id: str) -> str | None:
        """The answer a message got when it first came; None when it is new."""

    async def save(self, state: str, message_id: str, heard: str, answer: str) -> None:
        """Keep the state and the exchange together and give the lock back; raises `Stale` when it was lost meanwhile."""


class Conversations(Protocol):
    """对话 as kept: one at a time per account, across processes; the last 200 exchanges stay."""

    def hold(
        self, account: AccountCode, message_id: str = ""
    ) -> AbstractAsyncContextManager[HeldConversation]:
        """Take the account's lock, waiting for whoever has it; raises `Busy` after half a minute.

        The message it is taken for, if named, is the one whose answer will be asked for: it is looked up along with it.

        A process that dies with the lock loses it within half a minute.
        """

    async def history(self, account: AccountCode, after: int, limit: int) -> tuple[Exchange, ...]:
        """The exchanges numbered above `after`, oldest first."""

    async def lasts(self, accounts: Collection[AccountCode]) -> dict[AccountCode, int]:
        """The number of the last exchange of each account; those who never said anything may be left out."""

    async def forget(self, before: datetime, *, dry_run: bool = False) -> int:
        """Erase what was said before an instant, and the state of whoever has said nothing since; returns how much.

        Numbers go on where they were. With `dry_run` it is counted only.
        """


@dataclass(frozen=True, slots=True)
class Tools:
    """What every verb may reach for."""

    open_uow: OpenUow
    open_view: OpenUow
    clock: Clock
    ids: Ids
    matcher: Matcher
    tutor: Tutor
    speech: Speech
    photos: PhotoReader
    blobs: BlobStore
    papers: Papers
    rules: Rules
    routes: RoutePlanner
    together: Together | None = None
    glances: Glances | None = None
