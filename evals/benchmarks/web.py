"""The web page: how long until it can be used and until a step shows, what a first visit loads, and twenty people at once.

Beside a plain Gradio chat. The people are contexts of one Chromium, each with its own storage and connections: twenty Chromiums on the
machine of the server would measure the machine.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import TimeoutError as Late

from evals.browser import ARGUMENTS, CHROMIUM
from evals.measurement import Measurement
from evals.screenshots import web_page

REPEAT = 5
PEOPLE = 20
PATIENCE = 60_000
"""Milliseconds that somebody in a crowd waits for each thing."""
QUIET = 1_000
"""Milliseconds after which a page that can be used has loaded everything."""
PLAIN = "import gradio as gr; gr.ChatInterface(lambda message, history: message).launch(server_port={port}, quiet=True)"


def measure() -> list[Measurement]:
    """First page, first step, twenty browsers."""
    with web_page() as address, _plain_chat() as plain:
        return asyncio.run(_measured(address, plain))


async def _measured(address: str, plain: str) -> list[Measurement]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        first, its_first = [], []
        for _ in range(REPEAT + 1):  # the first visit warms the server up
            first.append(await _seconds_to(browser, address, "#composer textarea:enabled"))
            its_first.append(await _seconds_to(browser, plain, "textarea"))
        weight, its_weight = await _weight(browser, address), await _weight(browser, plain)
        steps = [await _first_step(browser, address) for _ in range(REPEAT + 1)]
        people = [await _arrived(browser, address) for _ in range(PEOPLE)]  # twenty starts at once would measure Chromium
        crowd = await asyncio.gather(*(_chatted(page, number) for number, page in enumerate(people)))
        await browser.close()
    page, its_page, step = sorted(first[1:]), sorted(its_first[1:]), sorted(steps[1:])
    middle = REPEAT // 2
    return [
        Measurement(
            name="web.first_page",
            value=page[middle],
            unit="s",
            spread=(page[-1] - page[0]) / 2,
            baseline="plain gr.ChatInterface",
            baseline_value=its_page[middle],
            target=1.5,
        ),
        Measurement(name="web.first_step", value=step[middle], unit="s", spread=(step[-1] - step[0]) / 2, target=0.3),
        Measurement(
            name="web.first_visit",
            value=weight,
            unit="kB",
            baseline="plain gr.ChatInterface",
            baseline_value=its_weight,
            target=1.0,
            of="ratio",
        ),
        Measurement(name="web.crowd_errors", value=sum(crowd), unit="errors", target=0),
    ]


async def _seconds_to(browser: Browser, address: str, selector: str) -> float:
    """From asking for the page until something on it can be used, in a browser that has nothing stored."""
    context = await browser.new_context()
    page = await context.new_page()
    started = time.perf_counter()
    await page.goto(address, wait_until="commit")
    await _seen(page, selector)
    taken = time.perf_counter() - started
    await context.close()
    return taken


async def _weight(browser: Browser, address: str) -> float:
    """What a browser that has nothing stored loads until nothing more is asked for, in kB as they come over the network."""
    context = await browser.new_context()
    page = await context.new_page()
    sizes: list[float] = []
    session = await context.new_cdp_session(page)
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    await session.send("Network.enable")
    await page.goto(address)
    await page.locator("textarea:enabled").first.wait_for()
    await page.wait_for_timeout(QUIET)
    await context.close()
    return sum(sizes) / 1000


async def _first_step(browser: Browser, address: str) -> float:
    """From sending a message until its first step is shown."""
    context = await browser.new_context()
    page = await context.new_page()
    await _ready(page, address)
    await page.locator("#composer textarea").fill("which buckets are there?")
    started = time.perf_counter()
    await page.locator("#composer textarea").press("Enter")
    await _seen(page, ".thought-group")
    taken = time.perf_counter() - started
    await context.close()
    return taken


async def _seen(page: Page, selector: str) -> None:
    """Until something is drawn. Looks before every picture that the browser draws: waiting for a locator looks every half second."""
    await page.wait_for_function("selector => document.querySelector(selector)?.getClientRects().length", arg=selector)


async def _arrived(browser: Browser, address: str) -> Page:
    """The page of somebody who has come."""
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await _ready(page, address)
    return page


async def _chatted(page: Page, number: int) -> int:
    """Somebody asks three things; how many of them went wrong, errors of the page included."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    messages = ("which buckets are there?", "which pipelines are there?", f"what is experiment {number}?")
    try:
        for count, message in enumerate(messages, start=1):
            await page.locator("#composer textarea").fill(message)
            await page.locator("#composer textarea").press("Enter")
            await page.locator("#chat .user").nth(count - 1).wait_for()
            await page.locator("#composer .submit-button").wait_for()
            await page.locator("#composer textarea:enabled").wait_for()
    except Late as error:
        faults.append(str(error))
    answers = await page.locator("#chat .bot-row").count()
    return len(faults) + max(0, len(messages) - answers)


async def _ready(page: Page, address: str) -> None:
    """The page is there and shows its conversation."""
    await page.goto(address)
    await page.locator("#shown [data-session]").wait_for(state="attached")
    await page.locator("#composer textarea:enabled").wait_for()


@contextmanager
def _plain_chat() -> Iterator[str]:
    """A plain Gradio chat in its own process."""
    from socket import create_server

    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-c", PLAIN.format(port=port)], stdout=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(port: int) -> None:
    """Until the port answers.

    Raises:
        TimeoutError: it does not within a minute.
    """
    from socket import create_connection

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing answers on port {port}")
