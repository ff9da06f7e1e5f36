"""What has an owner, over HTTP: help asked for, bad grades, work orders, staff and the proxies' months.

Whoever may is answered, once under a key however often the key comes; whoever may not hears whose task it is.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from intake.usecases.cases.deciding import EvaluateCase
from tests.api.visitors import refusal
from tests.journeys import delivered

WISH = {"text": "想办高龄津贴，腿脚不便", "service_code": "MZ09"}


async def twice(visitor, path, said, status=200):
    """The same tap through a bad line, twice under one key: both answers are one."""
    first = await visitor.post(path, said, key=f"key {path}")
    again = await visitor.post(path, said, key=f"key {path}")

    assert (first.status, again.status) == (status, status), first.content
    assert first.said == again.said
    return first.said


async def test_help_is_asked_for_taken_up_and_asked_for_again(door):
    """The elder asks, the village's own proxy answers, and the hall takes it up when that was not enough."""
    elder, proxy = await door.sign_in("elder-1"), await door.sign_in("proxy-1")
    asked = await twice(elder, "/api/v1/help", WISH, 201)
    path = f"/api/v1/help/{asked['id']}"

    taken = await twice(proxy, f"{path}/accept", {"version": asked["version"]})
    advised = await twice(proxy, f"{path}/advise", {"version": taken["version"], "words": "带身份证来村委"})
    again = await twice(elder, f"{path}/again", {"why": "村委没有人"})

    assert [taken["state"], advised["state"], again["state"]] == ["accepted", "advised", "forwarded"]
    assert [one["id"] for one in (await elder.get("/api/v1/help")).said["requests"]] == [asked["id"]]
    clerk = await door.sign_in("clerk-jianshan-1")
    (listed,) = (await clerk.get("/api/v1/halls/jianshan/help")).said["requests"]
    assert (listed["id"], listed["answer"]) == (asked["id"], "带身份证来村委")
    told = [step["act"] for step in (await elder.get(path)).said["history"]]
    assert told == ["ask", "accept", "advise", "again"]


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("proxy-2", 404, "not_found"),
        ("clerk-county-1", 404, "not_found"),
        ("citizen-1", 403, "not_allowed"),
        ("approver-civil_affairs-1", 403, "not_allowed"),
    ],
)
async def test_a_request_for_help_is_answered_by_nobody_else(door, who, status, code):
    """Another village's proxy and another hall's clerk have never heard of it."""
    asked = (await (await door.sign_in("elder-1")).post("/api/v1/help", WISH)).said
    other = await door.sign_in(who)

    answer = await other.post(f"/api/v1/help/{asked['id']}/accept", {"version": asked["version"]})

    refusal(answer, status, code)


async def test_who_asks_for_help_is_a_citizen_and_whose_page_is_old_is_told(door):
    """A clerk asks nobody for help at this counter; a second page does not undo the first; words are asked for."""
    elder, proxy = await door.sign_in("elder-1"), await door.sign_in("proxy-1")
    refusal(await (await door.sign_in("clerk-jianshan-1")).post("/api/v1/help", WISH), 403, "not_allowed")
    asked = (await elder.post("/api/v1/help", WISH)).said
    path = f"/api/v1/help/{asked['id']}"

    refusal(await proxy.post(f"{path}/hand-back", {"version": 1}), 422, "bad_input")
    assert (await proxy.post(f"{path}/accept", {"version": 1})).status == 200

    refusal(await proxy.post(f"{path}/advise", {"version": 1, "words": "请来"}), 409, "stale")


async def judged(county, door):
    """A bad grade of a finished case, as its director's page shows it."""
    case, citizen = await delivered(county), await county.caller("citizen-1")
    await county.desk.cases.evaluate(EvaluateCase(citizen, case.id, 2, "等了太久"))
    director = await door.sign_in("director-anwen")
    (shown,) = (await director.get("/api/v1/follow-ups", hall="anwen")).said["follow_ups"]
    return director, shown


async def test_a_bad_grade_is_followed_up_to_a_second_grade(county, door):
    """Called, closed with what was done, judged once more by whoever gave the first grade."""
    director, begun = await judged(county, door)
    path = f"/api/v1/follow-ups/{begun['id']}"
    closing = {"finding": "窗口只开了一个", "remedy": "周一加开一个窗口"}
    refusal(await director.post(f"{path}/close", {"version": 1, **closing}), 409, "not_contacted")

    called = await twice(director, f"{path}/contact", {"version": 1, "words": "等了两个小时"})
    closed = await twice(director, f"{path}/close", {"version": called["version"], **closing})
    citizen = await door.sign_in("citizen-1")
    again = await twice(citizen, f"{path}/judge-again", {"grade": 4, "words": "这次好了"})

    assert [called["state"], closed["state"], again["second_grade"]] == ["contacted", "closed", 4]
    (mine,) = (await citizen.get("/api/v1/my/follow-ups")).said["follow_ups"]
    assert (mine["remedy"], mine["second_grade"]) == ("周一加开一个窗口", 4)
    assert (await director.get("/api/v1/overdue", hall="anwen")).said["follow_ups"] == []


async def test_a_bad_grade_is_followed_up_by_nobody_it_judged(county, door):
    """Not by the clerk who had the case, not by another hall, not by a citizen; it may go to an unjudged colleague."""
    director, begun = await judged(county, door)
    path = f"/api/v1/follow-ups/{begun['id']}"
    said = {"version": 1, "words": "打过电话"}

    for who, status, code in (
        ("clerk-anwen-1", 403, "judged_themselves"),
        ("clerk-anwen-2", 404, "not_found"),
        ("director-county", 404, "not_found"),
        ("citizen-1", 403, "not_allowed"),
    ):
        refusal(await (await door.sign_in(who)).post(f"{path}/contact", said), status, code)
    able = [one["code"] for one in (await director.get(f"{path}/colleagues")).said["colleagues"]]
    assert "clerk-anwen-1" not in able
    handed = await twice(director, f"{path}/hand-over", {"version": 1, "to": "clerk-anwen-2", "why": "出差"})
    assert handed["owner"] == "clerk-anwen-2"


async def test_a_work_order_goes_from_the_clerk_to_the_keeper_and_back(door):
    """Opened with a picture, answered by the keeper, verified by the opener, filed away by the keeper."""
    clerk, keeper = await door.sign_in("clerk-anwen-1"), await door.sign_in("keeper")
    opened = await twice(
        clerk, "/api/v1/work-orders", {"text": "材料写错了", "service_code": "MZ09"}, status=201
    )
    path = f"/api/v1/work-orders/{opened['id']}"
    picture = {"data": b"screen", "headers": {"Content-Type": "image/png", "Idempotency-Key": "picture"}}
    added = await clerk.ask("POST", f"{path}/images", **picture)
    assert (await clerk.ask("POST", f"{path}/images", **picture)).said == added.said
    assert (added.status, len(added.said["images"])) == (201, 1)
    assert (await keeper.get(f"{path}/images/0")).status == 200

    answered = await twice(keeper, f"{path}/answer", {"version": added.said["version"], "words": "清单已改"})
    verified = await twice(clerk, f"{path}/verify", {"version": answered["version"]})
    refusal(await clerk.post(f"{path}/close", {"version": verified["version"]}), 403, "not_allowed")
    closed = await twice(keeper, f"{path}/close", {"version": verified["version"]})

    assert [one["state"] for one in (answered, verified, closed)] == ["answered", "verified", "closed"]
    assert (await keeper.get("/api/v1/work-orders")).said["orders"] == []
    (kept,) = (await keeper.get("/api/v1/work-orders", closed="true")).said["orders"]
    (mine,) = (await clerk.get("/api/v1/work-orders")).said["orders"]
    assert (kept["id"], mine["state"]) == (opened["id"], "closed")


async def test_a_work_order_is_opened_by_staff_answered_by_its_keeper_and_verified_by_its_opener(door):
    """Everybody else hears whose task it is, or has never heard of it."""
    clerk, colleague = await door.sign_in("clerk-anwen-1"), await door.sign_in("clerk-anwen-2")
    wrong = {"text": "打不开网页"}
    refusal(await (await door.sign_in("citizen-1")).post("/api/v1/work-orders", wrong), 403, "not_allowed")
    opened = (await clerk.post("/api/v1/work-orders", wrong)).said
    path, said = f"/api/v1/work-orders/{opened['id']}", {"version": 1, "words": "好了"}

    refusal(await clerk.post(f"{path}/answer", said), 403, "not_allowed")
    refusal(await colleague.get(path), 404, "not_found")
    refusal(await clerk.post(f"{path}/verify", said), 409, "not_now")
    answered = await (await door.sign_in("operator")).post(f"{path}/answer", said)
    refusal(await colleague.post(f"{path}/verify", {**said, "version": 2}), 404, "not_found")
    assert (answered.status, answered.said["state"]) == (200, "answered")


async def test_a_director_keeps_the_own_halls_staff(door):
    """Trainings, words on items and duties, each once however often it is sent; all of it stands on the roster."""
    director, at = await door.sign_in("director-anwen"), "/api/v1/staff/clerk-anwen-1"
    until = {"course": "intake-2.0", "until": "2029-06-30", "note": "复训"}
    trained = await twice(director, f"{at}/trainings", until, 201)
    word = {"service_code": "MZ09", "allowed": "withhold", "why": "本周专办养老"}
    withheld = await twice(director, f"{at}/authorisations", word)
    hours = {"start": "2026-11-25T09:00:00+08:00", "end": "2026-11-25T12:00:00+08:00"}
    duty = await twice(director, f"{at}/duties", {"post": "reception", **hours}, 201)
    refusal(await director.post(f"{at}/duties", {"post": "reception", **hours}), 409, "duty_clash")

    roster = (await director.get("/api/v1/halls/anwen/staff")).said
    member = next(one for one in roster["members"] if one["code"] == "clerk-anwen-1")
    assert (trained["until"], withheld["allowed"]) == ("2029-06-30", False)
    assert trained in member["trainings"]
    assert [one["service_code"] for one in member["authorisations"]] == ["MZ09"]
    assert [one["id"] for one in roster["duties"]] == [duty["id"]]
    await twice(director, f"/api/v1/duties/{duty['id']}/cancel", {})
    assert (await director.get("/api/v1/halls/anwen/staff")).said["duties"] == []


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("director-county", 404, "not_found"),
        ("clerk-anwen-2", 403, "not_allowed"),
        ("supervisor", 403, "not_allowed"),
    ],
)
async def test_nobody_else_writes_a_halls_staff_down(door, who, status, code):
    """Neither a colleague nor another hall's director; the supervisor looks and does not write."""
    other, at = await door.sign_in(who), "/api/v1/staff/clerk-anwen-1"
    training = {"course": "intake-2.0", "until": "2029-06-30"}
    word = {"service_code": "MZ09", "allowed": "allow", "why": "帮忙"}
    hours = {"start": "2026-11-25T09:00:00+08:00", "end": "2026-11-25T12:00:00+08:00"}

    refusal(await other.post(f"{at}/trainings", training), status, code)
    refusal(await other.post(f"{at}/authorisations", word), status, code)
    refusal(await other.post(f"{at}/duties", {"post": "reception", **hours}), status, code)
    seen = await other.get("/api/v1/halls/anwen/staff")
    if who == "supervisor":
        assert seen.status == 200
    else:
        refusal(seen, status, code)


async def test_a_proxys_month_is_read_by_the_proxy_and_by_the_hall(door):
    """On the page, as a workbook and as a paper; another proxy and a citizen read nothing of it."""
    proxy, director = await door.sign_in("proxy-1"), await door.sign_in("director-jianshan")
    mine = (await proxy.get("/api/v1/statement", month="2026-11")).said
    seen = (await director.get("/api/v1/statement", proxy="proxy-1", month="2026-11")).said
    assert mine == seen
    assert mine["total_yuan"] == mine["base_yuan"] + mine["business_yuan"] + mine["star_yuan"]
    rows = (await director.get("/api/v1/halls/jianshan/proxies")).said["proxies"]
    assert "proxy-1" in [row["proxy"] for row in rows]

    sheet = load_workbook(BytesIO((await proxy.get("/api/v1/statement/xlsx", month="2026-11")).content))
    assert mine["proxy_name"] in str([list(page.values) for page in sheet])
    assert (await proxy.get("/api/v1/statement/pdf", month="2026-11")).content.startswith(b"%PDF")

    for who, status, code in (
        ("proxy-2", 404, "not_found"),
        ("citizen-1", 403, "not_allowed"),
        ("clerk-jianshan-1", 403, "not_allowed"),
        ("director-anwen", 404, "not_found"),
    ):
        other = await door.sign_in(who)
        refusal(await other.get("/api/v1/statement", proxy="proxy-1"), status, code)
        refusal(await other.get("/api/v1/statement/xlsx", proxy="proxy-1"), status, code)
    refusal(await proxy.get("/api/v1/statement", month="2026-13"), 422, "bad_input")
    assert date.fromisoformat(f"{mine['month']}-01") == date(2026, 11, 1)
