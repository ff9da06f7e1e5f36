"""The browser of the tests: real, Chinese, and unable to leave the machine."""

from contextlib import AsyncExitStack

import pytest

from tests.services.chromium import find_chromium
from tests.services.launching import NoSuchServer
from tests.services.pages import PHONE, Watch, watched_pages

AS_THE_PRODUCT_DOES = "<meta name='viewport' content='width=device-width'>"
ASK_ELSEWHERE = "() => fetch('http://elsewhere.example/').then(() => 'there', () => 'nothing')"
SAYS_WHERE_IT_IS = "() => [innerWidth, innerHeight, navigator.language, new Date(0).getHours()]"


async def test_a_phone_is_small_and_in_china(phone_page):
    """Midnight in UTC is eight in the morning at the hall."""
    await phone_page.set_content(AS_THE_PRODUCT_DOES)

    assert await phone_page.evaluate(SAYS_WHERE_IT_IS) == [375, 812, "zh-CN", 8]


async def test_a_desk_is_wide(desk_page):
    """The clerk's screen."""
    assert (await desk_page.evaluate(SAYS_WHERE_IT_IS))[:2] == [1440, 900]


async def test_two_phones_are_two_people(open_phone):
    """What one person signed in to, the other does not see."""
    one, other = await open_phone(), await open_phone()

    await one.context.add_cookies([{"name": "session", "value": "1", "url": "http://127.0.0.1"}])

    assert await other.context.cookies() == []


async def test_a_page_that_asks_another_host_fails_its_test(browser):
    """A font from elsewhere would not load in a hall without the internet."""
    async with AsyncExitStack() as scene:
        scene.enter_context(pytest.raises(pytest.fail.Exception, match=r"elsewhere\.example"))
        page = await (await scene.enter_async_context(watched_pages(browser, PHONE)))()
        await page.set_content("<img src='http://elsewhere.example/font.png'>")


async def test_a_page_whose_script_fails_fails_its_test(browser):
    """A button that silently does nothing is found by any test that opens its page."""
    async with AsyncExitStack() as scene:
        scene.enter_context(pytest.raises(pytest.fail.Exception, match="broken button"))
        page = await (await scene.enter_async_context(watched_pages(browser, PHONE)))()
        async with page.expect_event("pageerror"):
            await page.set_content("<script>setTimeout(() => { throw new Error('broken button') })</script>")


async def test_names_of_other_hosts_do_not_even_resolve(browser):
    """The flags hold where no test is watching, too."""
    context = await browser.new_context()
    page = await context.new_page()

    answer = await page.evaluate(ASK_ELSEWHERE)

    await context.close()
    assert answer == "nothing"


def test_a_quiet_page_has_nothing_to_report():
    """Only what went wrong is said."""
    assert Watch().report() == ""


def test_a_named_browser_that_is_missing_is_an_error(monkeypatch):
    """A typing mistake in CHROMIUM must not silently test another browser."""
    monkeypatch.setenv("CHROMIUM", "no-such-browser")

    with pytest.raises(NoSuchServer, match="CHROMIUM"):
        find_chromium()


def test_without_any_browser_the_tests_fail_and_say_what_helps(monkeypatch):
    """A skip would hide that the pages were never opened."""
    monkeypatch.setattr("tests.services.chromium.PLACES", ())

    with pytest.raises(NoSuchServer, match="CHROMIUM"):
        find_chromium()
