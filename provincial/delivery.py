"""Delivery (投递): how handing a message to somebody outside can fail."""

from __future__ import annotations


class DeliveryFailed(Exception):
    """The receiver does not have the message. `retry` says whether trying again can help; `why` is for the operator
    and holds nobody's data.
    """

    def __init__(self, *, retry: bool, why: str) -> None:
        super().__init__(why)
        self.retry = retry
        self.why = why


class NotConfigured(DeliveryFailed):
    """There is no receiver yet: the message waits, and the wait is nobody's failure to be counted."""

    def __init__(self, what: str) -> None:
        super().__init__(retry=True, why=f"not configured: {what}")
