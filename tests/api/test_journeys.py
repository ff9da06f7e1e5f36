"""一路走到底, over HTTP alone: the citizen's, the proxy's and the clerk's path as a program would walk them."""

from __future__ import annotations

import csv
import gzip
import io
import json

import aiohttp

from tests.api.visitors import Visitor
from tests.desks import ALLOWANCE, ANWEN


async def act(visitor: Visitor, case, verb, **said):
    """One act on a case as it was last shown; returns how it is now."""
    answer = await visitor.post(f"/api/v1/cases/{case['id']}/{verb}", {"version": case["version"], **said})
    assert answer.status == 200, answer.content
    return answer.said


async def prepared(citizen: Visitor):
    """A draft with both papers: one sent as a bare body, one as a form's file."""
    opened = await citizen.post("/api/v1/cases", {"service_code": ALLOWANCE, "hall": ANWEN})
    assert opened.status == 201
    path = f"/api/v1/cases/{opened.said['id']}/pages"
    bare = await citizen.ask("POST", path, data=b"id_card", headers={"Content-Type": "image/jpeg"})
    form = aiohttp.FormData()
    form.add_field("note", "不是照片")
    form.add_field("photo", io.BytesIO(b"bank_card"), filename="IMG_0001.HEIC", content_type="image/heic")
    filed = await citizen.ask("POST", path, params={"material": "m2"}, data=form)
    assert [answer.status for answer in (bare, filed)] == [201, 201], (bare.content, filed.content)
    assert [answer.said["material"]["kind"] for answer in (bare, filed)] == ["id_card", "bank_card"]
    return filed.said["case"]


async def test_from_a_booked_place_to_the_evaluation(county, door):
    """Citizen, clerk, approver, window and citizen again; each page shows what its person may do next."""
    citizen, clerk = await door.sign_in("citizen-1"), await door.sign_in("clerk-anwen-1")
    approver = await door.sign_in("approver-civil_affairs-1")
    slot = (await citizen.get("/api/v1/slots", item=ALLOWANCE, hall=ANWEN, limit=1)).said["slots"][0]
    booked = await citizen.post("/api/v1/appointments", {"slot_id": slot["id"], "service_code": ALLOWANCE})
    assert (booked.status, booked.said["when_text"]) == (201, slot["when_text"])

    draft = await prepared(citizen)
    handed = await citizen.post(f"/api/v1/cases/{draft['id']}/submit", {"appointment_id": booked.said["id"]})
    case = handed.said
    assert (case["number"], case["lacking"], case["acts"]) == ("BJ2026112300001", [], ["withdraw"])

    county.clock.forward(hours=1)
    ticket = (await clerk.post("/api/v1/halls/anwen/check-in", {"appointment": booked.said["number"]})).said
    called = (await clerk.post("/api/v1/halls/anwen/call", {"counter": "anwen-comprehensive-1"})).said
    assert (called["id"], called["case_id"], called["counter_name"]) == (
        ticket["id"],
        case["id"],
        "综合窗口1",
    )
    served = (await clerk.post(f"/api/v1/tickets/{called['id']}/serve", {"version": called["version"]})).said

    seen = (await clerk.get(f"/api/v1/cases/{case['number']}")).said
    assert {"receive", "redirect"} <= set(seen["acts"])
    assert "*" in seen["applicant"]["id_number"]
    case = await act(clerk, seen, "receive")
    case = await act(clerk, case, "accept")
    assert (case["due"]["day_text"], case["due"]["light"]) == ("12月7日（星期一）", "green")
    case = await act(clerk, case, "hand-over")
    finished = await clerk.post(f"/api/v1/tickets/{served['id']}/finish", {"version": served["version"]})
    assert finished.said["state_text"] == "已办完"

    (waiting,) = (await approver.get("/api/v1/department/cases")).said["cases"]
    seen = (await approver.get(f"/api/v1/cases/{waiting['id']}")).said
    assert set(seen["acts"]) == {"decide", "ask_correction", "escalate"}
    case = await act(approver, seen, "decide", granted=True)
    case = (await clerk.get(f"/api/v1/cases/{case['id']}")).said
    case = await act(clerk, case, "issue")
    assert case["issue"]["code"] == ""
    code = (await citizen.get(f"/api/v1/cases/{case['id']}")).said["issue"]["code"]
    case = await act(clerk, case, "deliver", code=code)

    judged = await citizen.post(f"/api/v1/cases/{case['id']}/evaluate", {"grade": 5, "words": "很快"})
    assert (judged.said["state_text"], judged.said["evaluation"]["grade_text"]) == ("已评价", "非常满意")
    told = [event["act"] for event in judged.said["history"]]
    assert told == [
        *("open", "add_page", "add_page", "submit", "receive"),
        *("accept", "hand_over", "decide", "issue", "deliver", "evaluate"),
    ]
    assert judged.said["acts"] == []


async def test_a_proxy_for_an_elder(door):
    """Choose from the village list, record the word, open and submit; both names stand on the case."""
    proxy = await door.sign_in("proxy-1")
    people = (await proxy.get("/api/v1/villagers")).said["people"]
    elder = next(person for person in people if person["name"] == "楼淑芬")
    assert "*" in elder["id_number"]
    assert "*" in elder["phone"]

    mandate = {"person_id": elder["id"], "service_code": ALLOWANCE, "statement": "本人当面同意"}
    given = (await proxy.post("/api/v1/mandates", mandate)).said
    assert given["expires_on"] == "2027-02-21"
    wish = {"service_code": ALLOWANCE, "hall": "jianshan", "person_id": elder["id"]}
    opened = (await proxy.post("/api/v1/cases", wish)).said
    done = await proxy.post(f"/api/v1/cases/{opened['id']}/submit", {"bring_later": True})

    assert (done.said["applicant_name"], done.said["proxy_name"]) == ("楼淑芬", "朱明松")
    (card,) = (await proxy.get("/api/v1/cases")).said["cases"]
    assert card["number"] == done.said["number"]


async def test_a_look_at_the_full_number_is_on_record(county, door):
    """Masked on every page; one press shows it to the clerk, and the trail knows."""
    citizen, clerk = await door.sign_in("citizen-1"), await door.sign_in("clerk-anwen-1")
    draft = await prepared(citizen)
    case = (await citizen.post(f"/api/v1/cases/{draft['id']}/submit")).said

    shown = await clerk.get(f"/api/v1/cases/{case['id']}")
    revealed = await clerk.post(f"/api/v1/cases/{case['id']}/id-number")

    assert "330000198105160127" not in shown.content.decode()
    assert revealed.said == {"id_number": "330000198105160127"}
    assert [entry.by for entry in await county.audited("case.id_seen")] == ["clerk-anwen-1"]


async def test_a_photograph_is_looked_at_and_taken_back(door):
    """The picture itself, never kept by anything on the way; then it is gone."""
    citizen = await door.sign_in("citizen-1")
    draft = await prepared(citizen)
    (page,) = draft["materials"][0]["pages"]

    looked = await citizen.get(page["url"])
    dropped = await citizen.ask("DELETE", f"/api/v1/cases/{draft['id']}/pages/{page['id']}")

    assert (looked.content, looked.headers["Content-Type"]) == (b"id_card", "image/jpeg")
    assert "no-store" in looked.headers["Cache-Control"]
    assert dropped.said["materials"][0]["pages"] == []
    assert (await citizen.get(page["url"])).status == 404


async def test_a_question_and_its_answer(door):
    """Asked on the phone, answered on the desk page."""
    citizen, clerk = await door.sign_in("citizen-1"), await door.sign_in("clerk-anwen-1")
    asked = (await citizen.post("/api/v1/questions", {"text": "公交卡在哪里充值"})).said
    assert asked["due_text"] == "11月24日（星期二）"

    (waiting,) = (await clerk.get("/api/v1/halls/anwen/questions")).said["questions"]
    said = {"version": waiting["version"], "answer": "在邮政储蓄银行。"}
    await clerk.post(f"/api/v1/questions/{waiting['id']}/answer", said)

    (answered,) = (await citizen.get("/api/v1/questions")).said["questions"]
    assert (answered["state"], answered["answer"]) == ("answered", "在邮政储蓄银行。")


async def test_an_appointment_as_a_calendar_file_and_given_back(door):
    """For the phone's own calendar, by its own person only."""
    citizen, other = await door.sign_in("citizen-1"), await door.sign_in("citizen-2")
    slot = (await citizen.get("/api/v1/slots", item=ALLOWANCE, limit=1)).said["slots"][0]
    booked = (
        await citizen.post("/api/v1/appointments", {"slot_id": slot["id"], "service_code": ALLOWANCE})
    ).said
    path = f"/api/v1/appointments/{booked['id']}"

    file = await citizen.get(f"{path}/calendar.ics")
    refused = await other.get(f"{path}/calendar.ics")
    gone = (await citizen.post(f"{path}/cancel")).said

    assert file.content.startswith(b"BEGIN:VCALENDAR")
    assert f"{booked['number']}.ics" in file.headers["Content-Disposition"]
    assert refused.status == 404
    assert gone["state_text"] == "已取消"


# The page speaks to people, the file in the policy's terms.
ON_PAPER = {"可直接办": "直办", "可代办": "代办", "请到别处办": "到别处办"}


async def test_the_public_list_and_its_download_say_the_same(door):
    """直办代办清单 as a page and as a file that Chinese spreadsheet programs open."""
    page = (await door.stranger.get("/api/v1/halls/anwen/items")).said["items"]
    file = await door.stranger.get("/api/v1/halls/anwen/items.csv")

    assert file.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    columns = [head.index(name) for name in ("事项编码", "办理方式")]
    listed = {tuple(row[column] for column in columns) for row in rows}
    assert len(rows) == len(page)
    assert listed == {(item["service_code"], ON_PAPER[item["way_text"]]) for item in page}


async def test_an_item_is_found_by_words_and_told_whole(door):
    """The search of the phone page, the matcher, and the guide."""
    found = (await door.stranger.get("/api/v1/items", q="我妈七十了想办老年优待证")).said["items"]
    matched = (await door.stranger.post("/api/v1/match", {"text": "我妈七十了想办老年优待证"})).said
    guide = (await door.stranger.get(f"/api/v1/items/{found[0]['service_code']}")).said

    assert found[0]["service_code"] == matched["candidates"][0]["service_code"] == "MZ10"
    assert matched["decision"] == "match"
    assert "居民身份证" in [material["name"] for material in guide["materials"]]
    assert len(guide["halls"]) == 15


async def test_every_item_is_named_for_a_phone_that_searches_without_a_line(door):
    """As many as in the public list, each by all its names, and small enough for a village."""
    names = (await door.stranger.get("/api/v1/item-names")).said["items"]
    listed = (await door.stranger.get("/api/v1/items")).said["items"]

    assert [(n["service_code"], n["name"]) for n in names] == [(i["service_code"], i["name"]) for i in listed]
    (card,) = (n for n in names if n["name"] == "老年人优待证办理")
    assert "老年证" in card["aliases"]
    assert len(gzip.compress(json.dumps(names, ensure_ascii=False).encode())) < 64 * 1024


async def test_slots_of_chosen_days_only(door):
    """From and to are both included."""
    answer = await door.stranger.get(
        "/api/v1/slots", **{"item": ALLOWANCE, "from": "2026-11-28", "to": "2026-11-28"}
    )

    assert answer.said["slots"]
    assert {slot["start"][:10] for slot in answer.said["slots"]} == {"2026-11-28"}


async def test_the_directors_figures_come_with_what_is_missing(door):
    """And nobody else's director sees them."""
    answer = await (await door.sign_in("director-anwen")).get("/api/v1/halls/anwen/figures")
    nearby = answer.said["nearby"]

    assert len(nearby["missing"]) == nearby["total"] - nearby["near"]
    assert (await (await door.sign_in("director-county")).get("/api/v1/halls/anwen/figures")).status == 404


async def test_health_readiness_and_pages(door):
    """What an operator and a browser ask first."""
    alive, ready = await door.stranger.get("/healthz"), await door.stranger.get("/readyz")
    page, none = await door.stranger.get("/"), await door.stranger.get("/desk")

    assert alive.status == 200
    assert ready.said == {"status": "ready", "adapters": {"database": "ok"}}
    assert "就近办" in page.content.decode()
    assert none.status == 404
    for answer in (alive, ready, page, none):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert (await door.stranger.get("/api/v1/halls")).headers["Cache-Control"] == "no-store"
