"""matplotlib's SVG made small, self-contained and fit to stand inside a page.

Taken out: the ``<style>`` element (its ``*`` selector would restyle the whole page), metadata, ids
nobody refers to, the fixed size in points. Put in: a title and a description for people who do not
see it, ids that begin with the chart's name, so that many charts live in one page.
"""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree as ET

from PIL import Image

_NAMESPACES = {"http://www.w3.org/2000/svg": "", "http://www.w3.org/1999/xlink": "xlink:"}
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
# The font is inherited from the root, and pictures are scaled smoothly.
_STYLES = re.compile(r"(font-family: [^;]*(; )?)|(image-rendering:[^;]*;?)")
_NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_PNG = "data:image/png;base64,"
COLOURS, LARGE = 96, 40_000
_INHERITED = "stroke-linejoin: round; stroke-linecap: butt"
_FAMILY = "font-family: system-ui, 'DejaVu Sans', sans-serif"


def tidy(text: str, name: str, title: str, says: str) -> str:
    """Return matplotlib's SVG `text` as one ``<svg>`` element without prologue."""
    root = ET.fromstring(text)  # noqa: S314 - matplotlib wrote it a moment ago
    for parent in list(root.iter()):
        for child in [child for child in parent if _is_noise(child)]:
            parent.remove(child)
        # White space between elements is half of the bytes and means nothing outside <text>.
        if not parent.tag.endswith(("}text", "}tspan")):
            parent.text = None
        parent.tail = None
    _rename_ids(root, name)
    _describe(root, name, title, says)
    for element in root.iter():
        _strip_namespaces(element)
    return ET.tostring(root, encoding="unicode")


def _is_noise(element: ET.Element) -> bool:
    """Tell whether an element is left out: page-wide style, metadata, empty definitions."""
    tag = element.tag.rpartition("}")[2]
    return tag in ("style", "metadata") or (
        tag == "defs" and all(child.tag.endswith("}style") for child in element)
    )


def _rename_ids(root: ET.Element, name: str) -> None:
    """Keep only the ids something refers to, each with the chart's name before it."""
    used = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            used.update(_REFERENCE.findall(value))
            if key.endswith("href") and value.startswith("#"):
                used.add(value[1:])
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == "id" and value not in used:
                del element.attrib[key]
            elif key == "id":
                element.set(key, f"{name}-{value}")
            elif key.endswith("href") and value.startswith("#"):
                element.set(key, f"#{name}-{value[1:]}")
            else:
                element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))


def _describe(root: ET.Element, name: str, title: str, says: str) -> None:
    """Make the chart an image with a name and a description, as wide as its place."""
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    labels = {"role": "img", "aria-labelledby": f"{name}-title {name}-says"}
    pixels = round(float(root.attrib["viewBox"].split()[2]) * 96 / 72)
    width = f"display: block; width: 100%; max-width: {pixels}px; height: auto"
    root.attrib.update(labels | {"style": f"{_INHERITED}; {_FAMILY}; {width}"})
    for index, (tag, content) in enumerate((("title", title), ("desc", says))):
        element = ET.Element(tag, {"id": f"{name}-{'says' if index else 'title'}"})
        element.text = content
        root.insert(index, element)


def _strip_namespaces(element: ET.Element) -> None:
    """Write tags and attributes the way HTML reads them, with prefixes instead of namespaces."""
    for space, prefix in _NAMESPACES.items():
        element.tag = element.tag.replace(f"{{{space}}}", prefix)
        for key in [key for key in element.attrib if key.startswith(f"{{{space}}}")]:
            element.set(prefix + key.rpartition("}")[2], element.attrib.pop(key))
    for key, value in element.attrib.items():
        if value.startswith(_PNG) and len(value) > LARGE:
            element.set(key, _PNG + _packed(value[len(_PNG) :]))
    for key in ("d", "x", "y", "transform"):
        if key in element.attrib:
            element.set(key, _shortened(element.attrib[key]))
    if "style" in element.attrib and element.tag != "svg":
        element.set("style", _STYLES.sub("", element.attrib["style"]))
    if element.tag == "svg":
        element.attrib = {
            "xmlns": "http://www.w3.org/2000/svg",
            "xmlns:xlink": "http://www.w3.org/1999/xlink",
            **element.attrib,
        }


def _packed(encoded: str) -> str:
    """Return a large PNG with a palette: a third of the bytes, no difference to the eye."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        few = picture.convert("RGBA").quantize(COLOURS, Image.Quantize.FASTOCTREE)
        few.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def _shortened(text: str) -> str:
    """Return coordinates with two decimals, a hundredth of a point, on one line."""
    short = _NUMBER.sub(lambda number: f"{float(number[0]):.2f}", text)
    return " ".join(re.sub(r"rotate\(-?0 [^)]*\)", "", short).split())
