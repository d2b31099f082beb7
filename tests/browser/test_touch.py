"""Fingers on the map: one moves it, two zoom it, a tap opens a song."""

import pytest


@pytest.fixture
def phone(open_tab, small):
    viewport = {"width": 390, "height": 800}
    return open_tab(small, has_touch=True, is_mobile=True, viewport=viewport)


@pytest.fixture
def touch(phone):
    """Return a function that puts fingers on the map, in its pixels; none lifts them."""
    session = phone.page.context.new_cdp_session(phone.page)
    box = phone.part("stage").bounding_box()

    def send(kind, *fingers):
        points = [
            {"x": box["x"] + left, "y": box["y"] + top, "id": finger}
            for finger, (left, top) in enumerate(fingers)
        ]
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    return send


def seen(phone):
    x, y, zoom = phone.map("[map.camera.x, map.camera.y, map.camera.zoom]")
    return x, y, zoom, phone.map("map.camera.scale")


def test_one_finger_moves_the_map_and_not_the_page(phone, touch):
    x, y, zoom, scale = seen(phone)
    above = phone.run("window.scrollY")
    touch("Start", (150, 100))
    for step in range(1, 6):
        touch("Move", (150 + 8 * step, 100 + 4 * step))
    touch("End")
    after = seen(phone)
    # The first pixels may be a tap's; what follows moves the map as far as the finger.
    assert 30 <= (x - after[0]) * scale <= 41
    assert 15 <= (after[1] - y) * scale <= 21
    assert after[2] == zoom
    assert phone.run("window.scrollY") == above


def test_two_fingers_zoom_about_their_middle(phone, touch):
    middle = (170, 120)
    before = phone.map(f"map.camera.place{middle}")
    touch("Start", (140, 120), (200, 120))
    for step in range(1, 7):
        touch("Move", (140 - 5 * step, 120), (200 + 5 * step, 120))
    touch("End")
    after = phone.map(f"map.camera.place{middle}")
    _, _, zoom, scale = seen(phone)
    assert zoom == pytest.approx(2, rel=0.02)
    assert [abs(a - b) * scale < 3 for a, b in zip(before, after, strict=True)] == [True, True]


def test_two_fingers_that_move_together_move_the_map(phone, touch):
    x, _, zoom, scale = seen(phone)
    touch("Start", (140, 120), (200, 120))
    for step in range(1, 6):
        touch("Move", (140 + 6 * step, 120), (200 + 6 * step, 120))
    touch("End")
    after = seen(phone)
    assert (x - after[0]) * scale == pytest.approx(30, abs=3)
    assert after[2] == pytest.approx(zoom, rel=0.02)


def test_a_tap_opens_the_song_under_it(phone, touch):
    left, top, _ = phone.map("map.pixel(11)")
    song = phone.map(f"map.at({left}, {top})")
    touch("Start", (left, top))
    touch("End")
    phone.until("!document.querySelector('[data-map=card]').hidden")
    assert phone.map("map.hovered") == song
    assert phone.said == []
