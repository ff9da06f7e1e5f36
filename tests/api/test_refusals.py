"""拒绝的样子: whatever is refused leaves as problem+json with a code, a plain sentence and a next step."""

from __future__ import annotations

import io
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from intake.errors import Busy
from miniapp_api.app import Surroundings, build_app
from papers.calendar import appointment_calendar
from tests.api.visitors import Door, refusal
from tests.desks import ALLOWANCE, ANWEN, MARRIAGE, person_of
from tests.journeys import accepted, booked, correction_asked, drafted, issued, received, submitted

NEW_CASE = {"service_code": ALLOWANCE, "hall": ANWEN}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/v1/nothing", None, 404, "no_such_page"),
        ("GET", "/nothing", None, 404, "no_such_page"),
        ("PUT", "/api/v1/cases", None, 405, "wrong_method"),
        ("GET", "/api/v1/me", None, 401, "not_signed_in"),
        ("POST", "/api/v1/cases", {"service_code": ALLOWANCE, "hall": ANWEN}, 401, "not_signed_in"),
        ("GET", "/api/v1/items/XX99", None, 404, "unknown_service"),
        ("GET", "/api/v1/halls/nowhere", None, 404, "not_found"),
        ("GET", "/api/v1/halls/nowhere/items", None, 404, "not_found"),
        ("POST", "/api/v1/auth/demo", {"identity": "nobody"}, 404, "not_found"),
    ],
)
async def test_a_stranger_is_refused_in_the_same_words_everywhere(door, method, path, body, status, code):
    """A wrong address, a wrong method, no session, nothing there."""
    answer = await door.stranger.ask(method, path, json=body)

    refusal(answer, status, code)
    assert status != 405 or answer.headers["Allow"]


async def test_who_opens_a_wrong_address_by_hand_is_shown_a_page(door):
    """A mistyped address in a browser: a sentence and the way home, no JSON; a program still gets its code."""
    answer = await door.stranger.ask("GET", "/halls", headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "没有这个地址。" in answer.content.decode()
    assert 'href="/"' in answer.content.decode()
    programs = await door.stranger.ask("GET", "/api/v1/nothing", headers={"Accept": "text/html"})
    refusal(programs, 404, "no_such_page")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"service_code", "hall"}),
        ({"service_code": ALLOWANCE, "hall": ANWEN, "hal": ANWEN}, {"hal"}),
        ({"service_code": "../..", "hall": 7}, {"service_code", "hall"}),
        ({"service_code": None, "hall": [ANWEN]}, {"service_code", "hall"}),
    ],
)
async def test_a_form_is_refused_with_each_faulty_field_named(door, body, fields):
    """In Chinese, beside the field, and never in a library's English."""
    citizen = await door.sign_in("citizen-1")

    said = refusal(await citizen.post("/api/v1/cases", body), 422, "invalid_form")

    assert {error["field"] for error in said["errors"]} == fields
    assert not any(error["message"].isascii() for error in said["errors"])


@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        (b"{", "application/json", 400, "invalid_form"),
        (b"[1]", "application/json", 400, "invalid_form"),
        (b'"text"', "application/json", 400, "invalid_form"),
        (b'{"text": "\xff"}', "application/json", 400, "invalid_form"),
        (b'{"text": "\\ud800"}', "application/json", 400, "invalid_form"),
        (b"text=1", "application/x-www-form-urlencoded", 415, "wrong_media"),
        (b"x" * (25 * 1024 * 1024), "application/json", 413, "too_large"),
    ],
    ids=["cut off", "a list", "a word", "not UTF-8", "half a character", "another form", "too large"],
)
async def test_a_body_that_cannot_be_read_is_refused(door, body, media, status, code):
    """Before anything is done with it."""
    headers = {"Content-Type": media}
    answer = await door.stranger.ask("POST", "/api/v1/match", data=io.BytesIO(body), headers=headers)

    refusal(answer, status, code)


async def test_what_the_desk_refuses_reaches_the_page_with_its_facts(county, door):
    """One walk past the refusals of opening, booking and handing in; each says what a page needs to go on."""
    citizen = await door.sign_in("citizen-1")
    case = await submitted(county)
    said = refusal(await citizen.post("/api/v1/cases", NEW_CASE), 409, "already_open")
    assert said["facts"] == {"number": case.number, "case": case.id}

    marriage = {"service_code": MARRIAGE, "hall": ANWEN}
    said = refusal(await citizen.post("/api/v1/cases", marriage), 409, "not_offered_here")
    assert said["alternatives"] == [{"label": "县365行政服务中心", "value": "county"}]
    refusal(await citizen.post("/api/v1/cases", {**NEW_CASE, "service_code": "XX99"}), 404, "unknown_service")

    other = await door.sign_in("citizen-2")
    draft = await drafted(county, "citizen-2")
    said = refusal(await other.post(f"/api/v1/cases/{draft.id}/submit"), 409, "materials_lacking")
    assert draft.materials[0].name in said["title"]
    path = f"/api/v1/cases/{draft.id}/pages"
    refusal(
        await other.ask("POST", path, data=b"no picture!", headers={"Content-Type": "image/jpeg"}),
        422,
        "photo_refused",
    )
    answer = await other.ask(
        "POST", f"{path}?material=m99", data=b"id_card", headers={"Content-Type": "image/jpeg"}
    )
    refusal(answer, 422, "unknown_material")
    refusal(await other.ask("POST", path, data=b"", headers={"Content-Type": "image/jpeg"}), 422, "bad_input")


async def test_booking_refusals_carry_ways_on(county, door):
    """已约满 with places to press, 已经约好 with the appointment, and a time that is past."""
    citizen = await door.sign_in("citizen-1")
    slots = (await door.stranger.get("/api/v1/slots", item=ALLOWANCE, hall=ANWEN)).said["slots"]
    first = slots[0]
    for who in ("person-1", "person-2"):
        await booked(county, who)
    wish = {"service_code": ALLOWANCE, "slot_id": first["id"]}

    said = refusal(await citizen.post("/api/v1/appointments", wish), 409, "slot_full")
    nearest = {**wish, "slot_id": said["alternatives"][0]["value"]}
    taken = await citizen.post("/api/v1/appointments", nearest)
    assert taken.status == 201
    said = refusal(await citizen.post("/api/v1/appointments", wish), 409, "already_booked")
    assert said["facts"] == {"number": taken.said["number"], "appointment": taken.said["id"]}
    late = await door.sign_in("citizen-2")
    county.clock.forward(hours=2)
    refusal(await late.post("/api/v1/appointments", wish), 409, "slot_past")


async def test_acting_for_others_is_refused_with_the_way_to_do_it_rightly(county, door):
    """No mandate yet; not this village; a word without words."""
    proxy, elder = await door.sign_in("proxy-1"), person_of(await county.caller("elder-1"))
    stranger = person_of(await county.caller("elder-7"))

    refusal(await proxy.post("/api/v1/cases", {**NEW_CASE, "person_id": elder}), 403, "mandate_needed")
    mandate = {"service_code": ALLOWANCE, "statement": "本人同意"}
    said = refusal(
        await proxy.post("/api/v1/mandates", {**mandate, "person_id": stranger}), 403, "not_your_village"
    )
    assert "佳村" in said["next_step"]
    said = refusal(
        await proxy.post("/api/v1/mandates", {**mandate, "person_id": elder, "statement": "  "}),
        422,
        "invalid_form",
    )
    assert said["errors"][0]["field"] == "statement"
    wrong = {"name": "王大爷", "id_number": "330000196001010011"}
    said = refusal(await proxy.post("/api/v1/villagers", wrong), 422, "bad_input")
    assert said["errors"][0]["field"] == "id_number"


async def test_a_stale_page_is_told_so_with_the_version_that_is_true(county, door):
    """409, and the page can fetch and show what changed."""
    case = await received(county)
    clerk = await door.sign_in("clerk-anwen-1")

    answer = await clerk.post(f"/api/v1/cases/{case.id}/accept", {"version": case.version - 1})

    assert refusal(answer, 409, "stale")["facts"] == {"version": str(case.version)}
    shown = await clerk.get(f"/api/v1/cases/{case.id}")
    assert (shown.said["state"], shown.said["version"]) == ("received", case.version)


async def test_the_countys_own_refusals(county, door):
    """Not this role, not now, not this code, nobody waiting, too many rounds."""
    clerk, citizen = await door.sign_in("clerk-anwen-1"), await door.sign_in("citizen-1")
    refusal(
        await clerk.post("/api/v1/halls/anwen/call", {"counter": "anwen-comprehensive-1"}),
        409,
        "nobody_waiting",
    )
    refusal(await clerk.post("/api/v1/halls/anwen/tickets", {"holder": " "}), 422, "bad_input")

    case = await issued(county)
    path = f"/api/v1/cases/{case.id}"
    wrong = {"version": case.version, "code": "x"}
    refusal(await clerk.post(f"{path}/deliver", wrong), 403, "wrong_code")
    refusal(await clerk.post(f"{path}/accept", {"version": case.version}), 409, "not_now")
    said = refusal(await citizen.post(f"{path}/accept", {"version": case.version}), 403, "not_allowed")
    assert "窗口工作人员" in said["next_step"]


async def answered(citizen, path):
    """The paper photographed again and handed in; before that, what is still open is named."""
    early = await citizen.post(f"{path}/resupply")
    assert "身份证" in refusal(early, 409, "still_to_correct")["title"]
    photo = {"data": b"id_card", "headers": {"Content-Type": "image/jpeg"}}
    added = await citizen.ask("POST", f"{path}/pages", params={"material": "m1"}, **photo)
    assert added.status == 201
    return await citizen.post(f"{path}/resupply")


async def test_corrections_end_with_the_directors_name(county, door):
    """too_many_rounds, over HTTP."""
    asked = await correction_asked(county)
    citizen, clerk = await door.sign_in("citizen-1"), await door.sign_in("clerk-anwen-1")
    path, fault = f"/api/v1/cases/{asked.id}", {"m1": {"verdict": "wrong"}}
    for _ in range(2):
        back = await answered(citizen, path)
        answer = await clerk.post(f"{path}/correction", {"version": back.said["version"], "materials": fault})
        assert answer.status == 200
    back = await answered(citizen, path)

    answer = await clerk.post(f"{path}/correction", {"version": back.said["version"], "materials": fault})

    director = await county.caller("director-anwen")
    assert director.account.name in refusal(answer, 409, "too_many_rounds")["next_step"]


async def test_one_idempotency_key_is_one_intent(county, door):
    """The same press again is the same answer; another press under it is refused."""
    citizen, draft = await door.sign_in("citizen-1"), await drafted(county)
    path = f"/api/v1/cases/{draft.id}/submit"

    one = await citizen.post(path, {"bring_later": True}, key="press-1")
    again = await citizen.post(path, {"bring_later": True}, key="press-1")
    other = await citizen.post("/api/v1/questions", {"text": "公交卡在哪里充值"}, key="press-1")

    assert (one.status, one.said["number"]) == (again.status, again.said["number"])
    refusal(other, 409, "key_reused")


async def test_a_key_too_long_to_keep_is_refused_and_not_cut_short(county, door):
    """Cut short, two presses would share one key, and the second be answered as the first."""
    citizen, draft = await door.sign_in("citizen-1"), await drafted(county)

    answer = await citizen.post(f"/api/v1/cases/{draft.id}/submit", {"bring_later": True}, key="k" * 201)

    said = refusal(answer, 422, "invalid_form")
    assert said["errors"][0]["field"] == "Idempotency-Key"
    assert (await drafted(county)).number == ""


OTHERS = ("citizen-2", "proxy-1", "proxy-3")


@pytest.mark.parametrize("who", OTHERS)
async def test_another_citizens_case_does_not_exist(county, door, who):
    """Whatever one does with its id or its number: 404, and nothing of it is told."""
    case = await accepted(county)
    page = case.materials[0].pages[0]
    visitor = await door.sign_in(who)
    attempts: list[tuple[str, str, Any]] = [
        ("GET", f"/api/v1/cases/{case.id}", None),
        ("GET", f"/api/v1/cases/{case.number}", None),
        ("DELETE", f"/api/v1/cases/{case.id}/pages/{page.id}", None),
        ("GET", f"/api/v1/pages/{page.id}", None),
        *(
            ("POST", f"/api/v1/cases/{case.id}/{verb}", body)
            for verb, body in (("submit", {}), ("withdraw", {}), ("resupply", {}), ("evaluate", {"grade": 5}))
        ),
    ]

    for method, path, body in attempts:
        answer = await visitor.ask(method, path, json=body)
        refusal(answer, 404, "not_found")
        for secret in (case.number, case.applicant_name, case.service_name):
            assert secret not in answer.content.decode()
    upload = await visitor.ask(
        "POST", f"/api/v1/cases/{case.id}/pages", data=b"id_card", headers={"Content-Type": "image/jpeg"}
    )
    refusal(upload, 404, "not_found")


@pytest.mark.parametrize(
    "verb",
    ["receive", "accept", "hand-over", "correction", "redirect", "decide", "issue", "deliver", "id-number"],
)
async def test_the_countys_verbs_are_not_a_citizens(county, door, verb):
    """Not even on one's own case, and a wrong version is not what they hear about first."""
    case, citizen = await accepted(county), await door.sign_in("citizen-1")
    words: dict[str, dict[str, object]] = {
        "redirect": {"reason": "甲", "ground": "乙", "instead": "丙"},
        "decide": {"granted": True},
        "correction": {"remark": "请补"},
    }
    body = {} if verb == "id-number" else {**words.get(verb, {}), "version": 99}

    refusal(await citizen.post(f"/api/v1/cases/{case.id}/{verb}", body), 403, "not_allowed")


class Breaking:
    """A conversation in which something goes wrong."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    async def hear(self, *_: object, **__: object) -> Any:
        raise self._fault

    async def marks(self, *_: object) -> Any:
        raise self._fault

    async def messages(self, *_: object) -> Any:
        raise self._fault


@pytest.fixture
async def breaking_door(county, tmp_path):
    """Opens a door behind which the conversation breaks in a chosen way."""
    servers: list[TestServer] = []

    async def open_with(fault: Exception) -> str:
        around = Surroundings(Breaking(fault), appointment_calendar, tmp_path, {}, "1.2.3", demo=True)
        server = TestServer(build_app(county.desk, around))
        await server.start_server()
        servers.append(server)
        return str(server.make_url(""))

    yield open_with
    for server in servers:
        await server.close()


async def test_a_fault_of_ours_is_an_apology_with_a_number_to_read_out(breaking_door):
    """Nothing of the machine's inside is told."""
    async with Door.at(await breaking_door(RuntimeError("secret of the house"))) as door:
        citizen = await door.sign_in("citizen-1")

        answer = await citizen.post("/api/v1/chat/messages", {"message_id": "1", "text": "您好"})

    said = refusal(answer, 500, "fault")
    assert said["reference"] in said["next_step"]
    assert "secret" not in answer.content.decode()
    assert "RuntimeError" not in answer.content.decode()


async def test_too_much_at_once_asks_to_try_again(breaking_door):
    """503, and the person is told that nothing was lost."""
    async with Door.at(await breaking_door(Busy())) as door:
        citizen = await door.sign_in("citizen-1")

        answer = await citizen.post("/api/v1/chat/messages", {"message_id": "1", "text": "您好"})

    assert "再试" in refusal(answer, 503, "busy")["next_step"]


async def test_a_relatives_matter_is_opened_under_the_recorded_word(county, door):
    """The same refusal as a proxy's, and the same way on."""
    citizen, elder = await door.sign_in("citizen-1"), person_of(await county.caller("elder-1"))
    refusal(await citizen.post("/api/v1/cases", {**NEW_CASE, "person_id": elder}), 403, "mandate_needed")
    word = {"person_id": elder, "service_code": ALLOWANCE, "statement": "家人同意"}
    refusal(await citizen.post("/api/v1/mandates", word), 422, "wrong_number")
    given = await citizen.post("/api/v1/mandates", {**word, "id_number": "330000195006300127"})
    assert given.status == 201

    opened = await citizen.post("/api/v1/cases", {**NEW_CASE, "person_id": elder})

    assert (opened.status, opened.said["applicant_name"]) == (201, "楼淑芬")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"\xff\xd8\xff no boundary was named"),
        ("multipart/form-data; boundary=here", b"\xff\xd8\xff it never comes"),
    ],
)
async def test_a_form_that_came_in_pieces_is_asked_for_again(door, kind, body):
    """A photograph whose form lost its boundary on a village's line is no fault of ours to apologise for."""
    citizen = await door.sign_in("citizen-1")
    opened = await citizen.post("/api/v1/cases", {"service_code": ALLOWANCE, "hall": ANWEN})

    answer = await citizen.ask(
        "POST", f"/api/v1/cases/{opened.said['id']}/pages", data=body, headers={"Content-Type": kind}
    )

    assert (answer.status, answer.said["code"]) == (422, "bad_input")
    assert "照片没有传完整" in answer.said["title"]
