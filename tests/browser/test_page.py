"""The report's map as a reader meets it."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image
from tests.browser.conftest import MAP
from tests.view.conftest import UNITS_ORDER, planted_tracks, record_of

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LOSE = "map.points.gl.getExtension('WEBGL_lose_context')"
HOSTILE = [
    "<img src=x onerror=alert({i})>",
    "</script><script>alert({i})</script>",
    '"><svg onload=alert({i})>',
    "javascript:alert({i})",
    "{{{{ {i} * 7 }}}}",
    "${{alert({i})}}",
    "&lt;b&gt; {i} &amp;",
    "שיר {i}",
    "🎧👩‍🚀 {i}",
    "]]> --> {i} <!--",
]


def picture(tab):
    """Return the map's canvas as pixels, over its paper."""
    data = tab.map(
        """await map.picture().then((blob) => blob.arrayBuffer())
        .then((bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))))"""
    )
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(int)


def test_nothing_is_asked_for_and_nothing_complains(tab):
    tab.part("colour").select_option("tempo")
    tab.part("relief").click()
    tab.part("whole").click()
    tab.frames(4)
    assert tab.said == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in tab.asked)
    assert len([url for url in tab.asked if url.startswith("file:")]) == 1
    assert not tab.page.locator("#figure-map").is_visible()


def test_an_idle_map_draws_no_frames(tab):
    tab.frames(20)
    before = tab.map("map.frames")
    tab.frames(40)
    assert tab.map("map.frames") == before
    box = tab.part("stage").bounding_box()
    tab.page.mouse.move(box["x"] + 200, box["y"] + 200)
    tab.frames(10)
    assert tab.map("map.frames") == before


def test_a_known_song_has_the_known_colour(open_tab, small):
    far = small.tracks.with_columns(
        x=pl.when(pl.int_range(pl.len()) == 3).then(90.0).otherwise("x"),
        y=pl.when(pl.int_range(pl.len()) == 3).then(90.0).otherwise("y"),
        title=pl.when(pl.int_range(pl.len()) == 3).then(pl.lit("Faraway")).otherwise("title"),
    )
    tab = open_tab(record_of(far, list(UNITS_ORDER)))
    song = tab.map("map.data.find('faraway')[0]")
    tab.map(f"(map.camera.zoomAt(2, ...map.pixel({song})), map.changed())")
    tab.frames()
    left, top, _ = tab.map(f"map.pixel({song})")
    cover = tab.map("map.points.opacity(map.camera, map.data.n)")
    shade = tab.map(f"map.data.column('cluster').shades[map.data.values.get('cluster')[{song}]]")
    ink = tab.map(f"map.theme.group({shade})").lstrip("#")
    ink = np.array([int(ink[k : k + 2], 16) for k in (0, 2, 4)])
    expected = ink * cover + 255 * (1 - cover)
    assert np.abs(picture(tab)[int(top), int(left)] - expected).max() <= 3


def test_the_map_comes_back_after_the_card_was_lost(tab):
    before = picture(tab)
    assert (before < 200).any()
    tab.map(f"(window.card = {LOSE}, window.card.loseContext())")
    tab.until("document.querySelector('[data-map=status]').textContent.includes('lost')")
    tab.run("window.card.restoreContext()")
    tab.until("!document.querySelector('.live-map').map.points.gl.isContextLost()")
    tab.frames(6)
    assert np.abs(picture(tab) - before).max() <= 2
    assert tab.said == [] or all("CONTEXT_LOST" in text for text in tab.said)


def test_without_webgl_the_picture_stays_and_a_message_says_why(open_tab, small):
    script = """const get = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return kind === 'webgl2' ? null : get.call(this, kind, ...rest); };"""
    tab = open_tab(small, ready=False, script=script)
    tab.until("!document.querySelector('#map-message').hidden")
    assert "needs WebGL 2" in tab.page.locator("#map-message").inner_text()
    assert tab.page.locator("#figure-map svg").is_visible()
    assert not tab.page.locator(".live-map").is_visible()
    assert tab.said == []


def test_without_scripts_the_picture_is_there(open_tab, small):
    tab = open_tab(small, ready=False, java_script_enabled=False)
    assert tab.page.locator("#figure-map svg").is_visible()
    assert not tab.page.locator(".live-map").is_visible()


def test_hostile_titles_are_shown_as_they_are(open_tab):
    titles = [HOSTILE[i % len(HOSTILE)].format(i=i) for i in range(200)]
    tracks = planted_tracks(200).with_columns(
        title=pl.Series(titles), artist=pl.Series(titles[::-1]), genre=pl.Series(titles)
    )
    tab = open_tab(record_of(tracks, list(UNITS_ORDER)))
    shown = tab.map(
        """Array.from({ length: map.data.n }, (_, song) => {
        map.open(song);
        return document.querySelector('[data-map=card] .title').textContent; })"""
    )
    assert sorted(shown) == sorted(titles)
    tab.part("search").fill("onerror")
    results = tab.part("results").locator("li")
    assert results.count() == 12
    assert "<img src=x onerror=alert(" in results.first.inner_text()
    tab.part("colour").select_option("genre")
    tab.map("map.select(Array.from({ length: 200 }, (_, song) => song))")
    assert "</script><script>" in tab.part("selected").inner_text()
    tab.frames(4)
    assert tab.said == []
    assert tab.page.locator(".live-map img, .live-map svg, .live-map script").count() == 0


def test_the_keyboard_reaches_everything(tab):
    keys = tab.page.keyboard
    tab.part("search").focus()
    keys.type("number 42")
    keys.press("ArrowDown")
    assert tab.part("search").get_attribute("aria-activedescendant") == "map-found-0"
    keys.press("Enter")
    tab.until("document.querySelector('.live-map').map.selected.length === 1")
    song = tab.map("map.selected[0]")
    assert "42" in tab.map(f"map.data.text('title', {song})")
    tab.part("stage").focus()
    zoom = tab.map("map.camera.zoom")
    keys.press("+")
    assert tab.map("map.camera.zoom") > zoom
    keys.press("0")
    assert tab.map("map.camera.zoom") == 1
    keys.press("Escape")
    assert tab.map("map.selected") == []
    keys.press("a")
    assert len(tab.map("map.selected")) == 400
    keys.press("Escape")
    for key in ("Space", "ArrowRight", "ArrowRight", "Space", "ArrowDown", "ArrowDown", "Space"):
        keys.press(key)
    corners = tab.map("map.lasso")
    assert np.allclose(corners, [[corners[2][0] - 120, corners[2][1] - 120],
                                 [corners[2][0], corners[2][1] - 120], corners[2]], atol=0.5)  # fmt: skip
    expected = tab.map("map.inside(map.lasso)")
    keys.press("l")
    assert tab.map("map.selected") == expected
    keys.press("Enter")
    assert tab.part("card").is_visible()


def test_the_legend_filters_and_outlines(tab):
    first = tab.part("legend").locator("button").first
    first.hover()
    assert tab.map("map.outlined.label") == tab.map("map.regions[0].label")
    first.click()
    shown = tab.map("Array.from(map.shown)")
    label = tab.map("map.regions[0].label")
    values = tab.map("Array.from(map.data.values.get('cluster'))")
    assert shown == [int(value == label) for value in values]
    assert tab.part("legend").locator("[aria-pressed=true]").count() == 1
    first.click()
    assert tab.map("map.shown") is None
    assert tab.part("legend").locator("[aria-pressed=false]").count() == 0


def test_a_moving_map_draws_fewer_points_and_all_of_them_at_rest(tab):
    tab.run(
        f"""() => {{ const points = {MAP}.points, draw = points.draw; window.drawn = [];
        points.draw = function (camera, ratio, most) {{
          window.drawn.push(most); return draw.call(this, camera, ratio, most); }}; }}"""
    )
    move = "(map.budget = 90, map.camera.zoomAt(1.5, 300, 300), map.changed(), map.complete)"
    assert tab.map(move) is False
    tab.until(f"{MAP}.complete")
    drawn = tab.run("window.drawn")
    assert drawn[0] == 90
    assert drawn[-1] == tab.map("map.data.n")
    assert drawn == sorted(drawn)


def test_names_do_not_overlap(tab):
    tab.run(
        """() => { window.boxes = [];
        const fill = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
          window.boxes.push([x, y, this.measureText(text).width, text]);
          return fill.call(this, text, x, y); };
        const clear = CanvasRenderingContext2D.prototype.clearRect;
        CanvasRenderingContext2D.prototype.clearRect = function (...box) {
          window.boxes = [];
          return clear.apply(this, box); }; }"""
    )
    tab.map("map.request()")
    tab.until("window.boxes.length > 0")
    boxes = tab.run("window.boxes")
    assert len(boxes) >= 5
    for k, (x, y, width, text) in enumerate(boxes):
        for x2, y2, width2, text2 in boxes[:k]:
            apart = abs(x - x2) >= (width + width2) / 2 or abs(y - y2) >= 12
            assert apart, (text, text2)


def test_the_card_comes_when_the_pointer_rests(tab):
    box = tab.part("stage").bounding_box()
    left, top, _ = tab.map("map.pixel(11)")
    tab.page.mouse.move(box["x"] + left, box["y"] + top)
    tab.until("!document.querySelector('[data-map=card]').hidden")
    song = tab.map("map.hovered")
    title = tab.map(f"map.data.text('title', {song})")
    assert tab.part("card").locator(".title").inner_text() == title
    assert tab.part("ring").is_visible()
    tab.page.mouse.move(2, 2)
    tab.until("document.querySelector('[data-map=card]').hidden")


def test_a_path_is_drawn_over_the_songs(tab):
    before = picture(tab)
    tab.map("map.draw([1, 200, 399])")
    tab.frames(3)
    after = picture(tab)
    assert (np.abs(after - before).max(axis=2) > 60).sum() > 200
    tab.map("map.draw([])")
    tab.frames(3)
    assert np.abs(picture(tab) - before).max() <= 2


def test_what_the_axes_mean_is_told(tab):
    assert re.match(r"(more|less) \w+", tab.part("axis-x").inner_text())


def test_the_saved_list_is_a_safe_table(tab):
    tab.map("map.select([0, 1, 2])")
    with tab.page.expect_download() as waiting:
        tab.part("save").click()
    text = Path(waiting.value.path()).read_text("utf-8")
    assert text.splitlines()[0] == "cluster,genre,title,artist"
    assert len(text.splitlines()) == 4
    with tab.page.expect_download() as waiting:
        tab.part("picture").click()
    with Image.open(waiting.value.path()) as image:
        assert image.size[0] > 600


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_tab, small, scheme):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm install")
    tab = open_tab(small, color_scheme=scheme)
    tab.map("(map.select([0, 1, 2]), map.open(5))")
    tab.part("search").fill("number 1")
    tab.run(AXE.read_text("utf-8"))
    found = tab.run("axe.run('.live-map').then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
    whole = tab.run("axe.run().then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in whole] == []


WHOLE = "[map.camera.zoom, map.camera.flat]"


def test_showing_the_whole_map_ends_a_flight(open_tab, small):
    tab = open_tab(small, reduced_motion="no-preference")
    tab.map("(map.fly([3]), map.tilt(true))")
    tab.frames(3)
    assert tab.map(WHOLE) != [1, True]
    tab.map("map.reset()")
    tab.page.wait_for_timeout(600)
    assert tab.map(WHOLE) == [1, True]


def test_who_moves_the_map_ends_its_flight(open_tab, small):
    tab = open_tab(small, reduced_motion="no-preference")
    tab.map("map.fly([3])")
    tab.frames(3)
    box = tab.part("stage").bounding_box()
    tab.page.mouse.move(box["x"] + 200, box["y"] + 200)
    tab.page.mouse.wheel(0, 10)
    tab.frames(3)
    zoom = tab.map("map.camera.zoom")
    tab.page.wait_for_timeout(600)
    assert tab.map("map.camera.zoom") == zoom


def test_two_tilts_at_once_end_as_the_second_says(open_tab, small):
    tab = open_tab(small, reduced_motion="no-preference")
    tab.map("(map.tilt(true), map.tilt(false))")
    tab.page.wait_for_timeout(600)
    assert tab.map("[map.tilted, map.camera.flat]") == [False, True]


def test_the_key_for_the_whole_map_lets_go_of_the_relief_button(tab):
    tab.part("relief").click()
    assert tab.part("relief").get_attribute("aria-pressed") == "true"
    assert tab.part("height").is_visible()
    tab.part("stage").focus()
    tab.page.keyboard.press("0")
    assert tab.part("relief").get_attribute("aria-pressed") == "false"
    assert not tab.part("height").is_visible()
    tab.part("relief").click()
    assert tab.map("map.relief") is True


def test_all_groups_pressed_one_by_one_are_all_shown(tab):
    buttons = tab.part("legend").locator("button")
    for k in range(buttons.count()):
        buttons.nth(k).click()
    assert tab.map("map.shown") is None
    buttons.nth(1).click()
    assert tab.part("legend").locator("[aria-pressed=true]").count() == 1


def test_a_screen_with_finer_pixels_is_drawn_finely(tab):
    before = tab.map("[map.canvas.width, map.ratio]")
    size = {"width": 1200, "height": 860, "mobile": False}
    screen = tab.page.context.new_cdp_session(tab.page)
    screen.send("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": 2})
    tab.map("map.request()")
    tab.until(f"{MAP}.ratio === 2")
    assert tab.map("map.canvas.width") == 2 * before[0]
    assert tab.map("map.cover.width") == 2 * before[0]
    screen.send("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": 1})
    tab.map("map.request()")
    tab.until(f"{MAP}.canvas.width === {before[0]}")


def test_a_map_that_is_taken_away_is_silent(tab):
    tab.run(
        f"""() => {{ const map = {MAP}; window.heard = [];
        for (const what of ['lost', 'view', 'hover']) map.on(what, () => window.heard.push(what));
        map.fly([3]); map.destroy(); window.heard = []; window.frames_ = map.frames; }}"""
    )
    tab.map("(map.request(), map.hover(5))")
    tab.page.wait_for_timeout(300)
    assert tab.run("window.heard") == []
    assert tab.map("map.frames - window.frames_") == 0
    assert not tab.part("status").inner_text()


def test_a_search_without_result_says_so_and_a_finger_may_scroll_the_list(tab):
    tab.part("search").fill("no such song anywhere")
    assert tab.part("results").inner_text() == "nothing found"
    tab.part("search").press("Enter")
    assert tab.map("map.selected") == []
    tab.part("search").fill("number")
    option = tab.part("results").locator("li").first
    option.dispatch_event("pointerdown")
    assert tab.map("map.selected") == []
    option.click()
    assert len(tab.map("map.selected")) == 1


def test_the_chosen_song_of_a_search_is_scrolled_to(tab):
    tab.part("search").fill("number")
    for _ in range(12):
        tab.part("search").press("ArrowDown")
    list_, last = (tab.part("results").bounding_box(),
                   tab.part("results").locator("li").last.bounding_box())  # fmt: skip
    assert last["y"] + last["height"] <= list_["y"] + list_["height"] + 1


def test_of_two_songs_found_the_second_is_opened(open_tab, small):
    tab = open_tab(small, reduced_motion="no-preference")
    tab.run("window.opened = []")
    tab.run(f"() => {MAP}.on('open', (song) => window.opened.push(song))")
    for number in (17, 23):
        tab.part("search").fill(f"number {number}")
        tab.part("search").press("Enter")
    tab.page.wait_for_timeout(700)
    assert len(tab.run("window.opened")) == 1


def test_what_lies_beyond_the_scale_is_told(open_tab):
    far = pl.when(pl.int_range(pl.len()) < 2).then(900.0).otherwise("tempo")
    tab = open_tab(record_of(planted_tracks(3000).with_columns(tempo=far), list(UNITS_ORDER)))
    tab.part("colour").select_option("tempo")
    low, high = tab.part("legend").locator(".ends span").all_inner_texts()
    assert low.startswith("≤\u202f")
    assert re.fullmatch("≥\u202f\\d+\u202fBPM", high)


def test_a_phone_scrolls_down_only(open_tab):
    tracks = planted_tracks(300).with_columns(title=pl.lit("W " * 200), artist=pl.lit("A" * 400))
    tab = open_tab(record_of(tracks, list(UNITS_ORDER)), viewport={"width": 390, "height": 800})
    tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert tab.run("document.documentElement.scrollWidth") == 390


def test_a_long_legend_keeps_its_lines_apart(open_tab):
    tracks = planted_tracks(600).with_columns(cluster=pl.int_range(600, dtype=pl.Int32) % 60)
    tab = open_tab(record_of(tracks, list(UNITS_ORDER), k=60))
    buttons = tab.part("legend").locator("button").all()
    assert len(buttons) == 60
    for button in buttons[:20]:
        inner, outer = button.locator("bdi").bounding_box(), button.bounding_box()
        assert inner["height"] <= outer["height"]
