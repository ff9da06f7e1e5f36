"""The tray built from the desk's verbs: a card waits for pages, pages wait for the item, then all go at once.

The order of the writes is what makes a repeated event harmless. The draft is remembered before pages go into
it, each page and the submission carry the event's id as their intent key, and the outcome is remembered
before the waiting pages are forgotten: a server that dies anywhere between two of these finishes when the
agent asks again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from uuid import UUID

from device_bridge.gateway.ports import (
    CaseVerbs,
    Keep,
    LayCard,
    LayPage,
    Opened,
    OpenWalkIn,
    PeopleVerbs,
)
from intake.errors import BadInput, PhotoRefused
from intake.model.case import Case
from intake.model.ids import CaseId, HallCode, IntentKey, PersonId, ServiceCode
from intake.model.people import Caller
from intake.usecases.cases.drafting import AddPage, OpenDraft, SubmitCase
from intake.usecases.people.representing import AddVillager


class DeskTray:
    """收件盘 over the desk: see `Tray`."""

    def __init__(self, people: PeopleVerbs, cases: CaseVerbs, keep: Keep) -> None:
        self._people = people
        self._cases = cases
        self._keep = keep

    async def lay_card(self, cmd: LayCard) -> None:
        """Make the card's holder known to the county, and remember who the card was."""
        holder = cmd.holder
        person = await self._people.meet(
            AddVillager(cmd.caller, holder.name, holder.number, address=holder.address)
        )
        await self._keep.put(_key(cmd.caller, "card", cmd.event_id), person.id.encode())

    async def lay_page(self, cmd: LayPage) -> None:
        """Let the page wait for its case; after the case was opened, lay it in at once."""
        await self._holder(cmd.caller, cmd.card)
        opened = await self._keep.get(_key(cmd.caller, "case", cmd.card))
        if opened is None:
            await self._keep.put(_key(cmd.caller, "page", cmd.event_id), cmd.content)
        else:
            await self._cases.add_page(_page(cmd.caller, CaseId(opened.decode()), cmd.event_id, cmd.content))

    async def open_walk_in(self, cmd: OpenWalkIn) -> Opened:
        """Open, fill and submit; what is lacking the clerk asks for, with the person in front of them."""
        outcome = await self._keep.get(_key(cmd.caller, "opened", cmd.event_id))
        if outcome is not None:
            return _opened(outcome)
        case = await self._draft(cmd)
        laid = [await self._lay_in(cmd.caller, case, page) for page in cmd.pages]
        key = IntentKey(str(cmd.event_id))
        submitted = await self._cases.submit(SubmitCase(cmd.caller, case, bring_later=True, key=key))
        opened = _outcome(submitted, laid.count(False))
        await self._remember(cmd, case, opened)
        return opened

    async def _draft(self, cmd: OpenWalkIn) -> CaseId:
        """The case this event has begun before, or a new draft.

        To ask the desk for the draft again would not do: once submitted, it rightly refuses a second case.
        """
        key = _key(cmd.caller, "draft", cmd.event_id)
        begun = await self._keep.get(key)
        if begun is not None:
            return CaseId(begun.decode())
        person = await self._holder(cmd.caller, cmd.card)
        wish = OpenDraft(cmd.caller, person, ServiceCode(cmd.service_code), _hall(cmd.caller))
        case = await self._cases.open_draft(wish)
        await self._keep.put(key, case.id.encode())
        return case.id

    async def _lay_in(self, caller: Caller, case: CaseId, page: UUID) -> bool:
        """Lay a waiting page into the case; False when it never came or cannot be read as a picture."""
        laid = _key(caller, "laid", page)
        if await self._keep.get(laid) is not None:
            # Reading a page takes seconds: a thick dossier would never be done if each retry began anew.
            return True
        content = await self._keep.get(_key(caller, "page", page))
        if content is None:
            return False
        try:
            await self._cases.add_page(_page(caller, case, page, content))
        except PhotoRefused:
            # One bad scan must not cost the person their case: the clerk is told and takes it again.
            return False
        await self._keep.put(laid, case.encode())
        return True

    async def _remember(self, cmd: OpenWalkIn, case: CaseId, opened: Opened) -> None:
        await self._keep.put(_key(cmd.caller, "opened", cmd.event_id), json.dumps(asdict(opened)).encode())
        await self._keep.put(_key(cmd.caller, "case", cmd.card), case.encode())
        for page in cmd.pages:
            await self._keep.drop(_key(cmd.caller, "page", page))

    async def _holder(self, caller: Caller, card: UUID) -> PersonId:
        person = await self._keep.get(_key(caller, "card", card))
        if person is None:
            raise BadInput(field="card", why="服务器没有这张证件的读卡记录，请重新读卡。")
        return PersonId(person.decode())


def _key(caller: Caller, kind: str, event: UUID) -> str:
    """A device reaches what it laid down itself, and nothing of another's."""
    return f"{caller.code}/{kind}/{event}"


def _page(caller: Caller, case: CaseId, event: UUID, content: bytes) -> AddPage:
    return AddPage(caller, case, content, key=IntentKey(str(event)))


def _hall(caller: Caller) -> HallCode:
    if caller.account.hall is None:
        raise BadInput(field="hall", why="这台设备没有登记在任何便民服务中心。")
    return caller.account.hall


def _outcome(case: Case, unusable_pages: int) -> Opened:
    lacking = tuple(material.name for material in case.lacking())
    return Opened(case.number, case.service_name, lacking, unusable_pages)


def _opened(kept: bytes) -> Opened:
    raw = json.loads(kept)
    return Opened(raw["number"], raw["service_name"], tuple(raw["lacking"]), raw["unusable_pages"])
