"""The demo (演示): the reference county with a morning's work in it, made by the desk's own verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.errors import Refusal, Unauthenticated
from intake.model.case import Case, Verdict
from intake.model.catalogue import Need
from intake.model.ids import AccountCode, HallCode, IntentKey, ServiceCode
from intake.model.people import Account, Caller, Door, Role
from intake.model.places import OfferKind
from intake.usecases.cases.drafting import OpenDraft, SubmitCase
from intake.usecases.cases.escalating import EscalateCase
from intake.usecases.cases.reception import AcceptCase, AskCorrection, OnCase
from intake.usecases.places.booking import BookAppointment, FindSlots
from intake.usecases.queue.arriving import TakeNumber
from jiujinban.demo_people import play_people
from jiujinban.importing import import_catalogue_files, import_county_files
from jiujinban.reference import reference_folder
from jiujinban.wiring import House

# Known to everybody, and refused in production with the whole demo.
DEVICE_TOKEN = "demo-{code}"  # noqa: S105 (see above)


@dataclass(frozen=True, slots=True)
class Scene:
    """One person's matter at a hall, and how far it has come."""

    person: str
    service: str
    hall: str
    far: int


# How far: 0 a number taken · 1 submitted · 2 received · 3 correction asked · 4 accepted · 5 in review
#          6 put to the director · 7 accepted on a promise (容缺后补)
_SCENES: Sequence[Scene] = (
    Scene("elder-13", "MZ10", "anwen", 0),
    Scene("person-1", "WJ01", "anwen", 0),
    Scene("person-2", "RS02", "anwen", 0),
    Scene("elder-14", "YB01", "anwen", 0),
    Scene("person-3", "SF03", "anwen", 0),
    Scene("person-5", "MZ05", "anwen", 1),
    Scene("person-6", "YB05", "anwen", 1),
    Scene("elder-15", "RS05", "anwen", 2),
    Scene("person-4", "CL02", "anwen", 3),
    Scene("person-11", "MZ07", "anwen", 4),
    Scene("person-17", "MZ05", "anwen", 5),
    Scene("elder-16", "MZ09", "anwen", 5),
    Scene("person-19", "MZ05", "anwen", 6),
    Scene("elder-20", "MZ09", "anwen", 7),
    Scene("person-18", "RS01", "county", 0),
    Scene("elder-17", "MZ10", "county", 0),
    Scene("person-12", "YB06", "county", 1),
    Scene("person-23", "MZ05", "jianshan", 0),
    Scene("elder-18", "MZ10", "yushan", 1),
)


# Who waits at home in the coming days, and for what.
_AT_HOME: Sequence[tuple[str, str, str]] = (
    ("elder-13", "MZ09", "anwen"),
    ("elder-27", "MZ10", "anwen"),
    ("elder-41", "MZ09", "anwen"),
    ("elder-55", "MZ10", "anwen"),
    ("elder-7", "MZ09", "yushan"),
    ("elder-9", "MZ10", "yushan"),
)


async def prepare_demo(house: House) -> None:
    """Load the reference county and play the scenes; doing it again changes nothing."""
    folder = reference_folder()
    await import_county_files(house.desk, sorted((folder / "county").glob("*.json")))
    await import_catalogue_files(house.desk, sorted((folder / "catalogue").glob("*.json")))
    await house.desk.places.open_slots()
    devices = await house.desk.people.accounts(Role.DEVICE)
    if await _is_enrolled(house, devices[-1]):
        return
    accounts = {account.code: account for account in await house.desk.people.accounts()}
    for scene in _SCENES:
        await _Stage(house, accounts, scene).play()
    for person, service, hall in _AT_HOME:
        await _Stage(house, accounts, Scene(person, service, hall, 0)).wait_at_home()
    await _kiosks_report(house, accounts)
    await play_people(house.desk, accounts)
    for device in devices:
        await house.desk.people.enrol_device(device.code, DEVICE_TOKEN.format(code=device.code))


async def _kiosks_report(house: House, accounts: dict[AccountCode, Account]) -> None:
    """Every kiosk says what it can do; each lacks some items, another number of them."""
    services = [item.code for item in await house.desk.catalogue.all() if item.kiosk]
    kiosks = [kiosk for hall in await house.desk.places.halls() for kiosk in hall.kiosks]
    for lacking, kiosk in enumerate(kiosks, start=1):
        caller = Caller(accounts[AccountCode(kiosk)], Door.KIOSK)
        await house.desk.kiosk.report_abilities(caller, services[lacking % 5 :], "2.0.1")


async def _is_enrolled(house: House, device: Account) -> bool:
    """Whether the scenes were played to their end before: the last device is enrolled last."""
    try:
        await house.desk.people.device_by_token(DEVICE_TOKEN.format(code=device.code), Door.COUNTER)
    except Unauthenticated:
        return False
    return True


class _Stage:
    """One scene on stage; a refusal (played before, no place left) leaves it as it is."""

    def __init__(self, house: House, accounts: dict[AccountCode, Account], scene: Scene) -> None:
        self._desk = house.desk
        self._scene = scene
        person = accounts[AccountCode(scene.person)]
        self._citizen = Caller(person, Door.PHONE)
        clerk = accounts[AccountCode(f"clerk-{scene.hall}-1")]
        self._clerk = Caller(clerk, Door.DESK_PAGE)

    async def play(self) -> None:
        try:
            if self._scene.far == 0:
                await self._take_number()
                await self._book()
            else:
                await self._work(await self._submit())
        except Refusal:
            return

    async def wait_at_home(self) -> None:
        try:
            await self._book(frozenset({OfferKind.HOME_VISIT}))
        except Refusal:
            return

    def _key(self, verb: str) -> IntentKey:
        return IntentKey(f"demo:{verb}:{self._scene.person}:{self._scene.service}:{self._desk.today}")

    async def _take_number(self) -> None:
        person = self._citizen.account.person
        service = ServiceCode(self._scene.service)
        cmd = TakeNumber(self._clerk, HallCode(self._scene.hall), service, person, key=self._key("number"))
        await self._desk.queue.take_number(cmd)

    async def _book(self, kinds: frozenset[OfferKind] | None = None) -> None:
        person = self._citizen.account.person
        service = ServiceCode(self._scene.service)
        halls = frozenset({HallCode(self._scene.hall)})
        slots = await self._desk.places.find_slots(FindSlots(service, halls, kinds=kinds, limit=1))
        if person is not None and slots:
            cmd = BookAppointment(self._citizen, person, service, slots[0].id, key=self._key("book"))
            await self._desk.places.book(cmd)

    async def _submit(self) -> Case:
        person = self._citizen.account.person
        if person is None:
            raise LookupError(self._scene.person)
        service, hall = ServiceCode(self._scene.service), HallCode(self._scene.hall)
        draft = await self._desk.cases.open_draft(OpenDraft(self._citizen, person, service, hall))
        return await self._desk.cases.submit(SubmitCase(self._citizen, draft.id, bring_later=True))

    async def _work(self, case: Case) -> None:
        desk, clerk, far = self._desk, self._clerk, self._scene.far
        if far >= 2:  # noqa: PLR2004 (the scale stands above the scenes)
            case = await desk.cases.receive(OnCase(clerk, case.id, case.version))
        if far == 3:  # noqa: PLR2004 (likewise)
            fault = {case.materials[0].key: (Verdict.UNREADABLE, "照片太暗，看不清字")}
            await desk.cases.ask_correction(AskCorrection(clerk, case.id, case.version, fault))
        if far == 6:  # noqa: PLR2004 (likewise)
            words = "群众说不清收入情况，请决定是否入户核实后再补"
            await desk.cases.escalate(EscalateCase(clerk, case.id, case.version, words=words))
            return
        if far == 7:  # noqa: PLR2004 (likewise)
            await desk.cases.accept(_on_a_promise(clerk, case))
            return
        if far >= 4:  # noqa: PLR2004 (likewise)
            case = await desk.cases.accept(OnCase(clerk, case.id, case.version))
        if far >= 5:  # noqa: PLR2004 (likewise)
            await desk.cases.hand_over(OnCase(clerk, case.id, case.version))


def _on_a_promise(clerk: Caller, case: Case) -> AcceptCase:
    """The clerk has seen what is necessary; what may follow, follows."""
    seen = frozenset(material.key for material in case.lacking())
    later = frozenset(m.key for m in case.materials if m.need is Need.LATER and not m.when)
    return AcceptCase(clerk, case.id, case.version, on_paper=seen, later=later)
