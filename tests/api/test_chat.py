"""聊天接口: one message in, its replies out; the same message again gets the first answer again."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest

from tests.api.visitors import refusal
from tests.journeys import submitted

PATH = "/api/v1/chat/messages"
CARD = base64.b64encode(b"id_card").decode()


async def test_a_reply_that_expects_a_choice_lists_label_and_value(door):
    """So that any page or program can press it."""
    citizen = await door.sign_in("citizen-1")

    answer = await citizen.post(PATH, {"message_id": "1", "text": "我要办高龄津贴"})

    (reply,) = answer.said["replies"]
    assert answer.status == 200
    assert answer.said["state"] == "considering_item"
    assert {(choice["label"], choice["value"]) for choice in reply["choices"]} >= {("预约办理", "go_on")}
    assert reply["item"]["service_code"] == "MZ09"


async def test_a_repeated_message_gets_the_first_answer_again(door):
    """Byte for byte, and the conversation has not moved twice."""
    citizen = await door.sign_in("citizen-1")
    await citizen.post(PATH, {"message_id": "1", "text": "我要办高龄津贴"})
    await citizen.post(PATH, {"message_id": "2", "choice": "go_on"})
    press = {"message_id": "3", "text": "第一个"}

    first, again = await citizen.post(PATH, press), await citizen.post(PATH, press)

    assert first.content == again.content
    assert first.said["state"] == "choosing_slot"


async def test_fifty_copies_of_one_message_book_one_place(door):
    """The phone's queue emptied itself at the top of the pass."""
    citizen = await door.sign_in("citizen-1")
    for number, said in enumerate(({"text": "我要办高龄津贴"}, {"choice": "go_on"}, {"text": "第一个"})):
        await citizen.post(PATH, {"message_id": str(number), **said})

    copies = (citizen.post(PATH, {"message_id": "book", "text": "第一个"}) for _ in range(50))
    answers = await asyncio.gather(*copies)

    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].said["state"] == "booked"
    assert len((await citizen.get("/api/v1/appointments")).said["appointments"]) == 1


@pytest.mark.parametrize(
    "photo",
    [CARD, f"data:image/jpeg;base64,{CARD}", {"content": CARD, "name": "IMG_1.JPG"}],
    ids=["base64", "data URL", "object"],
)
async def test_a_photograph_may_come_inside_json(door, photo):
    """For platforms that carry no other body."""
    citizen = await door.sign_in("citizen-1")
    steps = (
        {"text": "我要办高龄津贴"},
        {"choice": "go_on"},
        {"text": "第一个"},
        {"text": "第一个"},
        {"choice": "go_on"},
    )
    for number, said in enumerate(steps):
        await citizen.post(PATH, {"message_id": str(number), **said})

    answer = await citizen.post(PATH, {"message_id": "photo", "photo": photo})

    assert "收到居民身份证" in answer.said["replies"][0]["text"]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({}, 422, "bad_input"),
        ({"text": "办证", "choice": "go_on"}, 422, "bad_input"),
        ({"text": "  "}, 422, "bad_input"),
        ({"photo": "这不是编码"}, 422, "bad_input"),
        ({"photo": {"name": "x"}}, 422, "invalid_form"),
        ({"text": "办" * 10_001}, 422, "invalid_form"),
        ({"choice": "x" * 501}, 422, "invalid_form"),
        ({"text": 1}, 422, "invalid_form"),
    ],
)
async def test_a_message_says_exactly_one_thing(door, said, status, code):
    """And the conversation stays where it was."""
    citizen = await door.sign_in("citizen-1")

    refusal(await citizen.post(PATH, {"message_id": "1", **said}), status, code)

    assert (await citizen.get(PATH)).said["messages"] == []


@pytest.mark.parametrize("message_id", ["", "x" * 129])
async def test_a_message_needs_a_name_of_its_own(door, message_id):
    """Without it a repetition could not be told from a new one."""
    citizen = await door.sign_in("citizen-1")

    refusal(await citizen.post(PATH, {"message_id": message_id, "text": "您好"}), 422, "invalid_form")


async def test_a_nul_character_is_left_out_and_everything_else_is_kept(door):
    """PostgreSQL keeps no text with one; nobody has ever typed one."""
    citizen = await door.sign_in("citizen-1")

    await citizen.post(PATH, {"message_id": "1\x00", "text": "您\x00好\x07👵🏻"})

    (said, *_) = (await citizen.get(PATH)).said["messages"]
    assert (said["message_id"], said["text"]) == ("1", "您好\x07👵🏻")


async def test_the_history_goes_on_from_where_a_page_stopped(door):
    """A reload shows all; a page that stayed open asks for the rest."""
    citizen = await door.sign_in("citizen-1")
    await citizen.post(PATH, {"message_id": "1", "text": "您好"})
    seen = (await citizen.get(PATH)).said
    await citizen.post(PATH, {"message_id": "2", "text": "谢谢"})

    rest = (await citizen.get(PATH, after=seen["last"])).said

    assert [message["from"] for message in seen["messages"]] == ["me", "desk"]
    assert rest["messages"][0]["text"] == "谢谢"
    assert len(rest["messages"]) == 2
    assert (await citizen.get(PATH, after=rest["last"])).said["messages"] == []


async def test_a_conversation_is_its_own_persons(door):
    """The neighbour's page shows the neighbour's words."""
    one, other = await door.sign_in("citizen-1"), await door.sign_in("citizen-2")
    await one.post(PATH, {"message_id": "1", "text": "您好"})

    assert (await other.get(PATH)).said["messages"] == []
    refusal(await door.stranger.get(PATH), 401, "not_signed_in")


async def test_an_open_page_is_told_what_happened_without_asking(county, door):
    """受理了 reaches the phone on the table; after a break it goes on where it was."""
    citizen = await door.sign_in("citizen-1")
    url, headers = f"{citizen.url}/api/v1/chat/events", dict(citizen.headers)
    async with asyncio.timeout(10), citizen.http.get(url, headers=headers) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        await submitted(county)
        await county.deliver_notices()
        told = await _next_event(stream)

    assert "已提交" in told["reply"]["text"]
    headers["Last-Event-ID"] = told["id"]
    async with asyncio.timeout(10), citizen.http.get(url, headers=headers) as stream:
        await citizen.post(PATH, {"message_id": "1", "text": "您好"})
        assert (await _next_event(stream))["text"] == "您好"


async def _next_event(stream):
    async for line in stream.content:
        if line.startswith(b"data: "):
            return json.loads(line.removeprefix(b"data: "))
    raise AssertionError("the stream ended")
