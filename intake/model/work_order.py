"""Work orders (问题工单): something is wrong with an item or with the system, told with pictures and not lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from intake.errors import NotNow
from intake.model.ids import AccountCode, Digest, HallCode, OrderId, ServiceCode
from intake.model.owning import Owner


class OrderAbout(StrEnum):
    """工单对象: what something is wrong with."""

    ITEM = "item"
    SYSTEM = "system"


class OrderState(StrEnum):
    """工单状态."""

    OPEN = "open"
    ANSWERED = "answered"
    VERIFIED = "verified"
    CLOSED = "closed"


ORDER_WORDS = {
    OrderState.OPEN: "等待答复",
    OrderState.ANSWERED: "已答复，等提出人核实",
    OrderState.VERIFIED: "已核实，等归档",
    OrderState.CLOSED: "已办结",
}


@dataclass(frozen=True, slots=True)
class OrderImage:
    """截图: a picture of what is wrong, kept encrypted under its digest."""

    digest: Digest
    size: int


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """工单: a detailed description with pictures; the keeper answers for items, the operator for the system."""

    id: OrderId
    number: str
    about: OrderAbout
    service_code: ServiceCode | None
    service_name: str
    text: str
    images: tuple[OrderImage, ...]
    opened_by: AccountCode
    opened_name: str
    hall: HallCode | None
    owner: AccountCode
    owner_name: str
    due_on: date
    state: OrderState
    opened_at: datetime
    answer: str = ""
    answered_by: AccountCode | None = None
    reopened: int = 0
    version: int = 1

    def overdue(self, today: date) -> bool:
        """Whether the day has gone by without an answer."""
        return self.state is OrderState.OPEN and today > self.due_on

    def with_image(self, image: OrderImage) -> WorkOrder:
        """One more picture; the same one twice is one."""
        self._require(OrderState.OPEN)
        return self if image in self.images else replace(self, images=(*self.images, image))

    def answered(self, words: str, by: Owner) -> WorkOrder:
        """答复: what was found and what was changed."""
        self._require(OrderState.OPEN)
        state = OrderState.ANSWERED
        return replace(
            self, state=state, answer=words, answered_by=by.code, owner=by.code, owner_name=by.name
        )

    def verified(self) -> WorkOrder:
        """核实, by whoever opened it: it is right now."""
        self._require(OrderState.ANSWERED)
        return replace(self, state=OrderState.VERIFIED)

    def opened_again(self, due_on: date) -> WorkOrder:
        """没有解决, by whoever opened it."""
        self._require(OrderState.ANSWERED, OrderState.VERIFIED, OrderState.CLOSED)
        return replace(self, state=OrderState.OPEN, due_on=due_on, reopened=self.reopened + 1)

    def closed(self) -> WorkOrder:
        """归档, by the keeper or the operator, and only what was verified."""
        self._require(OrderState.VERIFIED)
        return replace(self, state=OrderState.CLOSED)

    def _require(self, *states: OrderState) -> None:
        if self.state not in states:
            raise NotNow(what=f"工单{self.number}", state=ORDER_WORDS[self.state])
