"""接口说明: /openapi.json is a valid description, and the server does what it says."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from intake.errors import sentences
from intake.usecases.places.booking import FindSlots
from intake.usecases.questions.asking import AskQuestion
from intake.usecases.queue.arriving import TakeNumber
from miniapp_api.refusals import STATUS
from tests.api.visitors import Visitor
from tests.desks import ALLOWANCE, ANWEN, ELDER_CARD, County, person_of
from tests.journeys import booked, drafted, received

ROOT = Path(__file__).resolve().parents[2]
HOOKS = "tests.api.schemathesis_hooks"
SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
# What one person may look at and do; whoever writes without reading answers for what it costs.
BOUNDS = ("--max-examples=8", "--max-time=20", "--generation-deterministic", "--no-shrink", "--no-color")
# Streams end only when the page is closed; a session that signs itself out would end its own test.
LEFT_OUT = "--exclude-path-regex=/(events|sign-out)$"
# A request that is right in form may still be refused (no such item, not now): that is no fault of the form.
CHECKS = "--exclude-checks=positive_data_acceptance,ensure_resource_availability,use_after_free"


async def test_the_description_is_valid_openapi_3_1(door):
    """Any generator of clients can read it."""
    described = (await door.stranger.get("/openapi.json")).said

    OpenAPIV31SpecValidator(described).validate()
    assert (described["openapi"], described["info"]["version"]) == ("3.1.0", "1.2.3")


async def test_every_operation_says_what_it_is_for_and_how_it_refuses(door):
    """A summary in Chinese, a name of its own, and problem+json for each refusal."""
    paths = (await door.stranger.get("/openapi.json")).said["paths"]
    operations = [operation for path in paths.values() for operation in path.values()]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert operation["summary"]
        refusals = {code: told for code, told in operation["responses"].items() if int(code) >= 400}
        assert refusals
        assert all(list(told["content"]) == ["application/problem+json"] for told in refusals.values())


async def test_what_needs_no_session_says_so_and_needs_none(door):
    """Each open address answers a stranger; each other one asks who it is."""
    paths = (await door.stranger.get("/openapi.json")).said["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            answer = await door.stranger.ask(method.upper(), path.replace("{", "").replace("}", ""), json={})
            assert (answer.status == 401) == bool(operation["security"]), (method, path, answer.status)


def test_every_status_is_a_refusals():
    """Nothing is left out of the table by a slip: a code there exists."""
    assert set(STATUS) <= set(sentences())


async def things_to_try(county: County) -> dict[str, list[str]]:
    """Codes that exist, by the names fields have: cases in several states, a ticket, a question, places."""
    appointment, draft, case = (
        await booked(county),
        await drafted(county, "citizen-1", ELDER_CARD),
        await received(county),
    )
    citizen, clerk = await county.caller("citizen-1"), await county.caller("clerk-anwen-1")
    asked = await county.desk.questions.ask(AskQuestion(citizen, "公交卡在哪里充值"))
    ticket = await county.desk.queue.take_number(TakeNumber(clerk, ANWEN, ALLOWANCE, person_of(citizen)))
    slots = await county.desk.places.find_slots(FindSlots(ALLOWANCE, frozenset({ANWEN}), limit=3))
    items, people = [str(ALLOWANCE), str(ELDER_CARD)], [str(person_of(citizen))]
    return {
        "case": [case.id, case.number, draft.id],
        "case_id": [draft.id],
        "page": [case.materials[0].pages[0].id],
        "hall": [ANWEN],
        "item": items,
        "service_code": items,
        "slot_id": [slot.id for slot in slots],
        "appointment": [appointment.id, appointment.number],
        "appointment_id": [appointment.id],
        "ticket": [ticket.id],
        "question": [asked.id],
        "person_id": people,
        "counter": ["anwen-comprehensive-1"],
        "identity": ["citizen-1", "clerk-anwen-1"],
        "material": ["m1", "m2"],
    }


async def forgive_guesses(county: County) -> None:
    """It guesses tokens by the hundred and wants to hear 401 each time; that guessing is stopped is tested elsewhere."""
    async with county.store.open_uow() as uow:
        await uow.places.put_rules(replace(await uow.places.rules(), wrong_secrets=1_000_000))
        await uow.commit()


async def run_schemathesis(visitor: Visitor, known: dict[str, list[str]], folder: Path) -> str:
    """What schemathesis has to complain about, trying the whole API in one session."""
    headers = (f"--header={name}: {value}" for name, value in visitor.headers.items())
    command = (SCHEMATHESIS, "run", f"{visitor.url}/openapi.json", *headers, *BOUNDS, LEFT_OUT, CHECKS)
    hooks = {"SCHEMATHESIS_HOOKS": HOOKS, "KNOWN_TO_SCHEMATHESIS": json.dumps(known)}
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ | hooks | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return said.decode() if process.returncode else ""


@pytest.mark.parametrize("who", ["citizen-1", "clerk-anwen-1"])
async def test_the_server_does_what_its_description_says(county, door, tmp_path, who):
    """Right and wrong requests of every kind: no fault, no undescribed answer, nothing wrong that is taken for right."""
    known = await things_to_try(county)
    await forgive_guesses(county)

    complaints = await run_schemathesis(await door.sign_in(who), known, tmp_path)

    assert not complaints, complaints
