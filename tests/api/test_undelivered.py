"""Dead letters over HTTP: the operator's page, and nobody else's."""

from __future__ import annotations

from intake.model.leaving import Outgoing, Topic
from storage.sql.leaving import ATTEMPTS
from tests.api.visitors import Door
from tests.desks import County


async def dead_letter(county: County) -> None:
    """A message that the province has refused for the last time."""
    facts = {"number": "BJ2026112300001", "applicant": "张奶奶"}
    async with county.store.open_uow() as uow:
        await uow.leaving.send(Outgoing(Topic.PROVINCE, "case:1", "case_accepted", None, facts))
        for _ in range(ATTEMPTS):
            (sent,) = await uow.leaving.due(county.clock.now(), {Topic.PROVINCE})
            await uow.leaving.failed(sent, county.clock.now(), "证件 330000195601010015 校验不通过")
            county.clock.forward(hours=24)
        await uow.commit()


async def test_the_operator_sees_what_was_given_up_and_sends_it_again(county: County, door: Door) -> None:
    """Without the person's name and number; once it is sent again it lies there no more, and the trail says by whom."""
    await dead_letter(county)
    operator = await door.sign_in("operator")

    (shown,) = (await operator.get("/api/v1/undelivered")).said["messages"]
    left = await operator.post("/api/v1/undelivered/send-again", {"numbers": [shown["id"]]})

    assert (shown["topic_text"], shown["applicant"]) == ("省平台", "*奶奶")
    assert shown["why"] == "证件 330****15 校验不通过"
    assert left.said["messages"] == []
    assert [entry.by for entry in await county.audited("outbox.send_again")] == ["operator"]
    async with county.store.open_uow() as uow:
        assert len(await uow.leaving.due(county.clock.now(), {Topic.PROVINCE})) == 1


async def test_of_two_numbers_with_one_wrong_none_is_sent(county: County, door: Door) -> None:
    """A refusal that names the wrong one."""
    await dead_letter(county)
    operator = await door.sign_in("operator")
    (shown,) = (await operator.get("/api/v1/undelivered")).said["messages"]

    refused = await operator.post("/api/v1/undelivered/send-again", {"numbers": [shown["id"], 999]})

    assert (refused.status, refused.said["code"]) == (422, "bad_input")
    assert "999" in refused.said["title"]
    assert len((await operator.get("/api/v1/undelivered")).said["messages"]) == 1


async def test_nobody_else_sees_it(door: Door) -> None:
    """A keeper of the catalogue, for one."""
    keeper = await door.sign_in("keeper")
    assert (await keeper.get("/api/v1/undelivered")).status == 403
