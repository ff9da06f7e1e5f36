"""A county that hands over, and a gateway that answers in every way a gateway can. All people are made up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from intake.model.case import Case, CaseMaterial, CaseState, Page, Verdict
from intake.model.catalogue import Availability, CounterGroup, Need, ProjectType, ServiceItem, TimeLimit, Way
from intake.model.ids import (
    AccountCode,
    CaseId,
    DepartmentName,
    Digest,
    HallCode,
    PageId,
    PersonId,
    ServiceCode,
)
from intake.model.leaving import Outgoing, Topic
from intake.model.people import Door, IdNumber, Person
from provincial.envelope import Envelope, SigningKey, opened
from provincial.handover import HandOver
from provincial.handover_xml import read_hand_over

NOW = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
KEY = SigningKey(rsa.generate_private_key(65537, 2048))
NUMBER = "330000195003070020"
PERSON = Person(PersonId("p1"), "张测试", IdNumber(NUMBER), "13900000001", None, "示范街道样板村1号")
ITEM = ServiceItem(
    code=ServiceCode("MZ10"),
    version=3,
    valid_from=date(2026, 1, 1),
    valid_to=None,
    name="老年优待证办理",
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
    handled_by=("窗口",),
    level="县级",
    grounds=(),
    topic="老人",
    result_name="老年优待证",
    result_type="证照",
    delivery=("窗口领取",),
    availability=Availability(Way.DIRECT, Way.DIRECT, Way.PROXY),
    kiosk=False,
    home_visit=True,
    online=True,
    counter_group=CounterGroup.COMPREHENSIVE,
    minutes=10,
    materials=(),
)
PAGE = Page(
    PageId("page-1"), Digest("0" * 64), 1000, "id_card", "ok", "", Door.PHONE, AccountCode("citizen-1"), NOW
)
CASE = Case(
    id=CaseId("c1"),
    number="BJ2026112700042",
    service_code=ITEM.code,
    service_name=ITEM.name,
    item_version=3,
    project_type=ProjectType.PROMISED,
    department=ITEM.department,
    applicant=PERSON.id,
    applicant_name=PERSON.name,
    opened_by=AccountCode("citizen-1"),
    proxy_name="",
    mandate=None,
    door=Door.PHONE,
    opened_hall=HallCode("jianshan"),
    hall=HallCode("jianshan"),
    appointment=None,
    state=CaseState.ACCEPTED,
    materials=(
        CaseMaterial("m1", "居民身份证", "id_card", Need.REQUIRED, "", (PAGE,), Verdict.ACCEPTED),
        CaseMaterial("m2", "近期一寸免冠照片", "photo", Need.LATER, ""),
    ),
    opened_at=NOW,
    submitted_at=NOW,
    accepted_at=NOW,
    receiver=AccountCode("clerk-jianshan-1"),
)


def case(**changes: object) -> Case:
    """The case, otherwise."""
    return replace(CASE, **changes)  # type: ignore[arg-type]  # a scene names only what it is about


def message(stream: str = "case:c1", kind: str = "case_accepted") -> Outgoing:
    """What the outbox holds."""
    return Outgoing(Topic.PROVINCE, stream, kind, None, {"number": CASE.number})


Answer = Callable[[], web.StreamResponse]


def says(code: object, msg: str = "", status: int = 200) -> Answer:
    """An answer in the platform's form."""
    return lambda: web.json_response({"code": code, "msg": msg}, status=status)


def raw(body: bytes, status: int = 200) -> Answer:
    """An answer in no form at all."""
    return lambda: web.Response(body=body, status=status)


@dataclass
class Gateway:
    """The platform's side: opens the envelope, registers each PROJID once, and answers as it is told to."""

    answer: Answer = field(default_factory=lambda: says("00"))
    known_answer: Answer = field(default_factory=lambda: says("02", "重复"))
    registered: dict[str, HandOver] = field(default_factory=dict)
    requests: int = 0
    hold: asyncio.Event | None = None
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One hand-over."""
        self.requests += 1
        parts = await request.post()
        content = json.loads(
            opened(Envelope(str(parts["request"]), str(parts["sign"])), KEY.key.public_key())
        )
        handed = read_hand_over(content["baseInfoXml"], content["attrXml"])
        if self.hold is not None:
            await self.hold.wait()
        if handed.projid in self.registered:
            return self.known_answer()
        answer = self.answer()
        if answer.status == web.HTTPOk.status_code:
            self.registered[handed.projid] = handed
        return answer
