"""Which song is under the pointer, which are inside a lasso: the same as plain NumPy says."""

import numpy as np
import pytest

HOVER = 14

VIEW = """(() => ({
  x: Array.from(map.data.x), y: Array.from(map.data.y), scale: map.camera.scale,
  at: [map.camera.x, map.camera.y], size: [map.camera.width, map.camera.height],
  matrix: Array.from(map.camera.matrix), heights: map.points.z && Array.from(map.points.z),
}))()"""


def pixels(tab):
    """Return where every song is on the screen, from the camera's numbers alone."""
    view = tab.map(VIEW)
    places = np.column_stack([view["x"], view["y"]]) / 65_535
    width, height = view["size"]
    if view["heights"] is None:
        away = (places - view["at"]) * view["scale"]
        return away * [1, -1] + np.array([width, height]) / 2, (width, height)
    full = np.column_stack(
        [places, np.array(view["heights"]) / 65_535, np.ones(len(places))]
    ) @ np.array(view["matrix"]).reshape(4, 4)
    share = full[:, :2] / full[:, 3:]
    return np.column_stack([1 + share[:, 0], 1 - share[:, 1]]) / 2 * [width, height], (
        width,
        height,
    )


def inside(points, polygon):
    """Return the points inside a polygon by counting edges to their right."""
    x, y = points.T
    crossed = np.zeros(len(points), dtype=int)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        spans = (y1 > y) != (y2 > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            cut = x1 + (y - y1) / (y2 - y1) * (x2 - x1)
        crossed += spans & (x < cut)
    return np.flatnonzero(crossed % 2)


@pytest.fixture(params=["whole", "near", "relief"])
def looking(request, tab):
    """Return a page whose map is seen from here or there."""
    if request.param == "near":
        tab.map("(map.camera.zoomAt(3.3, 420, 200), map.changed())")
    if request.param == "relief":
        tab.map("(map.tilt(true), map.camera.orbit(40, 25), map.changed())")
    tab.frames()
    return tab


def test_a_lasso_holds_what_numpy_says(looking):
    rng = np.random.default_rng(5)
    points, size = pixels(looking)
    polygons = [rng.uniform(0, 1, (rng.integers(3, 12), 2)) * size for _ in range(100)]
    found = looking.run(
        "(polygons) => polygons.map((p) => document.querySelector('.live-map').map.inside(p))",
        [polygon.tolist() for polygon in polygons],
    )
    assert [inside(points, polygon).tolist() for polygon in polygons] == found
    assert sum(map(len, found)) > 1_000


def test_the_song_under_the_pointer_is_the_nearest(looking):
    rng = np.random.default_rng(6)
    points, size = pixels(looking)
    spots = rng.uniform(0, 1, (1_000, 2)) * size
    found = looking.run(
        "(spots) => spots.map((s) => document.querySelector('.live-map').map.at(...s))",
        spots.tolist(),
    )
    away = np.linalg.norm(points[None] - spots[:, None], axis=2)
    nearest = np.where(away.min(axis=1) <= HOVER, away.argmin(axis=1), -1)
    # Two songs within rounding of each other may be told either way.
    told = np.array(found)
    gap = np.where(told >= 0, away[np.arange(1_000), told], HOVER) - np.minimum(
        away.min(axis=1), HOVER
    )
    assert np.abs(gap).max() < 1e-4
    assert (told == nearest).mean() > 0.999
    assert (told >= 0).sum() > 50


def test_a_hidden_song_is_not_found(tab):
    points, _ = pixels(tab)
    tab.map("map.show(new Uint8Array(map.data.n))")
    assert tab.map(f"map.at({points[0][0]}, {points[0][1]})") == -1


def test_drawing_with_the_mouse_selects(tab):
    points, (width, height) = pixels(tab)
    corners = np.array([[0.3, 0.25], [0.7, 0.3], [0.6, 0.75], [0.25, 0.6]]) * [width, height]
    tab.part("lasso").click()
    box = tab.part("stage").bounding_box()
    mouse = tab.page.mouse
    mouse.move(box["x"] + corners[0][0], box["y"] + corners[0][1])
    mouse.down()
    for x, y in corners[1:]:
        mouse.move(box["x"] + x, box["y"] + y)
    mouse.up()
    expected = inside(points, corners)
    assert len(expected) > 20
    assert abs(len(expected) - len(tab.map("map.selected"))) <= 2
    assert f"{len(tab.map('map.selected'))} songs selected" in tab.part("selection").inner_text()
    assert tab.part("selected").locator("li").count() == min(len(tab.map("map.selected")), 200)


def test_wheel_and_drag_move_the_view_about_the_pointer(tab):
    box = tab.part("stage").bounding_box()
    points, _ = pixels(tab)
    spot = points[7]
    mouse = tab.page.mouse
    mouse.move(box["x"] + spot[0], box["y"] + spot[1])
    mouse.wheel(0, -200)
    tab.until("document.querySelector('.live-map').map.camera.zoom > 1.1")
    assert np.abs(pixels(tab)[0][7] - spot).max() < 1.5
    mouse.down()
    mouse.move(box["x"] + spot[0] + 50, box["y"] + spot[1] + 30)
    mouse.up()
    assert np.abs(pixels(tab)[0][7] - spot - [50, 30]).max() < 1.5


def test_two_fingers_zoom(tab):
    tab.run(
        """() => { const stage = document.querySelector('[data-map=stage]');
        stage.setPointerCapture = () => {};
        const { left, top } = stage.getBoundingClientRect();
        const send = (kind, pointerId, x, y) => stage.dispatchEvent(new PointerEvent(kind, {
          pointerId, pointerType: 'touch', clientX: left + x, clientY: top + y, buttons: 1 }));
        send('pointerdown', 1, 300, 200); send('pointerdown', 2, 400, 200);
        send('pointermove', 1, 250, 200); send('pointermove', 2, 450, 200);
        send('pointerup', 1, 250, 200); send('pointerup', 2, 450, 200); }"""
    )
    assert tab.map("map.camera.zoom") == pytest.approx(2, rel=0.01)
