"""The counter's machines on the desk page: a card on the reader, a paper under the camera, a case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from urllib.request import Request, urlopen
from uuid import UUID, uuid4

from playwright.async_api import expect

from device_bridge.wire import (
    EVENT_HEADER,
    EVENTS_PATH,
    PAGES_PATH,
    CardKind,
    CardRead,
    IdCardReading,
    PageCaptured,
    Sex,
    encode_event,
)
from intake.model.calendar import SHANGHAI
from tests.e2e.clerks import PHOTO_MILLISECONDS, SHEET, at_desk
from tests.services.pages import OpenPage

HALL, COUNTER = "anwen", "anwen-comprehensive-1"
HOLDER = IdCardReading(
    kind=CardKind.RESIDENT,
    number="330000198105160127",
    name="金秀萍",
    sex=Sex.FEMALE,
    birth=date(1981, 5, 16),
    valid_from=date(2020, 1, 1),
    valid_to=None,
)


def tell(url: str, path: str, body: bytes, headers: Mapping[str, str]) -> None:
    """What the counter PC sends."""
    sent = Request(url + path, data=body, headers={"Authorization": "Device demo-counter-anwen-1", **headers})
    with urlopen(sent, timeout=PHOTO_MILLISECONDS / 1000) as answer:
        assert answer.status == 200


def read_card(url: str) -> UUID:
    """Somebody's card is laid on the reader."""
    event, now = uuid4(), datetime.now(SHANGHAI)
    read = CardRead(event_id=event, happened_at=now, hall=HALL, counter=COUNTER, holder=HOLDER)
    tell(url, EVENTS_PATH, json.dumps(encode_event(read)).encode(), {"Content-Type": "application/json"})
    return event


def capture_page(url: str, card: UUID) -> None:
    """A paper is laid under the camera."""
    image = SHEET.read_bytes()
    captured = PageCaptured(
        event_id=uuid4(),
        happened_at=datetime.now(SHANGHAI),
        hall=HALL,
        counter=COUNTER,
        card=card,
        sequence=1,
        sha256=hashlib.sha256(image).hexdigest(),
        media_type="image/jpeg",
    )
    headers = {EVENT_HEADER: json.dumps(encode_event(captured)), "Content-Type": "image/jpeg"}
    tell(url, PAGES_PATH, image, headers)


async def test_a_card_on_the_reader_becomes_a_case_that_lies_open(open_desk: OpenPage, county_url: str):
    """S9: the clerk types the matter and nothing else; the number on the card stays masked."""
    clerk = await at_desk(open_desk, county_url, "clerk-anwen-1", "/counter/device")
    await expect(clerk.page.get_by_text("读卡器上还没有证件")).to_be_visible()

    capture_page(county_url, read_card(county_url))

    await expect(clerk.page.get_by_role("region", name="读到的证件")).to_contain_text("330000**********27")
    await expect(clerk.page.get_by_role("img", name="第 1 页")).to_be_visible()
    assert await clerk.barriers() == []
    await clerk.page.get_by_label("办什么").press_sequentially("老年证")
    await clerk.page.get_by_role("listbox", name="找到的事项").get_by_role("option").first.click()
    await clerk.page.get_by_role("button", name="收件", exact=True).click()
    await expect(clerk.case).to_contain_text("金秀萍")
    await expect(clerk.case.get_by_role("button", name="放大看")).to_be_visible()
    await clerk.press("F6")
    await clerk.done("收件")
