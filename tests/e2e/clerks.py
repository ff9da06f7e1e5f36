"""Somebody of the staff at a desk screen, and the citizen on the other side of the counter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import APIRequestContext, Locator, Page, expect

from tests.e2e.phones import Phone
from tests.services.pages import OpenPage

SHEET = (
    Path(__file__).resolve().parents[2] / "device_bridge" / "agent" / "simulator" / "sheets" / "household.jpg"
)
# Reading the first photograph of a server loads the models; a busy machine takes its time over it.
PHOTO_MILLISECONDS = 90_000
SHOWN_KEYS = frozenset({"F2", "F3", "F4", "F6", "F8", "F9"})


@dataclass(frozen=True, slots=True)
class Line:
    """The server as one signed-in person's programs speak to it."""

    requests: APIRequestContext
    url: str

    async def sign_in(self, identity: str) -> None:
        """Be somebody of the demo."""
        await self.post("/auth/demo", identity=identity)

    async def post(self, path: str, **said: Any) -> dict[str, Any]:
        """Ask for something to be done; it must be."""
        headers = {"X-Requested-With": "jiujinban"}
        answer = await self.requests.post(f"{self.url}/api/v1{path}", data=said, headers=headers)
        assert answer.ok, await answer.text()
        done: dict[str, Any] = await answer.json()
        return done

    async def get(self, path: str) -> dict[str, Any]:
        """Look at something."""
        answer = await self.requests.get(f"{self.url}/api/v1{path}")
        assert answer.ok, await answer.text()
        seen: dict[str, Any] = await answer.json()
        return seen

    async def lay_page(self, case: str, material: str) -> None:
        """Send a photograph."""
        answer = await self.requests.post(
            f"{self.url}/api/v1/cases/{case}/pages?material={material}",
            data=SHEET.read_bytes(),
            headers={"X-Requested-With": "jiujinban", "Content-Type": "image/jpeg"},
            timeout=PHOTO_MILLISECONDS,
        )
        assert answer.ok, await answer.text()


@dataclass(frozen=True, slots=True)
class Clerk:
    """One person of the staff with the desk page before them."""

    page: Page
    url: str

    @property
    def line(self) -> Line:
        """The same person's session, without the page."""
        return Line(self.page.context.request, self.url)

    @property
    def counter(self) -> Locator:
        """The call panel: whose turn it is here."""
        return self.page.get_by_role("region", name="叫号", exact=True)

    @property
    def case(self) -> Locator:
        """The case that lies open."""
        return self.page.get_by_role("region", name="办件", exact=True)

    async def press(self, key: str) -> None:
        """Press a key of the keyboard; one that a button shows, as soon as that button can be pressed."""
        if key in SHOWN_KEYS:
            shown = self.page.get_by_role("button").filter(has=self.page.locator("kbd", has_text=key))
            await expect(shown.first).to_be_enabled()
        await self.page.keyboard.press(key)

    async def sit_at(self, counter: str) -> None:
        """Choose a counter."""
        await self.page.get_by_label("我的窗口").select_option(label=counter)

    async def open_case(self, words: str) -> None:
        """Open a case from the list at the left."""
        lists = self.page.get_by_role("navigation", name="列表")
        await lists.get_by_role("link", name="待办").click()
        await self.page.get_by_role("listitem").get_by_role("button").filter(has_text=words).click()
        await expect(self.case).to_contain_text(words)

    async def done(self, act: str) -> None:
        """The page says that the act was done."""
        await expect(self.case.get_by_role("status").filter(has_text=f"{act}，完成")).to_be_visible()

    async def barriers(self) -> list[str]:
        """What axe-core finds on the screen as it is, one line each."""
        return await Phone(self.page, self.url).barriers()

    async def overflows(self) -> bool:
        """Whether the page can be pushed sideways."""
        return await Phone(self.page, self.url).overflows()


async def at_desk(open_page: OpenPage, url: str, identity: str, screen: str = "") -> Clerk:
    """A screen on which somebody is signed in; `screen` is an address of the desk page."""
    clerk = Clerk(await open_page(), url)
    await clerk.line.sign_in(identity)
    await clerk.page.goto(f"{url}/desk{f'#{screen}' if screen else ''}")
    await expect(clerk.page.get_by_role("heading", level=1)).to_be_visible()
    return clerk


async def at_home(open_page: OpenPage, url: str, identity: str) -> Line:
    """A citizen's phone, as the server sees it."""
    citizen = Line((await open_page()).context.request, url)
    await citizen.sign_in(identity)
    return citizen


async def submitted(citizen: Line, item: str, hall: str) -> dict[str, Any]:
    """A case with its number and every page it cannot do without."""
    draft = await citizen.post("/cases", service_code=item, hall=hall)
    lacking = [material for material in draft["materials"] if material["name"] in draft["lacking"]]
    for material in lacking:
        await citizen.lay_page(draft["id"], material["key"])
    return await citizen.post(f"/cases/{draft['id']}/submit")


async def arrived(citizen: Line, case: dict[str, Any], hall: str) -> str:
    """The person takes a number for their case; says which."""
    person, item = case["applicant"]["id"], case["service_code"]
    ticket = await citizen.post(f"/halls/{hall}/tickets", service_code=item, person_id=person)
    return str(ticket["number"])
