"""The proxy's people: the village's list, somebody new, and the elder's word."""

from __future__ import annotations

import base64
from typing import Annotated

from aiohttp import web
from pydantic import Field

from intake.errors import BadInput
from intake.model.ids import MandateId, PersonId, ServiceCode
from intake.model.people import Caller, Mandate
from intake.usecases.people.mandates import GivenMandate, RevokeMandate
from intake.usecases.people.representing import AddVillager, RecordMandate
from miniapp_api.forms import Code
from miniapp_api.typed import Api, Call, Form, NoForm, View
from miniapp_api.views import PersonView, local

api = Api("proxy")
# A photograph of 15 MB as base64.
_MOST_PHOTO = 21 * 1024 * 1024


class VillagerForm(Form):
    """Somebody of the village."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    id_number: Annotated[str, Field(min_length=15, max_length=20)]
    phone: Annotated[str, Field(max_length=20, pattern=r"^[0-9]*$")] = ""


class MandateForm(Form):
    """Who allows what, in their own words; for a relative, with the relative's ID number.

    `photo` is the photographed 授权委托 as a data URL; `more` are further items, `days` how long it holds.
    """

    person_id: Code
    service_code: Code
    statement: Annotated[str, Field(min_length=1, max_length=500)]
    id_number: Annotated[str, Field(max_length=20)] = ""
    more: Annotated[list[Code], Field(max_length=10)] = Field(default_factory=list)
    days: Annotated[int | None, Field(ge=1, le=3650)] = None
    photo: Annotated[str, Field(max_length=_MOST_PHOTO)] = ""


class OneMandateForm(Form):
    """Which mandate."""

    mandate: Code


class RevokeForm(OneMandateForm):
    """What the person said, where a clerk writes it down for them."""

    why: Annotated[str, Field(max_length=500)] = ""


class PersonForm(Form):
    """Whose mandates."""

    person: Code


class VillagersView(View):
    """The village's people, eldest first."""

    people: list[PersonView]


class MandateView(View):
    """A recorded mandate."""

    id: str
    person_id: str
    service_code: str
    services: list[str]
    statement: str
    evidence: str
    given_at: str
    expires_on: str
    revoked_at: str | None

    @classmethod
    def of(cls, mandate: Mandate) -> MandateView:
        """The mandate whole; its photograph by its address."""
        return cls(
            id=mandate.id,
            person_id=mandate.person,
            service_code=mandate.service_code,
            services=list(mandate.scope),
            statement=mandate.statement,
            evidence=f"/api/v1/mandates/{mandate.id}/evidence" if mandate.evidence else "",
            given_at=local(mandate.given_at),
            expires_on=mandate.expires_on.isoformat(),
            revoked_at=local(mandate.revoked_at) if mandate.revoked_at else None,
        )


class GivenMandateView(MandateView):
    """A mandate with names."""

    person_name: str
    holder_name: str
    service_names: list[str]
    in_force: bool
    mine: bool
    state_text: str


class MandatesView(View):
    """Mandates in a list."""

    mandates: list[GivenMandateView]


@api.operation("GET", "/api/v1/villagers", NoForm, VillagersView)
async def villagers(call: Call[NoForm]) -> VillagersView:
    """本村村民: eldest first, numbers masked."""
    people = await call.desk.people.villagers(call.caller)
    return VillagersView(people=[PersonView.of(person, call.desk.today) for person in people])


@api.operation(
    "POST",
    "/api/v1/villagers",
    VillagerForm,
    PersonView,
    status=201,
    refuses=("not_your_village", "bad_input"),
)
async def add_villager(call: Call[VillagerForm]) -> PersonView:
    """添加村民: the known one, or a new one; another village's is refused with whom to ask."""
    form = call.form
    person = await call.desk.people.add_villager(
        AddVillager(call.caller, form.name, form.id_number, form.phone)
    )
    return PersonView.of(person, call.desk.today)


@api.operation(
    "POST",
    "/api/v1/mandates",
    MandateForm,
    MandateView,
    status=201,
    refuses=("not_your_village", "bad_input", "wrong_number", "locked_out", "unknown_service"),
)
async def record_mandate(call: Call[MandateForm]) -> MandateView:
    """记录授权委托."""
    form = call.form
    person, service = PersonId(form.person_id), ServiceCode(form.service_code)
    cmd = RecordMandate(
        call.caller,
        person,
        service,
        form.statement,
        form.id_number,
        photo=_photo(form.photo),
        more=tuple(map(ServiceCode, form.more)),
        days=form.days,
        key=call.key,
    )
    return MandateView.of(await call.desk.people.record_mandate(cmd))


@api.operation("GET", "/api/v1/mandates", NoForm, MandatesView)
async def my_mandates(call: Call[NoForm]) -> MandatesView:
    """我的授权: given and held, newest first."""
    found = await call.desk.people.my_mandates(call.caller)
    return MandatesView(mandates=[_given(one, call.caller) for one in found])


@api.operation("GET", "/api/v1/people/{person}/mandates", PersonForm, MandatesView)
async def mandates_of(call: Call[PersonForm]) -> MandatesView:
    """某人的授权, for a clerk whom the person asks."""
    found = await call.desk.people.mandates_of(call.caller, PersonId(call.form.person))
    return MandatesView(mandates=[_given(one, call.caller) for one in found])


@api.operation(
    "POST", "/api/v1/mandates/{mandate}/revoke", RevokeForm, MandateView, refuses=("not_now", "bad_input")
)
async def revoke_mandate(call: Call[RevokeForm]) -> MandateView:
    """撤销授权: by the person, by the helper, or by a clerk on the person's word."""
    cmd = RevokeMandate(call.caller, MandateId(call.form.mandate), call.form.why)
    return MandateView.of(await call.desk.people.revoke_mandate(cmd))


@api.raw("GET", "/api/v1/mandates/{mandate}/evidence", OneMandateForm, "image/jpeg")
async def see_evidence(call: Call[OneMandateForm]) -> web.StreamResponse:
    """看授权照片: decrypted for one look, which is written down."""
    content = await call.desk.people.see_evidence(call.caller, MandateId(call.form.mandate))
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}
    return web.Response(body=content, content_type="image/jpeg", headers=headers)


def _given(given: GivenMandate, caller: Caller) -> GivenMandateView:
    mandate = given.mandate
    state = "有效" if given.in_force else "已撤销" if mandate.revoked_at else "已到期"
    return GivenMandateView(
        **MandateView.of(mandate).model_dump(),
        person_name=given.person_name,
        holder_name=given.holder_name,
        service_names=list(given.services),
        in_force=given.in_force,
        mine=caller.account.person == mandate.person,
        state_text=state,
    )


def _photo(url: str) -> bytes:
    """The bytes of a data URL; none for none."""
    if not url:
        return b""
    head, _, content = url.partition(",")
    try:
        photo = base64.b64decode(content, validate=True)
    except ValueError:
        photo = b""
    if not photo or not head.startswith("data:image/"):
        raise BadInput(field="photo", why="授权照片没有传好，请重新拍一张。")
    return photo
