"""Made-up nouns for scenes about the store; every id and number is fictitious."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from intake.model.booking import Appointment, AppointmentState, Hold, HoldPurpose, HoldState, Pool, Slot
from intake.model.case import Case, CaseMaterial, CaseState, Page
from intake.model.catalogue import (
    Availability,
    CommonQuestion,
    CounterGroup,
    Fee,
    HallLevel,
    LifeFacts,
    Material,
    Need,
    Neighbour,
    ProjectType,
    ServiceItem,
    TimeLimit,
    Way,
)
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CaseId,
    CounterCode,
    DepartmentName,
    Digest,
    DivisionCode,
    HallCode,
    HoldId,
    PageId,
    PersonId,
    QuestionId,
    ServiceCode,
    SlotId,
    TicketId,
    VillageCode,
    WaitingId,
)
from intake.model.leaving import Outgoing, Topic
from intake.model.people import Account, Door, IdNumber, Person, Role, check_digit
from intake.model.places import Counter, Hall, OfferKind, OpenTime
from intake.model.question import Question, QuestionState
from intake.model.queue import Ticket, TicketState
from intake.model.waiting import Waiting, WaitingState

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
_serial = itertools.count(1)


def fresh(prefix: str) -> str:
    """An id nobody else has, sorting after those given before."""
    return f"{prefix}-{next(_serial):06d}"


def id_number(serial: int, *, birth: str = "19560101") -> IdNumber:
    """A number of a region that is issued to nobody, with its right check digit."""
    first17 = f"330000{birth}{serial:03d}"
    return IdNumber(first17 + check_digit(first17))


def person(**changes: Any) -> Person:
    """An elder of the village."""
    made = Person(
        id=PersonId(fresh("person")),
        name="张奶奶",
        id_number=id_number(next(_serial) % 1000),
        phone="13900000001",
        village=VillageCode("330727001201"),
        address="安文街道某村1号",
        tags=frozenset({"veteran", "disabled"}),
    )
    return replace(made, **changes)


def account(**changes: Any) -> Account:
    """A clerk of the county hall."""
    made = Account(
        code=AccountCode(fresh("clerk")),
        name="王小明",
        role=Role.CLERK,
        hall=HallCode("county"),
        groups=frozenset({CounterGroup.COMPREHENSIVE, CounterGroup.TAX}),
        phone="13900000002",
    )
    return replace(made, **changes)


def hall(**changes: Any) -> Hall:
    """The county's hall with one counter."""
    made = Hall(
        code=HallCode("county"),
        name="县365行政服务中心",
        level=HallLevel.COUNTY,
        division=DivisionCode("330727"),
        address="某路1号",
        phone="0579-80000000",
        lat=29.05,
        lon=120.45,
        serves=(DivisionCode("330727001"),),
        counters=(Counter(CounterCode("county-1"), "综合窗口1", CounterGroup.COMPREHENSIVE, "01"),),
        kiosks=("kiosk-1",),
        first_responsible=AccountCode("clerk-1"),
    )
    return replace(made, **changes)


def item(**changes: Any) -> ServiceItem:
    """An item with every kind of nested value."""
    made = ServiceItem(
        code=ServiceCode("MZ01"),
        version=1,
        valid_from=date(2020, 1, 1),
        valid_to=None,
        name="老年人优待证办理",
        summary="七十岁以上老人领取优待证。",
        task_type="公共服务",
        project_type=ProjectType.IMMEDIATE,
        department=DepartmentName("县民政局"),
        other_departments=(DepartmentName("县卫生健康局"),),
        served=("自然人",),
        conditions=("年满70周岁",),
        legal_limit=TimeLimit(20),
        promised_limit=TimeLimit(0),
        visits=1,
        fees=(Fee("工本费", "不收费", ""),),
        handled_by=("窗口办理", "网上办理"),
        level="县级",
        grounds=("某办法第一条",),
        topic="养老",
        result_name="优待证",
        result_type="证照",
        delivery=("窗口领取",),
        availability=Availability(Way.DIRECT, Way.DIRECT, Way.PROXY, {HallCode("fangqian"): Way.NOT_HERE}),
        kiosk=True,
        home_visit=True,
        online=False,
        counter_group=CounterGroup.COMPREHENSIVE,
        minutes=10,
        materials=(
            Material(
                "m1", "身份证", "id_card", "原件", "纸质", True, 1, Need.REQUIRED, "", "本人", False, ""
            ),
        ),
        questions=(CommonQuestion("要钱吗？", "不要。"),),
        aliases=("老年证",),
        phrasings={"dialect": ("老人证",), "plain": ("办老年证", "领优待证")},
        old_names=("敬老证",),
        life=LifeFacts(min_age=70, who=("mother", "father")),
        confused_with=(Neighbour(ServiceCode("MZ02"), "高龄津贴是另一件事"),),
    )
    return replace(made, **changes)


def open_time(**changes: Any) -> OpenTime:
    """Half an hour of tomorrow morning with two online places."""
    start = NOW + timedelta(days=1)
    made = OpenTime(
        hall=HallCode("county"),
        group=CounterGroup.COMPREHENSIVE,
        kind=OfferKind.RESERVED,
        start=start,
        end=start + timedelta(minutes=30),
        online_capacity=2,
        counter_capacity=1,
        notice_hours=0,
    )
    return replace(made, **changes)


def appointment(**changes: Any) -> Appointment:
    """A place booked for tomorrow."""
    start = NOW + timedelta(days=1)
    made = Appointment(
        id=AppointmentId(fresh("appointment")),
        number=fresh("YY"),
        slot=SlotId("some-slot"),
        hall=HallCode("county"),
        group=CounterGroup.COMPREHENSIVE,
        kind=OfferKind.RESERVED,
        start=start,
        end=start + timedelta(minutes=30),
        person=PersonId(fresh("person")),
        booked_by=AccountCode("citizen-1"),
        service_code=ServiceCode("MZ01"),
        service_name="老年人优待证办理",
        case=None,
        state=AppointmentState.BOOKED,
        version=1,
        booked_at=NOW,
    )
    return replace(made, **changes)


def hold(slot: Slot, **changes: Any) -> Hold:
    """A place of a slot kept for somebody for ten minutes."""
    made = Hold(
        id=HoldId(f"hold-{uuid4()}"),
        purpose=HoldPurpose.CHOICE,
        slot=slot.id,
        run=(slot.id,),
        pool=Pool.ONLINE,
        hall=slot.hall,
        group=slot.group,
        kind=slot.kind,
        start=slot.start,
        end=slot.end,
        person=PersonId(str(uuid4())),
        held_by=AccountCode("citizen-1"),
        service_code=ServiceCode("MZ01"),
        service_name="老年人优待证办理",
        case=None,
        state=HoldState.HELD,
        held_at=NOW,
        expires_at=NOW + timedelta(minutes=10),
    )
    return replace(made, **changes)


def waiting(**changes: Any) -> Waiting:
    """Somebody in line at the county hall for the coming days."""
    made = Waiting(
        id=WaitingId(f"waiting-{uuid4()}"),
        person=PersonId(str(uuid4())),
        joined_by=AccountCode("citizen-1"),
        service_code=ServiceCode("MZ01"),
        service_name="老年人优待证办理",
        hall=HallCode("county"),
        group=CounterGroup.COMPREHENSIVE,
        kind=None,
        after=NOW,
        before=NOW + timedelta(days=3),
        places=1,
        minutes=10,
        green=False,
        case=None,
        state=WaitingState.WAITING,
        joined_at=NOW,
    )
    return replace(made, **changes)


def ticket(**changes: Any) -> Ticket:
    """A walk-in who waits since now."""
    made = Ticket(
        id=TicketId(fresh("ticket")),
        number=fresh("A"),
        hall=HallCode("county"),
        group=CounterGroup.COMPREHENSIVE,
        day=TODAY,
        person=None,
        holder="李大爷",
        service_code=None,
        service_name="咨询",
        appointment=None,
        booked_for=None,
        case=None,
        green="",
        state=TicketState.WAITING,
        order_at=NOW,
        taken_at=NOW,
        since=NOW,
    )
    return replace(made, **changes)


def page(**changes: Any) -> Page:
    """A photograph of an ID card."""
    made = Page(
        id=PageId(fresh("page")),
        digest=Digest("ab" * 32),
        size=1234,
        kind="id_card",
        verdict="good",
        advice="",
        door=Door.PHONE,
        added_by=AccountCode("citizen-1"),
        added_at=NOW,
    )
    return replace(made, **changes)


def draft(**changes: Any) -> Case:
    """A case being prepared, with one material and no page."""
    made = Case(
        id=CaseId(fresh("case")),
        number="",
        service_code=ServiceCode("MZ01"),
        service_name="老年人优待证办理",
        item_version=1,
        project_type=ProjectType.PROMISED,
        department=DepartmentName("县民政局"),
        applicant=PersonId(fresh("person")),
        applicant_name="张奶奶",
        opened_by=AccountCode("citizen-1"),
        proxy_name="",
        mandate=None,
        door=Door.PHONE,
        opened_hall=HallCode("county"),
        hall=HallCode("county"),
        appointment=None,
        state=CaseState.DRAFT,
        materials=(CaseMaterial("m1", "身份证", "id_card", Need.REQUIRED, ""),),
        opened_at=NOW,
    )
    return replace(made, **changes)


def question(**changes: Any) -> Question:
    """What somebody wants to know."""
    made = Question(
        id=QuestionId(fresh("question")),
        number=fresh("ZX"),
        text="公交卡在哪里充值？",
        asker=AccountCode("citizen-1"),
        person=None,
        hall=HallCode("county"),
        owner=AccountCode("clerk-1"),
        owner_name="王小明",
        due_on=TODAY + timedelta(days=1),
        state=QuestionState.OPEN,
        asked_at=NOW,
    )
    return replace(made, **changes)


def message(stream: str, **changes: Any) -> Outgoing:
    """A notice for a citizen."""
    facts = {"number": "BJ2026112300001"}
    made = Outgoing(Topic.NOTICE, stream, "case_accepted", AccountCode("citizen-1"), facts)
    return replace(made, **changes)
