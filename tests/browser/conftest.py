"""A headless Chromium that draws by software, and pages of reports in it."""

import shutil
from dataclasses import dataclass, field
from functools import cache

import pytest
from tests.view.conftest import UNITS_ORDER, planted_tracks, record_of

from songscape.core.record import Record
from songscape.view import charts
from songscape.view.report import render

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SOFTWARE = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
)
MAP = "document.querySelector('.live-map').map"


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SOFTWARE))
        yield running
        running.close()


@dataclass
class Tab:
    """A page with a report, and all it said and asked for."""

    page: object
    said: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    def run(self, script, *values):
        return self.page.evaluate(script, *values)

    def map(self, script):
        """Evaluate an expression in which `map` is the page's map."""
        return self.page.evaluate(f"(async () => {{ const map = {MAP}; return {script}; }})()")

    def frames(self, count=2):
        """Wait for some frames of the page."""
        self.page.evaluate(
            """async (count) => { for (let k = 0; k < count; k++)
            await new Promise((done) => requestAnimationFrame(done)); }""",
            count,
        )

    def until(self, script):
        """Wait, frame by frame, until an expression holds."""
        for _ in range(400):
            if self.page.evaluate(script):
                return
            self.frames(3)
        raise AssertionError(f"never: {script}")

    def part(self, name):
        return self.page.locator(f'[data-map="{name}"]')


@cache
def report_of(record: Record) -> bytes:
    """Return a report with the map's picture as its only figure."""
    return render(record, {"map": charts.CHARTS["map"](record)})


@pytest.fixture(scope="session")
def small() -> Record:
    return record_of(planted_tracks(400), list(UNITS_ORDER))


@pytest.fixture
def open_tab(browser, tmp_path):
    """Return a function that opens a report from a file, ready to be used."""
    contexts = []

    def open_one(record, ready=True, script="", **options):
        path = tmp_path / f"report{len(contexts)}.html"
        path.write_bytes(report_of(record))
        options = {"viewport": {"width": 1200, "height": 860}, "reduced_motion": "reduce"} | options
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        tab = Tab(page)
        page.on("console", lambda message: tab.said.append(message.text))
        page.on("pageerror", lambda error: tab.said.append(str(error)))
        page.on("dialog", lambda dialog: (tab.said.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request: tab.asked.append(request.url))
        if script:
            page.add_init_script(script)
        page.goto(path.as_uri())
        if ready:
            tab.until(f"!!{MAP} && {MAP}.frames > 0")
            page.locator(".live-map").scroll_into_view_if_needed()
            tab.frames()
        return tab

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def tab(open_tab, small):
    return open_tab(small)


@pytest.fixture
def page(browser):
    """A fresh page; what its console and its dialogs said is in ``page.complaints``."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    opened = context.new_page()
    opened.complaints = []
    opened.on("console", lambda said: opened.complaints.append(said.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("dialog", lambda said: (opened.complaints.append("dialog"), said.dismiss()))
    yield opened
    context.close()
