"""The proxy's people: the village's list, somebody new, and the elder's word."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from intake.model.ids import PersonId, ServiceCode
from intake.usecases.people.representing import AddVillager, RecordMandate
from miniapp_api.forms import Code
from miniapp_api.typed import Api, Call, Form, NoForm, View
from miniapp_api.views import PersonView, local

api = Api("proxy")


class VillagerForm(Form):
    """Somebody of the village."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    id_number: Annotated[str, Field(min_length=15, max_length=20)]
    phone: Annotated[str, Field(max_length=20, pattern=r"^[0-9]*$")] = ""


class MandateForm(Form):
    """Who allows what, in their own words; for a relative, with the relative's ID number."""

    person_id: Code
    service_code: Code
    statement: Annotated[str, Field(min_length=1, max_length=500)]
    id_number: Annotated[str, Field(max_length=20)] = ""


class VillagersView(View):
    """The village's people, eldest first."""

    people: list[PersonView]


class MandateView(View):
    """A recorded mandate."""

    id: str
    person_id: str
    service_code: str
    statement: str
    given_at: str
    expires_on: str


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
    refuses=("not_your_village", "bad_input"),
)
async def record_mandate(call: Call[MandateForm]) -> MandateView:
    """记录授权委托."""
    form = call.form
    person, service = PersonId(form.person_id), ServiceCode(form.service_code)
    cmd = RecordMandate(call.caller, person, service, form.statement, form.id_number, key=call.key)
    mandate = await call.desk.people.record_mandate(cmd)
    return MandateView(
        id=mandate.id,
        person_id=mandate.person,
        service_code=mandate.service_code,
        statement=mandate.statement,
        given_at=local(mandate.given_at),
        expires_on=mandate.expires_on.isoformat(),
    )
