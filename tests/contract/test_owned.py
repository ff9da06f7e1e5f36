"""What has an owner, trainings and lockouts as rows, over SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from intake.errors import NotFound, Stale
from intake.model.follow_up import FollowUp, FollowUpState
from intake.model.helping import HelpRequest, HelpState
from intake.model.ids import (
    AccountCode,
    CaseId,
    Digest,
    FollowUpId,
    HallCode,
    HelpId,
    MandateId,
    OrderId,
    PersonId,
    ServiceCode,
    TrainingId,
)
from intake.model.owning import Step
from intake.model.people import Mandate
from intake.model.staffing import Training
from intake.model.work_order import OrderAbout, OrderImage, OrderState, WorkOrder
from storage.sql.holding import held_among
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, fresh

HALL, OWNER, PERSON = HallCode("county"), AccountCode("director"), PersonId("elder")
ITEM, FORM = ServiceCode("MZ09"), Digest("f" * 64)


def follow_up(**changes):
    """A bad grade of a case."""
    made = FollowUp(
        FollowUpId(fresh("f")), fresh("HF"), CaseId(fresh("c")), None, "BJ1", "事项", HALL, PERSON,
        AccountCode("citizen-1"), 2, "慢", frozenset({AccountCode("clerk")}), OWNER, "主任", TODAY, TODAY,
        FollowUpState.OPEN, NOW,
    )  # fmt: skip
    return replace(made, **changes)


async def test_a_follow_up_comes_back_whole_and_leaves_the_list_when_it_is_closed(store: Store) -> None:
    """With who was judged; soonest due first; two who save at once are told."""
    later, sooner = follow_up(due_on=TODAY + timedelta(days=3)), follow_up()
    async with store.open_uow() as uow:
        for one in (later, sooner, follow_up(state=FollowUpState.CLOSED), follow_up(hall=HallCode("anwen"))):
            await uow.follow_ups.add(one)
        assert await uow.follow_ups.open_at(HALL) == (sooner, later)
        assert sooner.case is not None
        assert await uow.follow_ups.of_case(sooner.case) == sooner
        closed = await uow.follow_ups.save(replace(sooner, state=FollowUpState.CLOSED))
        assert await uow.follow_ups.get(closed.id) == closed
        with pytest.raises(Stale):
            await uow.follow_ups.save(sooner)
        assert await uow.follow_ups.open_at(HALL) == (later,)


async def test_a_request_for_help_is_on_the_lists_while_somebody_owes_something(store: Store) -> None:
    """Of its owner, of its hall, and, past its day, of the director."""
    asked = HelpRequest(
        HelpId(fresh("h")), fresh("DB"), PERSON, "老人", AccountCode("elder-1"), None, HALL, ITEM, "高龄津贴", "请帮忙",
        AccountCode("proxy-1"), "代办员", TODAY, HelpState.ASKED, NOW,
    )  # fmt: skip
    async with store.open_uow() as uow:
        await uow.help_requests.add(asked)
        assert await uow.help_requests.owned_by(AccountCode("proxy-1")) == (asked,)
        assert await uow.help_requests.overdue(TODAY) == ()
        assert await uow.help_requests.overdue(TODAY + timedelta(days=1), HALL) == (asked,)
        done = await uow.help_requests.save(replace(asked, state=HelpState.ADVISED))
        assert await uow.help_requests.waiting_at(HALL) == ()
        assert await uow.help_requests.of_asker(AccountCode("elder-1")) == (done,)


async def test_a_work_orders_pictures_and_a_photographed_mandate_are_held(store: Store) -> None:
    """The sweeping erases nothing that somebody reported or signed."""
    image = OrderImage(Digest("e" * 64), 4)
    order = WorkOrder(
        OrderId(fresh("o")), fresh("GD"), OrderAbout.ITEM, ITEM, "事项", "不对", (image,), AccountCode("clerk"), "某人",
        HALL, AccountCode("keeper"), "管理员", TODAY, OrderState.OPEN, NOW,
    )  # fmt: skip
    mandate = Mandate(
        MandateId(fresh("m")),
        PERSON,
        AccountCode("proxy-1"),
        ITEM,
        "同意",
        FORM,
        NOW,
        TODAY,
        more=(ServiceCode("MZ10"),),
    )
    async with store.open_uow() as uow:
        await uow.work_orders.add(order)
        await uow.people.add_mandate(mandate)
        assert await uow.work_orders.about(OrderAbout.ITEM) == (order,)
        assert await uow.people.mandate(mandate.id) == mandate
        lost = Digest("d" * 64)
        held = await held_among(uow.work_orders.connection, [image.digest, FORM, lost])
    assert held == {image.digest, FORM}


async def test_a_mandate_is_taken_back_once(store: Store) -> None:
    """The elder and the clerk press together: one of them did it."""
    mandate = Mandate(MandateId(fresh("m")), PERSON, AccountCode("proxy-1"), ITEM, "同意", None, NOW, TODAY)
    async with store.open_uow() as uow:
        await uow.people.add_mandate(mandate)
        assert await uow.people.revoke_mandate(mandate.id, AccountCode("elder-1"), "不办了", NOW)
        assert not await uow.people.revoke_mandate(mandate.id, AccountCode("clerk"), "不办了", NOW)
        (kept,) = await uow.people.held_by(AccountCode("proxy-1"))
        assert (kept.revoked_by, kept.revoked_at) == ("elder-1", NOW)
        with pytest.raises(NotFound):
            await uow.people.mandate(MandateId("nothing"))


async def test_wrong_secrets_are_counted_one_by_one_and_forgotten_with_the_right_one(store: Store) -> None:
    """Old ones do not count; a lock holds until its minute."""
    async with store.open_uow() as uow:
        counted = [await uow.people.wrong_secret("place", NOW, NOW - timedelta(minutes=30)) for _ in range(3)]
        assert counted == [1, 2, 3]
        late = NOW + timedelta(hours=1)
        assert await uow.people.wrong_secret("place", late, late - timedelta(minutes=30)) == 1
        await uow.people.lock("place", late + timedelta(minutes=15))
        known = await uow.people.lockout("place")
        assert known is not None
        assert known.locked(late)
        assert not known.locked(late + timedelta(minutes=15))
        await uow.people.right_secret("place")
        assert await uow.people.lockout("place") is None


async def test_a_training_is_recorded_once_and_steps_are_never_changed(store: Store) -> None:
    """The same course until the same day is one record; history cannot be rewritten, whoever asks."""
    first = Training(TrainingId(fresh("t")), AccountCode("clerk"), "intake-2.0", TODAY, OWNER, NOW)
    step = Step("question:1", "ask", OWNER, "主任", NOW, OWNER, "主任", TODAY, "一句话")
    async with store.open_uow() as uow:
        assert await uow.staff.add_training(first)
        assert not await uow.staff.add_training(replace(first, id=TrainingId(fresh("t"))))
        assert await uow.staff.trainings({AccountCode("clerk")}) == (first,)
        await uow.steps.add(step)
        assert await uow.steps.of("question:1") == (step,)
        await uow.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        async with store.open_uow() as uow:
            await uow.steps.connection.exec_driver_sql("DELETE FROM owned_steps")
