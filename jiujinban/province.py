"""The province (省平台), joined: accepted cases go up, their status comes back, and both are written down beside the case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from intake.model.case import Case
from intake.model.catalogue import ServiceItem
from intake.model.ids import AccountCode, CaseId
from intake.model.leaving import Outgoing
from intake.model.people import Person
from intake.model.province import ProvinceRecord
from intake.ports import Clock, Uow
from jiujinban.postmen import Afterwards
from jiujinban.settings import BadSetting, Settings
from provincial.delivery import DeliveryFailed
from provincial.envelope import SigningKey
from provincial.handover import Issuer
from provincial.intake_platform import Platform, Progress, ProvinceConnector
from provincial.text_messages import Gateway, TextMessages
from storage.sql.store import Store

# How far a case is seldom changes within the hour; a county's open cases are asked for in a few requests.
_ASK_AGAIN = timedelta(hours=1)
_ASKED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Province:
    """省平台往来: hands over what the outbox tells of, and asks about what was handed over."""

    store: Store
    clock: Clock
    connector: ProvinceConnector

    async def deliver(self, message: Outgoing) -> Afterwards:
        """Hand the case over; what is written in one breath with the delivery is under which number the platform has it."""
        projid = await self.connector.deliver(message)
        case = CaseId(message.stream.removeprefix("case:"))
        record = ProvinceRecord(case, projid, self.clock.now())

        async def write(uow: Uow) -> None:
            await uow.province.handed(record)

        return write

    async def ask(self) -> int:
        """Ask about the records that were not asked about for an hour; returns how many. An outage is left to pass."""
        now = self.clock.now()
        async with self.store.open_view() as view:
            records = await view.province.to_ask(now - _ASK_AGAIN, _ASKED_AT_ONCE)
        if not records:
            return 0
        try:
            told = await self.connector.ask({record.projid for record in records})
        except DeliveryFailed:
            return 0
        async with self.store.open_uow() as uow:
            for record in records:
                await uow.province.heard(_heard(replace(record, asked_at=now), told.get(record.projid)))
            await uow.commit()
        return len(records)


def open_province(settings: Settings, store: Store, clock: Clock) -> Province | None:
    """The connector to the province as it is set; None where no address is. Raises `BadSetting`."""
    if not settings.province_url:
        return None
    platform = _platform(settings)
    return Province(store, clock, ProvinceConnector(platform, _CaseFiles(store).of, clock))


def open_texting(settings: Settings, store: Store) -> TextMessages | None:
    """The text-message gateway as it is set; None where no address is. Raises `BadSetting`."""
    if not settings.text_url:
        return None
    secret = _read("JIUJINBAN_TEXT_SECRET_FILE", settings.text_secret_file).strip()
    try:
        gateway = Gateway(settings.text_url, secret, settings.text_templates)
    except ValueError as wrong:
        raise BadSetting(f"JIUJINBAN_TEXT_URL: {wrong}") from None
    return TextMessages(gateway, _Phones(store).of)


def _platform(settings: Settings) -> Platform:
    pem = _read("JIUJINBAN_PROVINCE_KEY_FILE", settings.province_key_file)
    try:
        key = SigningKey.from_pem(pem)
    except ValueError as wrong:
        raise BadSetting(f"JIUJINBAN_PROVINCE_KEY_FILE: {wrong}") from None
    try:
        issuer = Issuer(settings.province_area_code, settings.province_caller, fixed=settings.province_fixed)
        return Platform(
            settings.province_url,
            issuer,
            key,
            frozenset(settings.province_taken),
            frozenset(settings.province_taken_before),
            status_url=settings.province_status_url,
            closing=frozenset(settings.province_closing),
        )
    except ValueError as wrong:
        raise BadSetting(f"JIUJINBAN_PROVINCE_URL: {wrong}") from None


def _read(name: str, file: Path | None) -> bytes:
    if file is None:
        raise BadSetting(f"{name}: must name a file when the address is set")
    try:
        return file.read_bytes()
    except OSError as fault:
        raise BadSetting(f"{name}: {file} cannot be read ({fault.strerror})") from None


def _heard(record: ProvinceRecord, progress: Progress | None) -> ProvinceRecord:
    if progress is None:
        return record
    return replace(record, status=progress.status, status_at=progress.at, closed=progress.closed)


@dataclass(frozen=True, slots=True)
class _CaseFiles:
    store: Store

    async def of(self, case_id: CaseId) -> tuple[Case, Person, ServiceItem]:
        async with self.store.open_view() as view:
            case = await view.cases.get(case_id)
            person = await view.people.person(case.applicant)
            return case, person, await view.catalogue.version(case.service_code, case.item_version)


@dataclass(frozen=True, slots=True)
class _Phones:
    store: Store

    async def of(self, code: AccountCode) -> str:
        async with self.store.open_view() as view:
            account = await view.people.account(code)
            if account is None:
                return ""
            if account.phone or account.person is None:
                return account.phone
            return (await view.people.person(account.person)).phone
