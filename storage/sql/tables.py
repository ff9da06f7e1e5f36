"""The tables. A column is called as the noun's field is; scarcity stands in unique indexes that no code can forget."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)

from intake.model.booking import AppointmentState, HoldPurpose, HoldState, Pool
from intake.model.calendar import DayKind, DueDay
from intake.model.case import (
    OPEN_STATES,
    CaseMaterial,
    CaseState,
    Correction,
    Escalation,
    Evaluation,
    Extension,
    Issue,
    Outcome,
)
from intake.model.catalogue import Bundle, CounterGroup, ProjectType, ServiceItem
from intake.model.exchange import ImportState
from intake.model.follow_up import FollowUpState
from intake.model.helping import HelpState
from intake.model.hours import Answer
from intake.model.ids import AccountCode, ServiceCode
from intake.model.kiosk import SlipKind
from intake.model.learning import Ending, HeardState
from intake.model.leaving import Topic
from intake.model.lines import LineRules
from intake.model.people import Door, Role
from intake.model.places import Hall, HoursException, HoursPattern, OfferKind
from intake.model.question import QuestionState
from intake.model.queue import TicketState
from intake.model.staffing import Post
from intake.model.visits import Plan, Window
from intake.model.waiting import WaitingState
from intake.model.work_order import OrderAbout, OrderImage, OrderState
from intake.ports import Rules
from storage.sql.columns import Document, Instant, Serial, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_Facts = Document[Mapping[str, str]](Mapping[str, str])

# -- the catalogue and the county ------------------------------------------------------------------------------------

item_versions = Table(
    "item_versions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("digest", Text, nullable=False),
    Column("document", Document[ServiceItem](ServiceItem), nullable=False),
)
Index(
    "one_open_version",
    item_versions.c.code,
    unique=True,
    sqlite_where=item_versions.c.valid_to.is_(None),
    postgresql_where=item_versions.c.valid_to.is_(None),
)

bundles = Table(
    "bundles",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("document", Document[Bundle](Bundle), nullable=False),
)

# A file that waits for the keeper's word; its bytes go as soon as it is applied or dropped.
catalogue_imports = Table(
    "catalogue_imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("file", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("whole", Boolean, nullable=False),
    Column("begins", Date, nullable=False),
    Column("state", Word(ImportState), nullable=False),
    Column("stamp", Text, nullable=False),
    Column("report", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

halls = Table(
    "halls",
    metadata,
    Column("code", Text, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("document", Document[Hall](Hall), nullable=False),
)

villages = Table(
    "villages",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("short_name", Text, nullable=False),
    Column("township", Text, nullable=False),
    Column("township_name", Text, nullable=False),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
)

departments = Table(
    "departments",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
)

hours_patterns = Table(
    "hours_patterns",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("document", Document[HoursPattern](HoursPattern), nullable=False),
)

hours_exceptions = Table(
    "hours_exceptions",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("document", Document[HoursException](HoursException), nullable=False),
)

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("kind", Word(DayKind), nullable=False),
    Column("name", Text, nullable=False),
    Column("provisional", Boolean, nullable=False),
)

announced_years = Table(
    "announced_years", metadata, Column("year", Integer, primary_key=True, autoincrement=False)
)

county_rules = Table(
    "county_rules",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("document", Document[Rules](Rules), nullable=False),
)

# -- what is learnt from words -----------------------------------------------------------------------------------------

heard_words = Table(
    "heard_words",
    metadata,
    Column("id", Text, primary_key=True),
    Column("text", Text, nullable=False, unique=True),
    Column("times", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("unmatched", Integer, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    Column("state", Word(HeardState), nullable=False),
    Index("heard_words_queue", "state", "unmatched", "people", "last_at", "id"),
)

heard_endings = Table(
    "heard_endings",
    metadata,
    Column("heard", Text, ForeignKey("heard_words.id"), primary_key=True),
    Column("who", Text, primary_key=True),
    Column("ending", Word(Ending), primary_key=True),
    Column("service_code", Text, primary_key=True),
)

teachings = Table(
    "teachings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("service_code", Text, nullable=False),
    Column("heard", Text),
    Column("taught_by", Text, nullable=False),
    Column("taught_at", Instant, nullable=False),
    Column("since", Integer, nullable=False),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", Instant),
    Column("until", Integer),
)
Index(
    "one_teaching_of_a_text",
    teachings.c.text,
    unique=True,
    sqlite_where=teachings.c.withdrawn_at.is_(None),
    postgresql_where=teachings.c.withdrawn_at.is_(None),
)

# -- people ----------------------------------------------------------------------------------------------------------

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("id_number_sealed", Text, nullable=False),
    Column("id_number_index", Text, nullable=False, unique=True),
    Column("phone_sealed", Text, nullable=False),
    Column("address_sealed", Text, nullable=False),
    Column("village", Text, index=True),
    Column("tags", Document[frozenset[str]](frozenset[str]), nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Word(Role), nullable=False, index=True),
    Column("person", Text, index=True),
    Column("hall", Text),
    Column("department", Text),
    Column("village", Text, index=True),
    Column("counter", Text),
    Column("groups", Document[frozenset[CounterGroup]](frozenset[CounterGroup]), nullable=False),
    Column("phone_sealed", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("token_hash", Text, unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("door", Word(Door), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("seen_at", Instant),
)

bindings = Table(
    "bindings",
    metadata,
    Column("account", Text, primary_key=True),
    Column("door", Word(Door), primary_key=True),
    Column("outside_index", Text, nullable=False, unique=True),
    Column("outside_sealed", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
)

binding_codes = Table(
    "binding_codes",
    metadata,
    Column("code_index", Text, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
)

lockouts = Table(
    "lockouts",
    metadata,
    Column("place", Text, primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("locked_until", Instant),
)

mandates = Table(
    "mandates",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("proxy", Text, nullable=False),
    Column("service_code", Text, nullable=False),
    Column("statement", Text, nullable=False),
    Column("evidence", Text, index=True),
    Column("given_at", Instant, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_by", Text),
    Column("revoked_why", Text, nullable=False, server_default=text("''")),
    Column(
        "more",
        Document[tuple[ServiceCode, ...]](tuple[ServiceCode, ...]),
        nullable=False,
        server_default="[]",
    ),
    Index("mandates_given", "person", "proxy", "given_at"),
    Index("mandates_held", "proxy", "given_at"),
)

trainings = Table(
    "trainings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("course", Text, nullable=False),
    Column("until", Date, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("note", Text, nullable=False),
    UniqueConstraint("account", "course", "until"),
)

authorisations = Table(
    "authorisations",
    metadata,
    Column("account", Text, primary_key=True),
    Column("service_code", Text, primary_key=True),
    Column("allowed", Boolean, nullable=False),
    Column("until", Date),
    Column("why", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

duties = Table(
    "duties",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("hall", Text, nullable=False),
    Column("post", Word(Post), nullable=False),
    Column("counter", Text),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Index("duties_at_hall", "hall", "start"),
    Index("duties_of_account", "account", "start"),
)

# -- booking and the queue -------------------------------------------------------------------------------------------

slots = Table(
    "slots",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hall", Text, nullable=False),
    Column("group", Word(CounterGroup), nullable=False),
    Column("kind", Word(OfferKind), nullable=False),
    Column("start", Instant, nullable=False, index=True),
    Column("end", Instant, nullable=False),
    Column("online_capacity", Integer, nullable=False),
    Column("online_taken", Integer, nullable=False, server_default="0"),
    Column("counter_capacity", Integer, nullable=False),
    Column("counter_taken", Integer, nullable=False, server_default="0"),
    Column("notice_hours", Integer, nullable=False),
    Column("book_before", Instant, nullable=False),
    Column("green_capacity", Integer, nullable=False, server_default="0"),
    Column("green_taken", Integer, nullable=False, server_default="0"),
    Column("green_until", Instant),
    Column("closed", Boolean, nullable=False, server_default=false()),
    Column("helper", Boolean, nullable=False, server_default=false()),
    Column("session", Text, nullable=False, server_default=text("''")),
    Column("min_bookings", Integer, nullable=False, server_default="1"),
    Index("slots_coming", "group", "start"),
    Index("slots_of_hall", "hall", "start"),
)
_session = slots.c.session != ""
Index("slots_in_sessions", slots.c.session, sqlite_where=_session, postgresql_where=_session)

# What whoever opens a session was told last.
session_words = Table(
    "session_words",
    metadata,
    Column("session", Text, primary_key=True),
    Column("opens", Boolean, nullable=False),
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("slot", Text, nullable=False, index=True),
    Column("hall", Text, nullable=False),
    Column("group", Word(CounterGroup), nullable=False),
    Column("kind", Word(OfferKind), nullable=False),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("person", Text, nullable=False),
    Column("booked_by", Text, nullable=False),
    Column("service_code", Text, nullable=False),
    Column("service_name", Text, nullable=False),
    Column("case", Text),
    Column("state", Word(AppointmentState), nullable=False),
    Column("version", Integer, nullable=False),
    Column("booked_at", Instant, nullable=False),
    Column("run", Document[tuple[str, ...]](tuple[str, ...]), nullable=False, server_default="[]"),
    Column("pool", Word(Pool), nullable=False, server_default="online"),
    Column("moves", Integer, nullable=False, server_default="0"),
    Column("ended_at", Instant),
    Column("village", Text),
    Column("minutes", Integer, nullable=False, server_default="0"),
    Column("forgiven", Text, nullable=False, server_default=text("''")),
    Index("appointments_of_person", "person", "start"),
    Index("appointments_booked_by", "booked_by", "start"),
    Index("appointments_at_hall", "hall", "start"),
)
_unarrived = appointments.c.state == AppointmentState.BOOKED
_booked = appointments.c.state.in_([AppointmentState.BOOKED, AppointmentState.DISPLACED])
Index(
    "one_live_appointment",
    appointments.c.person,
    appointments.c.service_code,
    unique=True,
    sqlite_where=_booked,
    postgresql_where=_booked,
)

Index("appointments_coming", appointments.c.start, sqlite_where=_unarrived, postgresql_where=_unarrived)

# A reminder is of one time: who moved their appointment is told of the new one too.
reminders = Table(
    "reminders",
    metadata,
    Column("appointment", Text, primary_key=True),
    Column("minutes", Integer, primary_key=True),
    Column("start", Instant, primary_key=True),
)

visit_days = Table(
    "visit_days",
    metadata,
    Column("hall", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("crew", Document[tuple[AccountCode, ...]](tuple[AccountCode, ...])),
    Column("plan", Document[Plan](Plan)),
    Column("basis", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

visit_orders = Table(
    "visit_orders",
    metadata,
    Column("appointment", Text, primary_key=True),
    Column("pinned_to", Text),
    Column("pinned_at", Integer),
    Column("promised", Document[Window](Window)),
)

road_minutes = Table(
    "road_minutes",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("goal", Text, primary_key=True),
    Column("minutes", Integer, nullable=False),
)
holds = Table(
    "holds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("purpose", Word(HoldPurpose), nullable=False),
    Column("slot", Text, nullable=False),
    Column("run", Document[tuple[str, ...]](tuple[str, ...]), nullable=False),
    Column("pool", Word(Pool), nullable=False),
    Column("hall", Text, nullable=False),
    Column("group", Word(CounterGroup), nullable=False),
    Column("kind", Word(OfferKind), nullable=False),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("person", Text, nullable=False),
    Column("held_by", Text, nullable=False),
    Column("service_code", Text, nullable=False),
    Column("service_name", Text, nullable=False),
    Column("case", Text),
    Column("state", Word(HoldState), nullable=False),
    Column("held_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("appointment", Text),
    Column("village", Text),
    Column("minutes", Integer, nullable=False),
)
_held = holds.c.state == HoldState.HELD
Index(
    "one_live_hold",
    holds.c.person,
    holds.c.service_code,
    unique=True,
    sqlite_where=_held,
    postgresql_where=_held,
)
Index("holds_expiring", holds.c.expires_at, sqlite_where=_held, postgresql_where=_held)

hours_changes = Table(
    "hours_changes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hall", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_by_name", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("affected", Integer, nullable=False),
    Index("hours_changes_at_hall", "hall", "made_at"),
)

displacements = Table(
    "displacements",
    metadata,
    Column("appointment", Text, primary_key=True),
    Column("change", Text, nullable=False),
    Column("hall", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("service_name", Text, nullable=False),
    Column("was_start", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("told_at", Instant),
    Column("hold", Text),
    Column("offered_start", Instant),
    Column("answer", Word(Answer), nullable=False),
    Column("answered_at", Instant),
    Index("displacements_at_hall", "hall", "made_at"),
)
_untold = displacements.c.told_at.is_(None)
_pending = displacements.c.answer == Answer.PENDING
Index("displacements_untold", displacements.c.made_at, sqlite_where=_untold, postgresql_where=_untold)
Index("displacements_pending", displacements.c.was_start, sqlite_where=_pending, postgresql_where=_pending)

# What counts against a slot while it is held, one row per slot of the run: so that counting asks one index only.
held_places = Table(
    "held_places",
    metadata,
    Column("hold", Text, ForeignKey("holds.id"), primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("pool", Word(Pool), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("held_places_of_slot", "slot", "pool", "expires_at"),
)

waiting = Table(
    "waiting",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("joined_by", Text, nullable=False, index=True),
    Column("service_code", Text, nullable=False),
    Column("service_name", Text, nullable=False),
    Column("hall", Text, nullable=False),
    Column("group", Word(CounterGroup), nullable=False),
    Column("kind", Word(OfferKind)),
    Column("after", Instant, nullable=False),
    Column("before", Instant, nullable=False),
    Column("places", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("green", Boolean, nullable=False),
    Column("case", Text),
    Column("state", Word(WaitingState), nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("hold", Text),
    Column("answer_by", Instant),
    Column("version", Integer, nullable=False),
    Index("waiting_of_person", "person", "joined_at"),
)
_in_line = waiting.c.state == WaitingState.WAITING
_live_in_line = waiting.c.state.in_([WaitingState.WAITING, WaitingState.OFFERED])
Index(
    "waiting_at_hall",
    waiting.c.hall,
    waiting.c.group,
    waiting.c.joined_at,
    sqlite_where=_in_line,
    postgresql_where=_in_line,
)
Index(
    "waiting_once",
    waiting.c.person,
    waiting.c.service_code,
    unique=True,
    sqlite_where=_live_in_line,
    postgresql_where=_live_in_line,
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("hall", Text, nullable=False),
    Column("group", Word(CounterGroup), nullable=False),
    Column("day", Date, nullable=False),
    Column("person", Text),
    Column("holder", Text, nullable=False),
    Column("service_code", Text),
    Column("service_name", Text, nullable=False),
    Column("appointment", Text, unique=True),
    Column("booked_for", Instant),
    Column("case", Text),
    Column("green", Text, nullable=False),
    Column("state", Word(TicketState), nullable=False),
    Column("order_at", Instant, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("since", Instant, nullable=False),
    Column("counter", Text),
    Column("clerk", Text),
    Column("calls", Integer, nullable=False),
    Column("called_at", Instant),
    Column("returns", Integer, nullable=False, server_default="0"),
    Column("booked_credit", Integer, nullable=False, server_default="0"),
    Column("green_credit", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False),
    UniqueConstraint("hall", "day", "number"),
    Index("tickets_in_line", "hall", "day", "state", "order_at"),
    Index("tickets_of_person", "person", "day"),
)

# Only ever inserted, and tied to nobody's row: they name no person and outlive the number. `seconds` and `hour` (of the
# county's day, of the start) stand there so that figures and wait estimates are one GROUP BY on either database.
service_periods = Table(
    "service_periods",
    metadata,
    Column("ticket", Text, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("hall", Text, nullable=False),
    Column("group", Word(CounterGroup), nullable=False),
    Column("day", Date, nullable=False),
    Column("service_code", Text),
    Column("kind", Word(TicketState), nullable=False),
    Column("ended_as", Word(TicketState), nullable=False),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("counter", Text),
    Column("clerk", Text),
    Index("service_periods_at_hall", "hall", "day", "kind"),
    Index("service_periods_of_clerk", "clerk", "day"),
)

line_rules = Table(
    "line_rules",
    metadata,
    Column("hall", Text, primary_key=True),
    Column("document", Document[LineRules](LineRules), nullable=False),
    Column("version", Integer, nullable=False),
)

counter_posts = Table(
    "counter_posts",
    metadata,
    Column("hall", Text, primary_key=True),
    Column("counter", Text, primary_key=True),
    Column("group", Word(CounterGroup), nullable=False),
    Column("clerk", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("since", Instant, nullable=False),
)

# -- kiosks ----------------------------------------------------------------------------------------------------------

kiosk_lists = Table(
    "kiosk_lists",
    metadata,
    Column("device", Text, primary_key=True),
    Column("hall", Text, nullable=False),
    Column("codes", Document[tuple[str, ...]](tuple[str, ...]), nullable=False),
)

# What machines say of themselves, with its days: of a past month it says what they could do then.
kiosk_abilities = Table(
    "kiosk_abilities",
    metadata,
    Column("device", Text, primary_key=True),
    Column("service_code", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("until", Date),
    Column("release", Text, nullable=False),
)

slips = Table(
    "slips",
    metadata,
    Column("id", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("kind", Word(SlipKind), nullable=False),
    Column("subject", Text, nullable=False),
    Column("copy", Integer, nullable=False),
    Column("facts", _Facts, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("printed_at", Instant),
    UniqueConstraint("kind", "subject", "copy"),
)
handovers = Table(
    "handovers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("service_code", Text, nullable=False),
    Column("service_name", Text, nullable=False),
    Column("hall", Text, nullable=False),
    Column("case", Text),
    Column("made_by", Text, nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_at", Instant),
    Column("voided", Boolean, nullable=False),
)

_unprinted = slips.c.printed_at.is_(None)
Index("slips_waiting", slips.c.device, slips.c.made_at, sqlite_where=_unprinted, postgresql_where=_unprinted)

# -- cases and questions ---------------------------------------------------------------------------------------------

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, unique=True),
    Column("service_code", Text, nullable=False),
    Column("service_name", Text, nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("project_type", Word(ProjectType), nullable=False),
    Column("department", Text, nullable=False),
    Column("applicant", Text, nullable=False),
    Column("applicant_name", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("proxy_name", Text, nullable=False),
    Column("mandate", Text),
    Column("door", Word(Door), nullable=False),
    Column("opened_hall", Text, nullable=False),
    Column("hall", Text, nullable=False),
    Column("appointment", Text),
    Column("state", Word(CaseState), nullable=False),
    Column("materials", Document[tuple[CaseMaterial, ...]](tuple[CaseMaterial, ...]), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("submitted_at", Instant),
    Column("accepted_at", Instant),
    Column("due", Document[DueDay](DueDay)),
    Column("due_on", Date, nullable=False),
    Column("legal_due", Document[DueDay](DueDay)),
    Column("receiver", Text),
    Column("reviewer", Text),
    Column("correction", Document[Correction](Correction)),
    Column("rounds", Integer, nullable=False),
    Column("outcome", Document[Outcome](Outcome)),
    Column("issue", Document[Issue](Issue)),
    Column("evaluation", Document[Evaluation](Evaluation)),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("escalation", Document[Escalation](Escalation)),
    Column("extension", Document[Extension](Extension)),
    Column("extra_rounds", Integer, nullable=False, server_default="0"),
    Column("look_on", Date),
    # Each ends with the id, as the lists do: of cases due on one day the first two hundred are found without a sort.
    Index("cases_of_person", "applicant", "opened_at", "id"),
    Index("cases_opened_by", "opened_by", "opened_at", "id"),
    Index("cases_at_hall", "hall", "state", "submitted_at", "id"),
    Index("cases_of_department", "department", "state", "due_on", "id"),
    Index("cases_to_look_at", "look_on", "id"),
)
_open = cases.c.state.in_(sorted(OPEN_STATES))
_draft = cases.c.state == CaseState.DRAFT
Index(
    "one_open_case",
    cases.c.applicant,
    cases.c.service_code,
    unique=True,
    sqlite_where=_open,
    postgresql_where=_open,
)
Index(
    "one_draft",
    cases.c.applicant,
    cases.c.service_code,
    cases.c.opened_by,
    unique=True,
    sqlite_where=_draft,
    postgresql_where=_draft,
)

# Which case a page lies in, and which photograph it is. The pages themselves stand in their case's materials alone.
case_pages = Table(
    "case_pages",
    metadata,
    Column("page", Text, primary_key=True),
    Column("case", Text, ForeignKey("cases.id"), nullable=False, index=True),
    Column("digest", Text, nullable=False, index=True),
)

# How often a collection code was tried in vain; beside the case, for a wrong try changes nothing of it.
code_tries = Table(
    "code_tries",
    metadata,
    Column("case", Text, ForeignKey("cases.id"), primary_key=True),
    Column("tries", Integer, nullable=False),
)

case_events = Table(
    "case_events",
    metadata,
    Column("place", Serial, primary_key=True),
    Column("case", Text, ForeignKey("cases.id"), nullable=False, index=True),
    Column("act", Text, nullable=False),
    Column("state", Word(CaseState), nullable=False),
    Column("by", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("door", Word(Door), nullable=False),
    Column("at", Instant, nullable=False),
    Column("words", Text, nullable=False),
    Index("case_events_by_act", "act", "at"),
    sqlite_autoincrement=True,
)

# What figures are counted from: the days and halls of a case's life, written with the case. Each month's rows lie
# together in an index that holds all a count needs.
case_facts = Table(
    "case_facts",
    metadata,
    Column("case", Text, ForeignKey("cases.id"), primary_key=True),
    Column("service_code", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("door", Word(Door), nullable=False),
    Column("opened_hall", Text, nullable=False),
    Column("hall", Text, nullable=False),
    Column("proxy", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("accepted_on", Date),
    Column("due_on", Date),
    Column("decided_on", Date),
    Column("reckoned_on", Date),
    Column("rounds", Integer, nullable=False),
    Column("graded_on", Date),
    Column("grade", Integer),
    Index("facts_submitted", "submitted_on", "opened_hall", "proxy"),
    Index("facts_accepted", "accepted_on", "hall", "rounds"),
    Index("facts_reckoned", "reckoned_on", "hall", "decided_on", "due_on"),
    Index("facts_graded", "graded_on", "hall", "grade"),
)

questions = Table(
    "questions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("asker", Text, nullable=False),
    Column("person", Text),
    Column("hall", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Word(QuestionState), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_at", Instant),
    Column("answered_by", Text),
    Column("reopened", Integer, nullable=False, server_default="0"),
    Column("grade", Integer),
    Column("grade_words", Text, nullable=False, server_default=text("''")),
    Column("version", Integer, nullable=False),
    Index("questions_of_asker", "asker", "asked_at"),
    Index("questions_at_hall", "hall", "state", "due_on"),
    Index("questions_of_owner", "owner", "state", "due_on"),
    Index("questions_due", "state", "due_on"),
)

# -- what else waits for an answer -------------------------------------------------------------------------------------

_Accounts = Document[frozenset[AccountCode]](frozenset[AccountCode])

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("case", Text, unique=True),
    Column("question", Text),
    Column("about", Text, nullable=False),
    Column("service_name", Text, nullable=False),
    Column("hall", Text, nullable=False),
    Column("person", Text),
    Column("grader", Text, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("judged", _Accounts, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("contact_by", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Word(FollowUpState), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("contacted_at", Instant),
    Column("finding", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("closed_by", Text),
    Column("closed_at", Instant),
    Column("second_grade", Integer),
    Column("second_words", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("follow_ups_of_grader", "grader", "opened_at"),
)
_unanswered = follow_ups.c.state != FollowUpState.CLOSED
for _name, _whose in (("due", ()), ("at_hall", ("hall",)), ("of_owner", ("owner",))):
    Index(
        f"follow_ups_{_name}",
        *(follow_ups.c[column] for column in (*_whose, "due_on", "opened_at", "id")),
        sqlite_where=_unanswered,
        postgresql_where=_unanswered,
    )

help_requests = Table(
    "help_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("person", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("asker", Text, nullable=False),
    Column("village", Text),
    Column("hall", Text, nullable=False),
    Column("service_code", Text),
    Column("service_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Word(HelpState), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answer", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("reopened", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("help_requests_of_asker", "asker", "asked_at"),
    Index("help_requests_of_owner", "owner", "state", "due_on"),
    Index("help_requests_at_hall", "hall", "state", "due_on"),
    Index("help_requests_due", "state", "due_on"),
)

work_orders = Table(
    "work_orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("about", Word(OrderAbout), nullable=False),
    Column("service_code", Text),
    Column("service_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("images", Document[tuple[OrderImage, ...]](tuple[OrderImage, ...]), nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_name", Text, nullable=False),
    Column("hall", Text),
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Word(OrderState), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_by", Text),
    Column("reopened", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("work_orders_opened_by", "opened_by", "opened_at"),
    Index("work_orders_at_hall", "hall", "opened_at"),
    Index("work_orders_newest", "opened_at", "id"),
)
for _name, _which in (
    ("open", work_orders.c.state != OrderState.CLOSED),
    ("closed", work_orders.c.state == OrderState.CLOSED),
):
    Index(
        f"work_orders_{_name}",
        *(work_orders.c[column] for column in ("about", "due_on", "opened_at", "id")),
        sqlite_where=_which,
        postgresql_where=_which,
    )

# Which work order a picture lies in, so that the sweeping finds it held.
order_images = Table(
    "order_images",
    metadata,
    Column("order", Text, ForeignKey("work_orders.id"), primary_key=True),
    Column("digest", Text, primary_key=True, index=True),
)

owned_steps = Table(
    "owned_steps",
    metadata,
    Column("place", Serial, primary_key=True),
    Column("subject", Text, nullable=False, index=True),
    Column("act", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("words", Text, nullable=False),
    sqlite_autoincrement=True,
)

# -- what lies on the counters ---------------------------------------------------------------------------------------

laid_cards = Table(
    "laid_cards",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("hall", Text, nullable=False),
    Column("counter", Text),
    Column("person", Text, nullable=False),
    Column("read_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False, index=True),
    Column("lifted", Boolean, nullable=False),
    Column("case", Text),
    UniqueConstraint("device", "event"),
    Index("laid_cards_at_hall", "hall", "touched_at"),
)

laid_pages = Table(
    "laid_pages",
    metadata,
    Column("place", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("event", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("card", Text, ForeignKey("laid_cards.id"), nullable=False, index=True),
    Column("person", Text, nullable=False),
    Column("digest", Text, nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("facts_sealed", Text, nullable=False),
    Column("door", Word(Door), nullable=False),
    Column("laid_at", Instant, nullable=False),
    UniqueConstraint("device", "event"),
    sqlite_autoincrement=True,
)

# -- intents, numbers and what leaves --------------------------------------------------------------------------------

intents = Table(
    "intents",
    metadata,
    Column("account", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("verb", Text, nullable=False),
    Column("result", Text),
    # The database's clock, not the desk's: only what clears old keys away reads it.
    Column("begun_at", Instant, nullable=False, server_default=func.now()),
)

number_series = Table(
    "number_series",
    metadata,
    Column("series", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("topic", Word(Topic), nullable=False),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("to", Text),
    Column("facts", _Facts, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("not_before", Instant),
    Column("closed_at", Instant),
    Column("fault", Text, nullable=False),
    sqlite_autoincrement=True,
)
_waiting = outbox.c.state == "waiting"
_laid_aside = outbox.c.state == "laid_aside"
Index("outbox_waiting", outbox.c.topic, outbox.c.id, sqlite_where=_waiting, postgresql_where=_waiting)
Index("outbox_stream", outbox.c.stream, outbox.c.id, sqlite_where=_waiting, postgresql_where=_waiting)
Index("outbox_laid_aside", outbox.c.id, sqlite_where=_laid_aside, postgresql_where=_laid_aside)

# What the province's platform has of our cases; `ask_after` orders those that it is still to be asked about.
province_records = Table(
    "province_records",
    metadata,
    Column("case", Text, primary_key=True),
    Column("projid", Text, nullable=False, unique=True),
    Column("handed_at", Instant, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_at", Instant),
    Column("asked_at", Instant),
    Column("ask_after", Instant, nullable=False),
    Column("closed", Boolean, nullable=False),
)
_unclosed = province_records.c.closed.is_(False)
Index(
    "province_to_ask",
    province_records.c.ask_after,
    sqlite_where=_unclosed,
    postgresql_where=_unclosed,
)

# Notices are numbered within their inbox, under its lock: a reader who saw number 7 has seen all below it. One global
# number would be given out in one order and become visible in another, and "after 7" would skip a late 6.
inboxes = Table(
    "inboxes",
    metadata,
    Column("account", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("to", Text, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("message", Serial, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("facts", _Facts, nullable=False),
    Column("at", Instant, nullable=False),
)

pulses = Table(
    "pulses",
    metadata,
    Column("hall", Text, primary_key=True),
    Column("beats", Integer, nullable=False),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("place", Serial, primary_key=True),
    Column("act", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("door", Word(Door), nullable=False),
    Column("at", Instant, nullable=False),
    Column("person", Text, index=True),
    Column("case", Text, index=True),
    Column("facts", _Facts, nullable=False),
    sqlite_autoincrement=True,
)

# The chain stands beside the entries, so that no entry is ever written twice, not even to seal it.
audit_seals = Table(
    "audit_seals",
    metadata,
    Column("link", Serial, primary_key=True, autoincrement=False),
    Column("entry", Serial, nullable=False, unique=True),
    Column("key", Text, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)

# -- conversations ---------------------------------------------------------------------------------------------------

conversations = Table(
    "conversations",
    metadata,
    Column("account", Text, primary_key=True),
    Column("fence", Integer, nullable=False),
    Column("held_until", Instant),
    Column("last", Integer, nullable=False),
    Column("state_sealed", Text, nullable=False),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("account", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("message_id", Text, nullable=False),
    Column("heard_sealed", Text, nullable=False),
    Column("answer_sealed", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("account", "message_id"),
)
