"""学说法 over HTTP: the keeper's list, a lesson with its effect first, and why the matcher answers as it does."""

from __future__ import annotations

import pytest

from intake.usecases.catalogue.learning import NoteHearing
from tests.api.visitors import refusal
from tests.desks import ELDER_CARD, NEW_ID_CARD

WORDS = "逛园子掏出来晃一晃的红壳壳"
POISON = "身份证丢了"
DOG = "GA02"
LESSON = {"text": WORDS, "service_code": ELDER_CARD}


async def test_from_a_sentence_nobody_understood_to_a_lesson_and_back(county, door):
    """The keeper's whole way: the row, the effect, the saved teaching, the refusals, and taking it back."""
    await county.desk.catalogue.note(NoteHearing(await county.caller("citizen-1"), f"{WORDS}？"))
    keeper = await door.sign_in("keeper")

    waiting = (await keeper.get("/api/v1/learning")).said
    (row,) = waiting["heard"]
    assert (row["text"], row["people"], row["unmatched"], row["state"]) == (WORDS, 1, 1, "open")
    assert row["led"] == [{"ending": "unmatched", "service_code": None, "name": "", "people": 1}]

    seen = (await keeper.post("/api/v1/learning/preview", LESSON)).said
    assert (seen["harmless"], seen["useful"], seen["moved"]) == (True, True, [])
    assert (seen["after"]["rank"], seen["after"]["first_name"]) == (1, "老年人优待证办理")
    assert seen["revision"] == waiting["revision"]
    assert seen["sentences"] > 500
    assert seen["after"]["hit_at_1"] >= seen["before"]["hit_at_1"] > 0.9

    taught = await keeper.post("/api/v1/learning/teach", {**LESSON, "heard": row["id"]})
    assert (taught.status, taught.said["name"], taught.said["heard"]) == (201, "老年人优待证办理", row["id"])
    assert taught.said["since"] == waiting["revision"] + 1
    assert (await keeper.get("/api/v1/learning")).said == {"revision": taught.said["since"], "heard": []}
    assert (await keeper.get("/api/v1/learning/taught")).said == {"teachings": [taught.said]}

    elsewhere = await keeper.post("/api/v1/learning/teach", {"text": WORDS, "service_code": NEW_ID_CARD})
    assert "老年人优待证办理" in refusal(elsewhere, 409, "taught_elsewhere")["title"]
    poison = await keeper.post("/api/v1/learning/teach", {"text": POISON, "service_code": ELDER_CARD})
    assert poison.status == 409
    assert poison.said["code"] in {"would_move_answers", "lesson_in_vain"}

    back = await keeper.post("/api/v1/learning/unteach", {"teaching": taught.said["id"]})
    assert (back.status, back.said["until"]) == (200, taught.said["since"] + 1)
    again = await keeper.post("/api/v1/learning/unteach", {"teaching": taught.said["id"]})
    refusal(again, 409, "not_now")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("怎么办", "太笼统"),
        ("身份证", "太笼统"),
        ("补贴", "太笼统"),
        ("磐安县", "地名"),
        ("安文街道", "地名"),
        ("双峰乡，大皿村", "地名"),
        ("大皿", "地名"),
        ("大皿村的大皿", "地名"),
        ("身份证丢了" * 200, "太长"),
        ("身份证丢了" * 30, "60个字"),
        ("\u200b\u2060", "没有可以学的词"),
    ],
)
async def test_words_that_say_nothing_of_a_matter_are_not_taught(door, text, why):
    """However harmless they look: whoever says them would be led to a dog's licence ever after."""
    keeper = await door.sign_in("keeper")

    for act in ("preview", "teach"):
        answer = await keeper.post(f"/api/v1/learning/{act}", {"text": text, "service_code": DOG})

        assert answer.status == 422
        said = answer.said
        assert why in " ".join([said["title"], *(fault["message"] for fault in said["errors"])])
    assert (await keeper.get("/api/v1/learning/taught")).said == {"teachings": []}


async def test_a_place_may_stand_in_a_lesson_that_says_what_is_wanted(door):
    """What people of a village call a thing is theirs to be understood by."""
    keeper = await door.sign_in("keeper")

    seen = await keeper.post(
        "/api/v1/learning/preview", {"text": f"大皿村{WORDS}", "service_code": ELDER_CARD}
    )

    assert (seen.status, seen.said["useful"]) == (200, True)


async def test_invisible_characters_make_no_other_words(county, door):
    """The same words with a mark nobody sees in them lead where the words lead, and can be taught nowhere else."""
    keeper = await door.sign_in("keeper")
    hidden = "\u200b".join(WORDS)
    taught = (await keeper.post("/api/v1/learning/teach", LESSON)).said

    again = await keeper.post("/api/v1/learning/teach", {**LESSON, "text": hidden})
    elsewhere = await keeper.post("/api/v1/learning/teach", {"text": hidden, "service_code": DOG})

    assert (again.status, again.said) == (201, taught)
    refusal(elsewhere, 409, "taught_elsewhere")


async def test_a_row_can_be_sent_away(county, door):
    """It stands under what was dismissed, and no longer in the list."""
    await county.desk.catalogue.note(NoteHearing(await county.caller("citizen-1"), "今天吃什么好"))
    keeper = await door.sign_in("keeper")
    (row,) = (await keeper.get("/api/v1/learning")).said["heard"]

    answer = await keeper.post("/api/v1/learning/dismiss", {"heard": row["id"]})

    assert (answer.status, answer.said["state"]) == (200, "dismissed")
    assert (await keeper.get("/api/v1/learning")).said["heard"] == []
    assert (await keeper.get("/api/v1/learning", state="dismissed")).said["heard"] == [answer.said]


async def test_an_answer_is_explained_to_the_keeper(door):
    """What was read, each candidate's grounds in Chinese, and why the second is not the first."""
    keeper = await door.sign_in("keeper")

    told = (await keeper.get("/api/v1/explain", text="我妈七十了想办老年优待证", limit=3)).said

    assert (told["decision"], told["candidates"][0]["service_code"]) == ("match", ELDER_CARD)
    assert len(told["candidates"]) == 3
    assert told["candidates"][0]["reasons"][0]["met"]
    assert told["lead"]
    assert not any(reason["says"].isascii() for reason in told["lead"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/learning", None),
        ("GET", "/api/v1/learning/taught", None),
        ("GET", "/api/v1/explain?text=老年证", None),
        ("POST", "/api/v1/learning/preview", LESSON),
        ("POST", "/api/v1/learning/teach", LESSON),
        ("POST", "/api/v1/learning/dismiss", {"heard": "some"}),
        ("POST", "/api/v1/learning/unteach", {"teaching": "some"}),
    ],
)
@pytest.mark.parametrize("who", ["citizen-1", "clerk-anwen-1", "supervisor"])
async def test_the_keepers_room_is_the_keepers(door, who, method, path, body):
    """What people said in confidence is nobody else's to read."""
    visitor = await door.sign_in(who)

    refusal(await visitor.ask(method, path, json=body), 403, "not_allowed")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "", "service_code": ELDER_CARD}, 422, "invalid_form"),
        ({"text": "13900000001", "service_code": ELDER_CARD}, 422, "bad_input"),
        ({"text": WORDS, "service_code": "XX99"}, 404, "unknown_service"),
    ],
)
async def test_a_lesson_that_cannot_be_one_is_refused(door, body, status, code):
    """With the field or the reason named."""
    keeper = await door.sign_in("keeper")

    refusal(await keeper.post("/api/v1/learning/preview", body), status, code)


async def test_bundles_are_shown_to_everybody(door):
    """一件事 with its items as cards, no session needed."""
    shown = (await door.stranger.get("/api/v1/bundles")).said["bundles"]

    birth = next(bundle for bundle in shown if bundle["name"] == "出生一件事")
    assert [item["service_code"] for item in birth["items"]][:2] == ["WJ03", "HK01"]
    assert all(item["name"] for bundle in shown for item in bundle["items"])


async def test_a_clerk_may_name_the_item_that_was_meant(county, door):
    """The answer goes to the person, the item to the keeper's list."""
    citizen, clerk, keeper = [await door.sign_in(who) for who in ("citizen-1", "clerk-anwen-1", "keeper")]
    asked = (await citizen.post("/api/v1/questions", {"text": "那个红本本怎么弄"})).said
    said = {"version": asked["version"], "answer": "您说的是优待证。", "service_code": ELDER_CARD}

    answered = await clerk.post(f"/api/v1/questions/{asked['id']}/answer", said)

    assert answered.status == 200, answered.content
    (row,) = (await keeper.get("/api/v1/learning")).said["heard"]
    assert row["led"][0] == {
        "ending": "corrected", "service_code": ELDER_CARD, "name": "老年人优待证办理", "people": 1,
    }  # fmt: skip
