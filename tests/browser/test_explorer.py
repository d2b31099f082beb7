"""The explorer in a real browser: the journey from a search to a saved playlist, by key and by mouse."""

import re
import threading
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.undrawn import mapped

import songscape

pytest.importorskip("starlette")
uvicorn = pytest.importorskip("uvicorn")
pytestmark = pytest.mark.slow

TOKEN = "the-token-of-the-tests"  # noqa: S105 - no password
SONGS = 120
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    '"><svg onload=alert(3)>',
    "javascript:alert(4)",
    "{{7*7}}",
    "&lt;b&gt;",
    "\u202eevil",
    "]]>",
]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def titles():
    """Return titles: some to be found, the rest as bad as titles get."""
    return [f"Aurora {n}" if n < 4 else f"{HOSTILE[n % len(HOSTILE)]} {n}" for n in range(SONGS)]


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    import soundfile

    music = tmp_path_factory.mktemp("music")
    tone = 0.05 * np.sin(np.arange(6 * 8_000) * 0.1)
    for number in range(4):
        soundfile.write(music / f"tone {number}.wav", tone, 8_000)
    paths = [str(music / f"tone {n}.wav") if n < 4 else None for n in range(SONGS)]
    rng = np.random.default_rng(3)
    middle = np.repeat([[0.2, 0.4, 90.0], [0.8, 0.3, 120.0], [0.5, 0.9, 170.0]], SONGS // 3, axis=0)
    values = middle + rng.normal(0, [0.04, 0.04, 3.0], (SONGS, 3))
    frame = pl.DataFrame(
        {
            "track_id": [f"song{n:03}" for n in range(SONGS)],
            "title": titles(),
            "artist": ["Band" if n < 4 else HOSTILE[n % 5] for n in range(SONGS)],
            "genre": [("pop", "rock", HOSTILE[0])[n % 3] for n in range(SONGS)],
            "energy": values[:, 0],
            "valence": values[:, 1],
            "tempo": values[:, 2],
            "path": paths,
        }
    )
    run = mapped(
        songscape.read(frame, roles={"path": "file"}), k=3, seed=1, options={"choose.use": "none"}
    )
    folder = tmp_path_factory.mktemp("runs") / "three"
    run.save(folder)
    return folder, music


@pytest.fixture(scope="module")
def address(run_folder):
    """The explorer's address, with the token; it runs in a thread of its own."""
    from songscape.app import application, serve
    from songscape.app.server import _listening

    folder, music = run_folder
    listening = _listening(0)
    host = f"127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        application(serve(folder, [music]), {host}, TOKEN), log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://{host}/#{TOKEN}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def explorer(page, address):
    page.goto(address)
    _until(page, "document.body.dataset.ready === 'true'")
    return page


def _until(page, says, seconds=20.0):
    """Wait until an expression is true; it is asked for, as the page's policy forbids polling."""
    end = time.monotonic() + seconds
    while not page.evaluate(says):
        assert time.monotonic() < end, f"never true: {says}"
        page.wait_for_timeout(50)


def _saved(page):
    _until(page, "document.getElementById('say').textContent.startsWith('Saved')")
    return Path(re.match(r"Saved (.+) \(", page.inner_text("#say"))[1])


def test_it_starts_without_a_complaint_and_hides_the_token(explorer, address):
    assert explorer.complaints == []
    assert "#" not in explorer.url
    assert explorer.inner_text("#count") == f"{SONGS} songs"
    assert explorer.locator("#clusters li").count() == 3


def test_the_journey_by_keyboard_alone(explorer):
    keys = explorer.keyboard
    keys.press("/")
    keys.type("aurora 2")
    _until(explorer, "document.querySelectorAll('#found li').length === 1")
    keys.press("Enter")
    _until(explorer, "document.activeElement.textContent === 'Play'")
    keys.press("Enter")
    _until(explorer, "document.getElementById('audio').currentTime > 0.2")
    explorer.focus("#audio")
    before = explorer.evaluate("document.getElementById('audio').currentTime")
    explorer.evaluate("document.getElementById('audio').currentTime = 4")
    _until(explorer, "document.getElementById('audio').currentTime >= 4")
    assert before < 4
    explorer.focus("#map")
    keys.press("0")
    keys.press("Enter")
    for key in ("l", "ArrowRight", "ArrowRight", " ", "ArrowDown", "ArrowDown", " ", "a"):
        keys.press(key)
    _until(explorer, "!document.getElementById('save').disabled")
    explorer.focus("#title")
    keys.type("by keys")
    keys.press("Tab")
    explorer.focus("#format")
    keys.type("C")
    explorer.focus("#save")
    keys.press("Enter")
    path = _saved(explorer)
    assert path.name == "by keys.csv"
    assert len(path.read_text("utf-8").splitlines()) > 1
    assert explorer.complaints == []


def test_the_journey_by_mouse(explorer):
    explorer.click("#search")
    explorer.keyboard.type("aurora")
    _until(explorer, "document.querySelectorAll('#found li').length === 4")
    explorer.click("#found li:nth-child(2)")
    _until(explorer, "!document.getElementById('card').hidden")
    explorer.click("#card .acts button:first-child")
    _until(explorer, "!document.getElementById('audio').paused")
    explorer.click("#fit")
    explorer.click("#lasso")
    box = explorer.locator("#map").bounding_box()
    corners = [(0.24, 0.03), (0.7, 0.03), (0.7, 0.97), (0.24, 0.97)]
    spots = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    explorer.mouse.move(*spots[0])
    explorer.mouse.down()
    for spot in [*spots[1:], spots[0]]:
        explorer.mouse.move(*spot, steps=4)
    explorer.mouse.up()
    _until(explorer, "!document.getElementById('save').disabled")
    picked = int(re.match(r"(\d+)", explorer.inner_text("#picked"))[1])
    assert picked > 20
    explorer.fill("#title", "by mouse")
    explorer.select_option("#format", "csv")
    explorer.click("#save")
    path = _saved(explorer)
    assert len(path.read_text("utf-8").splitlines()) >= picked
    with explorer.expect_download() as download:
        explorer.click("#download")
    assert download.value.suggested_filename == "by mouse.csv"
    assert explorer.complaints == []


def _opened(page, title):
    """Open a song's card by its title and wait for the keyboard to be there."""
    page.keyboard.press("/")
    page.fill("#search", title)
    _until(page, "document.querySelectorAll('#found li').length === 1")
    page.keyboard.press("Enter")
    _until(page, f"document.querySelector('#card h2')?.textContent.toLowerCase() === '{title}'")
    _until(page, "document.activeElement.closest('#card') !== null")


def _waiting(page):
    return page.locator("#upcoming .song > bdi").all_inner_texts()


def test_the_queue_by_keyboard_alone(explorer):
    keys = explorer.keyboard
    for number in (0, 1, 2):
        _opened(explorer, f"aurora {number}")
        keys.press("e")
    assert explorer.inner_text("#queue") == "Queue · 3"
    keys.press("q")
    _until(explorer, "document.activeElement.matches('#upcoming li:first-child .song')")
    assert _waiting(explorer) == ["Aurora 0", "Aurora 1", "Aurora 2"]
    keys.press("Alt+ArrowDown")
    _until(explorer, "document.activeElement.matches('#upcoming li:nth-child(2) .song')")
    assert _waiting(explorer) == ["Aurora 1", "Aurora 0", "Aurora 2"]
    assert explorer.inner_text("#say") == "Aurora 0 is number 2 of 3."
    keys.press("Enter")
    _until(explorer, "document.getElementById('audio').currentTime > 0.1")
    assert explorer.inner_text("#upcoming [aria-current] .song > bdi") == "Aurora 0"
    explorer.evaluate("document.getElementById('audio').currentTime = 5.9")
    _until(explorer, "document.querySelector('#playing').textContent.startsWith('Aurora 2')")
    assert explorer.locator("#after").is_disabled()
    explorer.focus("#upcoming li:first-child .song")
    keys.press("ArrowDown")
    keys.press("Delete")
    _until(explorer, "document.querySelectorAll('#upcoming li').length === 2")
    explorer.focus("#queue-name")
    keys.type("what is next")
    keys.press("Enter")
    path = _saved(explorer)
    assert path.name == "what is next.m3u8"
    lines = path.read_text("utf-8").splitlines()
    played = [line for line in lines if line and not line.startswith("#")]
    assert [Path(line).name for line in played] == ["tone 1.wav", "tone 2.wav"]
    explorer.reload()
    _until(explorer, "document.body.dataset.ready === 'true'")
    explorer.click("#queue")
    _until(explorer, "document.querySelectorAll('#upcoming li').length === 2")
    assert _waiting(explorer) == ["Aurora 1", "Aurora 2"]
    explorer.click("#queue-clear")
    _until(explorer, "document.querySelectorAll('#upcoming li').length === 0")
    keys.press("Escape")
    assert explorer.evaluate("document.activeElement.id") == "queue"
    assert explorer.complaints == []


def test_the_queue_by_mouse(explorer):
    _opened(explorer, "aurora 3")
    explorer.click("#card ul li:first-child button.small")
    explorer.click("#card .acts button:text-is('Queue')")
    explorer.click("#list")
    explorer.click("#table tbody tr:first-child button.small")
    explorer.click("#list")
    explorer.click("#queue")
    _until(explorer, "document.querySelectorAll('#upcoming li').length === 3")
    explorer.click("#upcoming li:nth-child(2) .up")
    _until(explorer, "document.querySelector('#upcoming bdi').textContent === 'Aurora 3'")
    explorer.click("#upcoming li:first-child .song")
    _until(explorer, "!document.getElementById('audio').paused")
    # What is played from the card comes at once, and what waits goes on after it.
    explorer.click("#card .acts button:text-is('Play')")
    _until(explorer, "document.querySelectorAll('#upcoming li').length === 4")
    _until(explorer, "document.querySelector('#upcoming li:nth-child(2)').ariaCurrent === 'true'")
    explorer.click("#upcoming li:nth-child(3) .remove")
    _until(explorer, "document.querySelectorAll('#upcoming li').length === 3")
    assert explorer.complaints == []


def test_hostile_titles_are_shown_literally_everywhere(explorer):
    explorer.click("#list")
    _until(explorer, "document.querySelectorAll('#table tbody tr').length === 100")
    shown = explorer.locator("#table tbody .open").all_inner_texts()
    assert set(shown) <= set(titles())
    assert sum("<" in text for text in shown) > 30
    explorer.click("#table tbody tr:nth-child(60) button")
    _until(explorer, "!document.getElementById('card').hidden")
    assert explorer.locator("#card h2").inner_text() in titles()
    assert (
        explorer.evaluate("document.querySelectorAll('main img, main script, main svg').length")
        == 0
    )
    assert explorer.complaints == []


def test_a_path_is_picked_and_drawn(explorer):
    for word in ("aurora 0", "aurora 3"):
        explorer.fill("#search", word)
        _until(explorer, "document.querySelectorAll('#found li').length === 1")
        explorer.press("#search", "Enter")
        _until(
            explorer, f"document.querySelector('#card h2')?.textContent.toLowerCase() === '{word}'"
        )
        explorer.click("#card .acts button:text-matches('Path')")
        explorer.wait_for_timeout(300)
    _until(explorer, "document.getElementById('say').textContent.startsWith('A way of 12')")
    assert explorer.inner_text("#picked") == "12 songs picked"


def test_a_cluster_gets_another_name(explorer):
    explorer.click("#clusters li:first-child .edit")
    explorer.keyboard.type("Late <b>night</b>")
    explorer.keyboard.press("Enter")
    _until(
        explorer, "document.querySelector('#clusters label').textContent === 'Late <b>night</b>'"
    )
    explorer.reload()
    _until(explorer, "document.body.dataset.ready === 'true'")
    assert explorer.inner_text("#clusters li:first-child label") == "Late <b>night</b>"


def test_clusters_are_hidden_and_shown(explorer):
    explorer.click("#list")
    _until(explorer, "document.querySelectorAll('#table tbody tr').length === 100")
    explorer.click("#list")
    for number in (2, 3):
        explorer.click(f"#clusters li:nth-child({number}) input")
    explorer.click("#list")
    _until(explorer, "document.querySelectorAll('#table tbody tr').length === 40")


def _late(page, match, wait=700):
    """Let answers of addresses that match come late."""
    page.evaluate(
        """([match, wait]) => { const asked = window.fetch;
        window.fetch = async (at, how) => { const answer = await asked(at, how);
          if (String(at).includes(match)) await new Promise((done) => setTimeout(done, wait));
          return answer; }; }""",
        [match, wait],
    )


def test_the_song_played_is_the_one_asked_for_last(explorer):
    # Rows are those of the table: the first four songs have sound.
    _late(explorer, "rows=0")
    for number in (0, 1):
        _opened(explorer, f"aurora {number}")
        explorer.click("#card .acts button:text-is('Play')")
    explorer.wait_for_timeout(1200)
    assert explorer.evaluate("document.getElementById('audio').src").endswith("/audio/1")
    assert explorer.inner_text("#playing").startswith("Aurora 1")


def test_a_card_that_was_closed_stays_closed(explorer):
    _opened(explorer, "aurora 0")
    _late(explorer, "/api/song/")
    explorer.click("#card ul li:first-child button:first-child")
    explorer.click("#card .close")
    explorer.wait_for_timeout(1000)
    assert explorer.locator("#card").is_hidden()


def test_an_answer_that_comes_late_does_not_open_the_list_again(explorer):
    _late(explorer, "/api/search")
    explorer.fill("#search", "aurora")
    explorer.wait_for_timeout(300)
    explorer.press("#search", "Escape")
    explorer.focus("#map")
    explorer.wait_for_timeout(900)
    assert explorer.locator("#found").is_hidden()


def test_the_table_asks_once_for_a_map_that_moves(explorer):
    explorer.click("#list")
    _until(explorer, "document.querySelectorAll('#table tbody tr').length === 100")
    asked = []
    explorer.on("request", lambda request: asked.append(request.url))
    explorer.focus("#map")
    for _ in range(12):
        explorer.keyboard.press("ArrowLeft")
    explorer.wait_for_timeout(600)
    assert len([url for url in asked if "/api/songs" in url]) == 1


def test_a_table_has_no_empty_columns(explorer):
    def bare(route):
        answer = route.fetch()
        songs = [{**song, "artist": None} for song in answer.json()]
        route.fulfill(response=answer, json=songs)

    explorer.route("**/api/songs*", bare)
    explorer.click("#list")
    _until(explorer, "document.querySelectorAll('#table tbody tr').length === 100")
    seen = explorer.locator("#table th:visible").all_inner_texts()
    assert seen == ["Title", "Genre", "Cluster"]
    assert explorer.locator("#table tbody tr:first-child td:visible").count() == 3


def test_the_keyboard_stays_in_the_table_when_a_page_is_turned(explorer):
    explorer.click("#list")
    _until(explorer, "document.querySelectorAll('#table tbody tr').length === 100")
    explorer.focus("#table .pages button:nth-child(2)")
    explorer.keyboard.press("Enter")
    _until(explorer, "document.querySelectorAll('#table tbody tr').length === 20")
    assert explorer.evaluate("document.activeElement.textContent") == "Before"
    assert "101–120 of 120" in explorer.inner_text("#table [role=status]")


def test_a_queue_of_any_length_outlives_a_reload(explorer):
    # As many songs as a large library has; the numbers repeat, which a queue may.
    explorer.evaluate(
        """async (songs) => { const { keep } = await import('/static/kept.js');
        const run = await (await fetch('/api/run')).json();
        const rows = Array.from({ length: 300_000 }, (_, k) => (7 * k) % songs);
        if (!keep(`queue of ${run.id}`, rows)) throw new Error('no room'); }""",
        SONGS,
    )
    explorer.reload()
    _until(explorer, "document.body.dataset.ready === 'true'")
    assert explorer.inner_text("#queue") == "Queue · 300,000"
    explorer.click("#queue")
    _until(explorer, "document.querySelectorAll('#upcoming li').length === 200")
    assert explorer.locator("#upcoming li:nth-child(2) bdi").first.inner_text() in titles()[7]
    _opened(explorer, "aurora 3")
    explorer.keyboard.press("e")
    _until(explorer, "document.getElementById('queue').textContent === 'Queue · 300,001'")
    explorer.reload()
    _until(explorer, "document.body.dataset.ready === 'true'")
    assert explorer.inner_text("#queue") == "Queue · 300,001"
    assert explorer.complaints == []


def test_a_million_songs_are_kept_exactly(explorer):
    told = explorer.evaluate(
        """async () => { const { keep, kept } = await import('/static/kept.js');
        const rows = Array.from({ length: 1_000_000 }, (_, k) => (k * 7_919) % 1_000_000);
        const had = keep('many', rows);
        const back = kept('many', 1_000_000);
        return [had, back.length, back.every((row, k) => row === rows[k]), kept('many', 999_999).length]; }"""
    )
    assert told == [True, 1_000_000, True, 0]


def test_a_queue_the_browser_has_no_room_for_is_told(explorer):
    explorer.evaluate(
        """() => { Storage.prototype.setItem = (key) => {
          if (key.startsWith('queue of') && !key.endsWith('place')) throw new DOMException('full', 'QuotaExceededError'); }; }"""
    )
    _opened(explorer, "aurora 3")
    explorer.keyboard.press("e")
    _until(
        explorer, "document.getElementById('say').textContent.includes('too long for the browser')"
    )
    assert explorer.inner_text("#queue") == "Queue · 1"


def test_very_many_picked_songs_go_to_the_queue(explorer):
    explorer.evaluate(
        """async () => { const { queue } = await import('/static/queue.js');
        const held = queue({ id: 'another', songs: 1_000_000 }, () => {});
        held.add(Array.from({ length: 400_000 }, (_, k) => k % 100));
        window.waiting = held.length(); }"""
    )
    assert explorer.evaluate("window.waiting") == 400_000


def test_what_colours_mean_is_told(explorer):
    assert explorer.inner_text("#key") == ""
    explorer.select_option("#colour", "tempo")
    words = explorer.inner_text("#key")
    assert words.startswith("tempo")
    assert "\u202fBPM" in words
    explorer.select_option("#colour", "genre")
    assert "pop" in explorer.inner_text("#key").splitlines()
    explorer.select_option("#colour", "cluster")
    assert explorer.inner_text("#key") == ""


def test_a_name_that_is_given_does_not_take_the_keyboard_from_elsewhere(explorer):
    _late(explorer, "/api/name", 400)
    explorer.click("#clusters li:first-child .edit")
    explorer.keyboard.type("Morning")
    explorer.click("#clusters li:nth-child(2) .edit")
    explorer.keyboard.type("Eve")
    explorer.wait_for_timeout(700)
    explorer.keyboard.type("ning")
    assert explorer.evaluate("document.activeElement.value") == "Evening"
    assert explorer.inner_text("#clusters li:first-child label") == "Morning"
    explorer.keyboard.press("Escape")
    explorer.click("#clusters li:first-child .edit")
    explorer.keyboard.press("Delete")
    explorer.keyboard.press("Enter")


def test_the_key_for_the_whole_map_lets_go_of_the_depth_button(explorer):
    explorer.click("#depth")
    assert explorer.get_attribute("#depth", "aria-pressed") == "true"
    explorer.focus("#map")
    explorer.keyboard.press("0")
    assert explorer.get_attribute("#depth", "aria-pressed") == "false"


def test_a_path_may_be_begun_and_given_up_by_keys(explorer):
    _opened(explorer, "aurora 3")
    explorer.focus("#card .acts button:text-is('Path from here')")
    for pressed in ("true", "false"):
        explorer.keyboard.press("Enter")
        held = "document.activeElement"
        assert explorer.evaluate(f"{held}.getAttribute('aria-pressed')") == pressed
        assert explorer.evaluate(f"{held}.textContent") == "Path from here"
    explorer.keyboard.press("Escape")
    assert explorer.locator("#card").is_hidden()


def test_songs_that_cannot_be_played_are_passed_over_but_not_without_end(explorer):
    explorer.route("**/audio/*", lambda route: route.abort())
    _opened(explorer, "aurora 0")
    for _ in range(9):
        explorer.keyboard.press("e")
    explorer.evaluate("window.started = 0")
    explorer.keyboard.press("q")
    explorer.keyboard.press("Enter")
    _until(explorer, "document.querySelector('#upcoming li:nth-child(5)')?.ariaCurrent === 'true'")
    explorer.wait_for_timeout(500)
    assert explorer.get_attribute("#upcoming li:nth-child(5)", "aria-current") == "true"
    assert "Aurora 0 cannot be played" in explorer.inner_text("#say")


def test_without_sound_the_keyboard_still_comes_to_the_card(browser, address):
    context = browser.new_context()
    page = context.new_page()

    def deaf(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "audible": False, "playable": False})

    page.route(re.compile("/api/run|/api/song/"), deaf)
    page.goto(address)
    _until(page, "document.body.dataset.ready === 'true'")
    page.fill("#search", "aurora 3")
    _until(page, "document.querySelectorAll('#found li').length === 1")
    page.press("#search", "Enter")
    _until(page, "document.activeElement.textContent === 'Pick'")
    context.close()


def test_without_a_map_all_the_rest_works(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 700})
    page = context.new_page()
    page.route("**/api/map*", lambda route: route.fulfill(status=404, json={"error": "none"}))
    page.goto(address)
    _until(page, "document.body.dataset.ready === 'true'")
    assert "This run has no map." in page.inner_text("#map")
    assert page.locator("#map .empty").bounding_box()["width"] > 300
    page.fill("#search", "aurora 3")
    _until(page, "document.querySelectorAll('#found li').length === 1")
    page.press("#search", "Enter")
    _until(page, "!document.getElementById('card').hidden")
    context.close()


def test_numbers_on_the_map_are_written_as_in_the_report(explorer):
    from songscape.view._text import quantity

    cases = [
        (128.03, "BPM"), (0.6789, "0..1"), (0.004, "0..1"), (-7.2, "dB"), (230_666, "ms"),
        (340, "ms"), (61.4, "s"), (4_380.4, ""), (1998.0, "year"), (70.0, "0..100"), (0.123, "Hz"),
        (5.0, ""), (-0.5, "dB"), (12_345.6, "Hz"),
    ]  # fmt: skip
    told = explorer.evaluate(
        """async (cases) => { const { quantity } = await import('/static/map/data.js');
        return cases.map(([value, unit]) => quantity(value, unit)); }""",
        cases,
    )
    assert told == [quantity(*case) for case in cases]


def test_without_webgl_all_but_the_map_works(browser, address):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(address)
    _until(page, "document.body.dataset.ready === 'true'")
    assert "does not draw in WebGL 2" in page.inner_text("#map")
    page.fill("#search", "aurora 3")
    _until(page, "document.querySelectorAll('#found li').length === 1")
    page.press("#search", "Enter")
    _until(page, "!document.getElementById('card').hidden")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, address, scheme):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm install)")
    # The page's own policy forbids foreign code; only this test lifts it.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    _until(page, "document.body.dataset.ready === 'true'")
    page.fill("#search", "aurora 3")
    _until(page, "document.querySelectorAll('#found li').length === 1")
    page.press("#search", "Enter")
    _until(page, "!document.getElementById('card').hidden")
    page.click("#card .acts button:text('Pick')")
    page.keyboard.press("e")
    page.click("#queue")
    _until(page, "document.querySelectorAll('#upcoming li').length === 1")
    page.click("#list")
    _until(page, "document.querySelectorAll('#table tbody tr').length > 0")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document).then((result) => result.violations)")
    told = [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]
    assert told == []
    context.close()
