"""A desk in memory that keeps the promises the gateway relies on, and can die between any two of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from intake.errors import AlreadyOpen, PhotoRefused, Unauthenticated
from intake.model.case import Case, CaseMaterial, CaseState, Page, PageFacts
from intake.model.catalogue import Need, ProjectType
from intake.model.ids import (
    AccountCode,
    CaseId,
    CounterCode,
    DepartmentName,
    Digest,
    HallCode,
    PageId,
    PersonId,
)
from intake.model.people import Account, Caller, Door, IdNumber, Person, Role
from intake.usecases.cases.drafting import AddPage, OpenDraft, PageAdded, SubmitCase
from intake.usecases.people.representing import AddVillager

HALL = HallCode("anwen")
DEVICE = Caller(
    Account(AccountCode("counter-anwen-1"), "柜台", Role.DEVICE, hall=HALL, counter=CounterCode("anwen-1")),
    Door.COUNTER,
)
KIOSK = Caller(Account(AccountCode("kiosk-2"), "自助机", Role.DEVICE, hall=HALL), Door.KIOSK)
TOKENS = {"counter-token": DEVICE, "kiosk-token": KIOSK}


class Crash:
    """Lets the given number of writes happen and then fails; None never fails."""

    def __init__(self, writes: int | None) -> None:
        self._left = writes

    def burn(self) -> None:
        """Fail when the fuse is used up."""
        if self._left is None:
            return
        self._left -= 1
        if self._left <= 0:
            raise ConnectionError

    def burn_on(self) -> None:
        """Fail at once if the act ended before the fuse did."""
        self._left = 0
        self.burn()


class MemoryKeep:
    """A keep in memory; the fuse burns with every write."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.fuse = Crash(None)

    async def put(self, key: str, content: bytes) -> None:
        self.kept[key] = content
        self.fuse.burn()

    async def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    async def drop(self, key: str) -> None:
        self.kept.pop(key, None)
        self.fuse.burn()


class DeskDouble:
    """People and cases in memory: one draft per person and item, acts once per intent key."""

    def __init__(self) -> None:
        self.fuse = Crash(None)
        self.cases: dict[CaseId, Case] = {}
        self.met: list[AddVillager] = []
        self.readings = 0
        self._done: dict[str, str] = {}
        self._contents: dict[PageId, bytes] = {}

    def contents(self, case: Case) -> list[bytes]:
        """What was photographed for a case, in order."""
        return [self._contents[page.id] for material in case.materials for page in material.pages]

    async def device_by_token(self, token: str, door: Door) -> Caller:
        if token not in TOKENS:
            raise Unauthenticated
        return replace(TOKENS[token], door=door)

    async def meet(self, cmd: AddVillager) -> Person:
        self.met.append(cmd)
        number = IdNumber.parse(cmd.id_number)
        assert number is not None
        return Person(PersonId("person-7"), cmd.name, number, "", None)

    async def open_draft(self, cmd: OpenDraft) -> Case:
        for case in self.cases.values():
            if case.state is not CaseState.DRAFT:
                raise AlreadyOpen(service=case.service_name, number=case.number, state="", case=case.id)
            return case
        case = _draft(cmd)
        self.cases[case.id] = case
        self.fuse.burn()
        return case

    async def add_page(self, cmd: AddPage) -> PageAdded:
        if cmd.content == b"unreadable":
            raise PhotoRefused(why="打不开。", how="请重拍。")
        self.readings += 1
        case = self.cases[cmd.case]
        page = _page(cmd)
        if cmd.key not in self._done:
            self._done[str(cmd.key)] = page.id
            self._contents[page.id] = cmd.content
            self.cases[case.id] = replace(case, materials=(_with(case.materials[0], page),))
            self.fuse.burn()
        saved = self.cases[case.id]
        return PageAdded(saved, saved.materials[0], page)

    async def submit(self, cmd: SubmitCase) -> Case:
        assert cmd.bring_later
        if cmd.key not in self._done:
            self._done[str(cmd.key)] = cmd.case
            self.cases[cmd.case] = replace(self.cases[cmd.case], number="BJ1", state=CaseState.SUBMITTED)
            self.fuse.burn()
        return self.cases[cmd.case]


def _with(material: CaseMaterial, page: Page) -> CaseMaterial:
    return replace(material, pages=(*material.pages, page))


def _page(cmd: AddPage) -> Page:
    seen = PageFacts("id_card", 1.0, "good", "", "", {})
    now = datetime(2026, 11, 23, tzinfo=UTC)
    digest = Digest(str(cmd.key))
    return Page(PageId(digest), digest, 1, seen.kind, seen.verdict, "", cmd.caller.door, cmd.caller.code, now)


def _draft(cmd: OpenDraft) -> Case:
    return Case(
        id=CaseId("case-1"),
        number="",
        service_code=cmd.service_code,
        service_name="老年人优待证办理",
        item_version=1,
        project_type=ProjectType.IMMEDIATE,
        department=DepartmentName("县民政局"),
        applicant=cmd.person,
        applicant_name="李样例",
        opened_by=cmd.caller.code,
        proxy_name="",
        mandate=None,
        door=cmd.caller.door,
        opened_hall=cmd.hall,
        hall=cmd.hall,
        appointment=None,
        state=CaseState.DRAFT,
        materials=(CaseMaterial("id", "身份证", "id_card", Need.REQUIRED, ""),),
        opened_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
