"""A desk that knows two machines and takes down what the gateway asks of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from intake.errors import Unauthenticated
from intake.model.case import Case, CaseMaterial, CaseState, PageFacts
from intake.model.catalogue import Need, ProjectType
from intake.model.ids import AccountCode, CaseId, CounterCode, DepartmentName, HallCode, PersonId
from intake.model.people import Account, Caller, Door, Role
from intake.usecases.cases.tray import LayCard, LayPage, OpenWalkIn, WalkIn

HALL = HallCode("anwen")
DEVICE = Caller(
    Account(AccountCode("counter-anwen-1"), "柜台", Role.DEVICE, hall=HALL, counter=CounterCode("anwen-1")),
    Door.COUNTER,
)
KIOSK = Caller(Account(AccountCode("kiosk-2"), "自助机", Role.DEVICE, hall=HALL), Door.KIOSK)
TOKENS = {"counter-token": DEVICE, "kiosk-token": KIOSK}
CLEAR = PageFacts("id_card", 1.0, "good", "", "", {})
BLURRED = PageFacts("id_card", 1.0, "retake", "", "照片有点糊，请重拍。", {})


class DeskDouble:
    """People and cases as the gateway sees them; what was asked stands in `asked`, in order."""

    def __init__(self) -> None:
        self.asked: list[LayCard | LayPage | OpenWalkIn] = []

    async def device_by_token(self, token: str, door: Door, address: str = "") -> Caller:
        del address
        if token not in TOKENS:
            raise Unauthenticated
        return replace(TOKENS[token], door=door)

    async def lay_card(self, cmd: LayCard) -> None:
        self.asked.append(cmd)

    async def lay_page(self, cmd: LayPage) -> PageFacts:
        self.asked.append(cmd)
        return BLURRED if cmd.content == b"blurred" else CLEAR

    async def open_walk_in(self, cmd: OpenWalkIn) -> WalkIn:
        self.asked.append(cmd)
        return WalkIn(_submitted(cmd), unusable_pages=1)


def _submitted(cmd: OpenWalkIn) -> Case:
    return Case(
        id=CaseId("case-1"),
        number="BJ1",
        service_code=cmd.service_code,
        service_name="老年人优待证办理",
        item_version=1,
        project_type=ProjectType.IMMEDIATE,
        department=DepartmentName("县民政局"),
        applicant=PersonId("person-7"),
        applicant_name="李样例",
        opened_by=cmd.caller.code,
        proxy_name="",
        mandate=None,
        door=cmd.caller.door,
        opened_hall=HALL,
        hall=HALL,
        appointment=None,
        state=CaseState.SUBMITTED,
        materials=(CaseMaterial("id", "身份证", "id_card", Need.REQUIRED, ""),),
        opened_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
