"""Things that lie on a desk, all made up: the number's region was never given to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from intake.model.booking import Appointment, AppointmentState
from intake.model.calendar import DueDay
from intake.model.case import Case, CaseMaterial, CaseState, Correction, Outcome, Page, Verdict
from intake.model.catalogue import (
    Availability,
    CounterGroup,
    HallLevel,
    Material,
    Need,
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
    PageId,
    PersonId,
    ServiceCode,
    SlotId,
)
from intake.model.people import Door, IdNumber, Person
from intake.model.places import Counter, Hall, OfferKind

NOW = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
LINK = "https://jiujinban.example/c/BJ2026112700042"
CLERK = AccountCode("clerk-jianshan-1")

HALL = Hall(
    code=HallCode("jianshan"),
    name="尖山镇便民服务中心",
    level=HallLevel.TOWNSHIP,
    division=DivisionCode("330727101"),
    address="尖山镇样例路1号",
    phone="0579-84660101",
    lat=29.05,
    lon=120.68,
    serves=(DivisionCode("330727101"),),
    counters=(Counter(CounterCode("jianshan-1"), "综合窗口1", CounterGroup.COMPREHENSIVE, "01"),),
    kiosks=(),
    first_responsible=CLERK,
)
COUNTY_HALL = replace(HALL, code=HallCode("county"), name="县365行政服务中心", level=HallLevel.COUNTY)

PERSON = Person(
    id=PersonId("p1"),
    name="张测试",
    id_number=IdNumber("330000195003070020"),
    phone="13900000001",
    village=None,
)


def wanted(key: str, name: str, how: str = "") -> Material:
    """A material an item asks for."""
    return Material(key, name, "other", "原件", "纸质", True, 1, Need.REQUIRED, "", "申请人自备", False, how)


def item(code: str = "MZ10", name: str = "老年优待证办理", **changes: object) -> ServiceItem:
    """A promised item of ten working days, done at township halls."""
    plain = ServiceItem(
        code=ServiceCode(code),
        version=1,
        valid_from=date(2026, 1, 1),
        valid_to=None,
        name=name,
        summary="",
        task_type="公共服务",
        project_type=ProjectType.PROMISED,
        department=DepartmentName("县民政局"),
        other_departments=(),
        served=("自然人",),
        conditions=(),
        legal_limit=TimeLimit(20),
        promised_limit=TimeLimit(10),
        visits=1,
        fees=(),
        handled_by=("窗口", "网上"),
        level="县级",
        grounds=("浙江省实施《中华人民共和国老年人权益保障法》办法",),
        topic="老人",
        result_name="老年优待证",
        result_type="证照",
        delivery=("窗口领取", "邮寄"),
        availability=Availability(Way.DIRECT, Way.DIRECT, Way.PROXY),
        kiosk=False,
        home_visit=True,
        online=True,
        counter_group=CounterGroup.COMPREHENSIVE,
        minutes=10,
        materials=(
            wanted("m1", "居民身份证", "正反面都要拍"),
            wanted("m2", "近期一寸免冠照片", "白底，近半年内"),
        ),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a scene names only what it is about


def page(name: str = "page") -> Page:
    """A photograph that was received."""
    return Page(PageId(name), Digest("0" * 64), 1000, "id_card", "ok", "", Door.PHONE, CLERK, NOW)


def held(
    key: str, name: str, verdict: Verdict = Verdict.PENDING, remark: str = "", pages: int = 1
) -> CaseMaterial:
    """A material of a case."""
    photographs = tuple(page(f"{key}-{n}") for n in range(pages))
    return CaseMaterial(key, name, "other", Need.REQUIRED, "", photographs, verdict, remark)


def case(**changes: object) -> Case:
    """A case a proxy opened for 张测试, received by the hall."""
    plain = Case(
        id=CaseId("c1"),
        number="BJ2026112700042",
        service_code=ServiceCode("MZ10"),
        service_name="老年优待证办理",
        item_version=1,
        project_type=ProjectType.PROMISED,
        department=DepartmentName("县民政局"),
        applicant=PERSON.id,
        applicant_name=PERSON.name,
        opened_by=AccountCode("proxy-1"),
        proxy_name="李代办",
        mandate=None,
        door=Door.PHONE,
        opened_hall=HALL.code,
        hall=HALL.code,
        appointment=None,
        state=CaseState.RECEIVED,
        materials=(held("m1", "居民身份证", pages=2), held("m2", "近期一寸免冠照片")),
        opened_at=NOW,
        submitted_at=NOW,
        due=DueDay(date(2026, 12, 11), provisional=False),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a scene names only what it is about


def sent_back(*materials: CaseMaterial, remark: str = "") -> Case:
    """A case of which a correction is asked."""
    asked = Correction(remark, CLERK, date(2026, 11, 27), date(2026, 12, 11), CaseState.RECEIVED)
    return case(state=CaseState.CORRECTION_ASKED, materials=materials, correction=asked)


def turned_down(reason: str, ground: str, instead: str) -> Case:
    """A case that was not granted."""
    outcome = Outcome(False, reason, ground, instead, AccountCode("approver-1"), NOW)
    return case(state=CaseState.DECIDED, outcome=outcome)


def appointment(**changes: object) -> Appointment:
    """Half past nine on the 30th, version 3."""
    plain = Appointment(
        id=AppointmentId("a1"),
        number="YY2026112700007",
        slot=SlotId("s1"),
        hall=HALL.code,
        group=CounterGroup.COMPREHENSIVE,
        kind=OfferKind.RESERVED,
        start=datetime(2026, 11, 30, 1, 30, tzinfo=UTC),
        end=datetime(2026, 11, 30, 2, 0, tzinfo=UTC),
        person=PERSON.id,
        booked_by=AccountCode("citizen-1"),
        service_code=ServiceCode("MZ10"),
        service_name="老年优待证办理",
        case=None,
        state=AppointmentState.BOOKED,
        version=3,
        booked_at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a scene names only what it is about
