"""How fast the live map is, beside a bare WebGL2 page and other libraries, in one browser.

``python benchmarks/map.py [--points 114000] [--rounds 3] [--peers]`` writes self-contained pages of
the same made-up points (40 heavy-tailed groups in 12 colours), opens each in a fresh headless
Chromium that draws by software, and prints one line per page: ready, a wheel step, a drag step, a
wheel step until the view is at rest with all points, a step of the pointer, and the memory of
script and arrays. A step ends when two frames have passed and every drawing context has been read
back. songscape draws fewer points while the view moves; what it leaves out then is in the step
until rest. Medians over the rounds; the ratio is to the bare page of the same round. ``--peers``
fetches regl-scatterplot and Plotly by npm into a temporary folder.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from playwright.sync_api import Page, sync_playwright

from songscape.core.record import Record
from songscape.view import live_map, map_data
from songscape.view._style import PALETTE
from songscape.view._text import count
from songscape.view.report import policy

SOFTWARE = (
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist", "--disable-background-networking",
)  # fmt: skip
PAGES = Path(__file__).parent / "map_pages"
PEERS = ("regl-scatterplot@1.16.0", "plotly.js-dist-min@4.1.2", "esbuild@0.28.2")
STEPS = 5
MEASURES = ("ready", "zoom", "pan", "rest", "hover", "heap")
STYLE = (
    "html, body { margin: 0; height: 100% } "
    "#stage { position: relative; width: 100%; height: 100% }"
)


def points(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return made-up places within −1..1, shape (n, 2), and the colour group of each."""
    rng = np.random.default_rng(0)
    group = rng.integers(0, 40, n)
    places = rng.uniform(-3, 3, (40, 2))[group] + 0.4 * rng.standard_t(4, (n, 2))
    places = np.clip(places, *np.quantile(places, (0.0005, 0.9995)))
    return (places / np.abs(places).max()).astype(np.float32), (group % 12).astype(np.uint8)


def songscape_page(places: np.ndarray, group: np.ndarray) -> str:
    """Return the live map alone on a page, by the report's own template, script and policy."""
    ids = np.arange(len(group)).astype(str)
    x, y = places.T
    tracks = pl.DataFrame({"id": ids, "cluster": group.astype(np.int32), "x": x, "y": y})
    record = Record("", {"name": "points"}, tracks, pl.DataFrame(), pl.DataFrame())
    block = map_data.block(record, texts=False)
    live = {
        "data": Markup(base64.b64encode(block or b"").decode()),  # noqa: S704
        "script": Markup(live_map.script()),  # noqa: S704
        "shown": len(group), "total": len(group), "trust": "",
    }  # fmt: skip
    environment = Environment(loader=PackageLoader("songscape.view"), autoescape=True)
    environment.filters["count"] = count
    full = ".map-frame { height: calc(100vh - 8rem) }"
    style = live_map.style() + STYLE + full
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy(style, live["script"])}">'
    body = environment.get_template("live_map.html.j2").render(live=live)
    picture = "<figure id=figure-map></figure>"
    return f"<!doctype html><meta charset=utf-8>{head}<style>{style}</style>{picture}{body}"


def peer_page(places: np.ndarray, group: np.ndarray, name: str, library: str = "") -> str:
    """Return a page with the same points as float32 and a script that draws them."""
    data = base64.b64encode(places.tobytes() + group.tobytes()).decode()
    rgb = [round(int(colour[k : k + 2], 16) / 255, 4) for colour in PALETTE for k in (1, 3, 5)]
    script = (PAGES / f"{name}.js").read_text("utf-8")
    script = script.replace("PALETTE", str(rgb)).replace("COLOURS", str(list(PALETTE)))
    inner = "" if name == "plotly" else "<canvas></canvas>"
    return (
        f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><div id=stage>{inner}</div>"
        f'<script type="application/octet-stream" id=data>{data}</script>'
        f"<script>{library}</script><script type=module>{script}</script>"
    )


def libraries(folder: Path) -> tuple[str, str]:
    """Fetch regl-scatterplot and Plotly and return each as one script."""
    npm = [shutil.which("npm") or "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run([*npm, "--prefix", str(folder), *PEERS], check=True, capture_output=True)
    entry = folder / "regl.js"
    entry.write_text(
        'import make from "regl-scatterplot"; window.createScatterplot = make;', "utf-8"
    )
    bundler = [str(folder / "node_modules/.bin/esbuild"), "--bundle", "--minify", str(entry)]
    regl = subprocess.run(bundler, check=True, capture_output=True, cwd=folder).stdout.decode()
    plotly = folder / "node_modules/plotly.js-dist-min/plotly.min.js"
    return regl, plotly.read_text("utf-8")


def pages(n: int, folder: Path, *, peers: bool) -> dict[str, Path]:
    """Write the pages and return them by name."""
    places, group = points(n)
    texts = {
        "bare WebGL2 page": peer_page(places, group, "bare"),
        "songscape": songscape_page(places, group),
    }
    if peers:
        regl, plotly = libraries(folder)
        texts["regl-scatterplot"] = peer_page(places, group, "regl", regl)
        texts["Plotly scattergl"] = peer_page(places, group, "plotly", plotly)
    empty = "<!doctype html><div id=stage></div><script>window.drawn = () => true</script>"
    texts["empty page"] = empty
    files = {name: folder / f"{k}.html" for k, name in enumerate(texts)}
    for name, path in files.items():
        path.write_text(texts[name], "utf-8")
    return files


def ready(page: Page, path: Path, name: str) -> float:
    """Open a page and return the milliseconds until its first picture was finished."""
    watch = (PAGES / "watch.js").read_text("utf-8")
    if name.startswith("songscape"):
        watch += "window.drawn = () => document.querySelector('.live-map')?.map?.frames > 0;"
    page.add_init_script(watch)
    page.goto(path.as_uri())
    for _ in range(6000):
        moment = page.evaluate("window.readyAt")
        if moment:
            return float(moment)
        time.sleep(0.05)
    raise TimeoutError(f"{name} was not ready in five minutes.")


def step(page: Page, act: Any) -> float:
    """Return the milliseconds from an input until nothing of it is left undone."""
    start = time.perf_counter()
    act()
    page.evaluate("window.settle()")
    return 1000 * (time.perf_counter() - start)


def rest(page: Page, name: str) -> None:
    """Turn the wheel and wait until all points are drawn."""
    page.mouse.wheel(0, 60)
    page.evaluate("window.settle()")
    while name.startswith("songscape") and not page.evaluate(
        "document.querySelector('.live-map').map.complete"
    ):
        time.sleep(0.01)


def measured(browser: Any, path: Path, name: str) -> dict[str, float]:
    """Measure one page in a fresh window."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    found = {"ready": ready(page, path, name)}
    if name == "songscape, every point":
        page.evaluate("document.querySelector('.live-map').map.eases = false")
    mouse = page.mouse
    mouse.move(560, 400)
    page.evaluate("window.settle()")
    found["zoom"] = statistics.median(step(page, lambda: mouse.wheel(0, -60)) for _ in range(STEPS))
    mouse.down()
    found["pan"] = statistics.median(
        step(page, lambda k=k: mouse.move(560 + 12 * k, 400 + 6 * k)) for k in range(1, STEPS + 1)
    )
    mouse.up()
    time.sleep(0.5)
    page.evaluate("window.settle()")
    found["rest"] = statistics.median(step(page, lambda: rest(page, name)) for _ in range(STEPS))
    found["hover"] = statistics.median(
        step(page, lambda k=k: mouse.move(500 - 17 * k, 380 + 11 * k)) for k in range(2 * STEPS)
    )
    session = context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    # Typed arrays live outside the script's heap proper; they are counted in.
    found["heap"] = (usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6
    context.close()
    return found


def rounds(n: int, times: int, *, peers: bool) -> dict[str, list[dict[str, float]]]:
    """Measure every page so many times, one after another in every round."""
    found: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        files = pages(n, Path(folder), peers=peers)
        files["songscape, every point"] = files["songscape"]
        for _ in range(times):
            for name, path in files.items():
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=list(SOFTWARE)
                )
                found.setdefault(name, []).append(measured(browser, path, name))
                browser.close()
    return found


def lines(found: dict[str, list[dict[str, float]]]) -> list[str]:
    """Return the table: milliseconds, and ratios to the bare page (pointer: to the empty one)."""
    result = []
    for name, runs in found.items():
        cells = []
        for measure in MEASURES:
            value = statistics.median(run[measure] for run in runs)
            beside = "empty page" if measure == "hover" else "bare WebGL2 page"
            ratios = [
                run[measure] / other[measure]
                for run, other in zip(runs, found[beside], strict=True)
            ]
            ratio = "" if measure == "heap" else f" ({statistics.median(ratios):.2f} ×)"
            cells.append(f"{value:,.{1 if measure == 'heap' else 0}f}{ratio}")
        result.append(f"| {name} | " + " | ".join(cells) + " |")
    return result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=114_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", action="store_true")
    given = parser.parse_args()
    print(f"{given.points:,} points, {given.rounds} rounds")
    heads = ("page", "ready", "zoom step", "pan step", "zoom until rest", "pointer step")
    print(f"| {', ms | '.join(heads)}, ms | heap, MB |".replace("page, ms", "page"))
    print("|---|---|---|---|---|---|---|")
    print("\n".join(lines(rounds(given.points, given.rounds, peers=given.peers))))


if __name__ == "__main__":
    main()
