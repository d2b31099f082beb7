"""Numbers and names as people write them.

Names come from files of strangers: control characters are taken out, line ends become spaces, long
ones are clipped with an ellipsis. Escaping is left to the place they go to.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

from songscape.describe._labels import label

_BARE = re.compile(r"|year|-?\d+(\.\.|–|-)\d+")
"""Units that are not written: none, a year, a scale such as 0..1."""
_MINUS = "−"
NARROW = "\u202f"
"""Stands between a number and its unit or percent sign: narrow, and no line is broken there."""
_AFTER_NUMBER = re.compile(r"(?<=\d)[ \xa0](?=%|(?:BPM|dB|Hz|kHz|LUFS|km|min|ms|s)\b)")


def called(feature: Any, most: int = 120) -> str:
    """Return what people call a feature as one clean line of at most `most` characters.

    >>> called("mfcc_03_std"), called("my_column")
    ('MFCC 3, spread', 'my_column')
    """
    return shown(label(str(feature)), most)


def shown(text: Any, most: int = 120) -> str:
    """Return any value as one clean line of at most `most` characters.

    >>> shown("a" + chr(10) + "b" + chr(0)), shown("x" * 9, 4), shown(None), shown(["rock", "pop"])
    ('a b', 'xxx…', '', 'rock; pop')
    """
    if text is None:
        return ""
    if isinstance(text, list | tuple):
        text = "; ".join(str(item) for item in text)
    # Only the beginning can be seen, so a text of megabytes is not worked through.
    line = re.sub(r"\s+", " ", str(text)[: 4 * most + 40]).strip()
    line = "".join(letter for letter in line if _printable(letter))
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _printable(letter: str) -> bool:
    """Tell whether a character may be shown: no control, no half of a pair, no non-character."""
    category = unicodedata.category(letter)
    # Bidi overrides (Cf) would turn the text around them; joiners shape emoji and scripts.
    return letter in "\u200c\u200d" or category not in ("Cc", "Cs", "Cn", "Cf")


def count(number: float) -> str:
    """Return a whole number with thousands separated.

    >>> count(113999)
    '113,999'
    """
    return f"{round(number):,}"


def bound(text: str) -> str:
    """Return a sentence in which no line breaks between a number and its unit.

    >>> bound("25 % of 120 BPM in 3 s or 3 songs").replace(NARROW, "_")
    '25_% of 120_BPM in 3_s or 3 songs'
    """
    return _AFTER_NUMBER.sub(NARROW, text)


def percent(share: float | None) -> str:
    """Return a share as a percentage with as many digits as it deserves.

    Only nothing is 0 % and only all is 100 %.

    >>> [percent(share).replace(NARROW, " ") for share in (0.283, 0.0042, 0.00001, 0, None)]
    ['28 %', '0.4 %', '<0.1 %', '0 %', '–']
    >>> [percent(share).replace(NARROW, " ") for share in (0.996, 0.9999, 1)]
    ['99.6 %', '>99.9 %', '100 %']
    """
    if share is None or not math.isfinite(share):
        return "–"
    if 0 < share < 0.001:
        text = "<0.1"
    elif 0.9995 <= share < 1:
        text = ">99.9"
    else:
        whole = share in (0, 1) or 0.095 <= share < 0.995 or share > 1
        text = f"{100 * share:.{0 if whole else 1}f}".replace("-", _MINUS)
    return f"{text}{NARROW}%"


def decimal(number: float | None, digits: int = 2, *, sign: bool = False) -> str:
    """Return a number with fixed decimals and a true minus sign.

    >>> decimal(-0.217), decimal(1.04, 1, sign=True), decimal(None), decimal(-0.001)
    ('−0.22', '+1.0', '–', '0.00')
    """
    if number is None or not math.isfinite(number):
        return "–"
    text = f"{number:{'+' if sign else ''}.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return text.replace("-", _MINUS)


def quantity(value: float | None, unit: str = "") -> str:
    """Return a value with its unit and about three significant digits.

    >>> units = (128.03, "BPM"), (0.6789, "0..1"), (-7.2, "dB"), (230666, "ms"), (4380, "")
    >>> [quantity(*one).replace(NARROW, " ") for one in units]
    ['128 BPM', '0.68', '−7.2 dB', '3:51 min', '4,380']
    >>> quantity(1998.0, "year"), quantity(70.0, "0..100")
    ('1998', '70')
    """
    if value is None or not math.isfinite(value):
        return "–"
    if unit in ("ms", "s"):
        return _clock(value / 1000 if unit == "ms" else value)
    size = abs(value)
    if unit == "year":
        return f"{value:.0f}"
    if unit in ("0..1", "0–1", "0-1"):
        text = f"{value:.2f}" if size >= 0.01 or size == 0 else "<0.01"
    elif size >= 100 or value == int(value):
        text = f"{value:,.0f}"
    else:
        text = f"{value:.1f}" if size >= 1 else f"{value:.2g}"
    return text.replace("-", _MINUS) + ("" if _BARE.fullmatch(unit) else f"{NARROW}{unit}")


def _clock(seconds: float) -> str:
    """Return a time as minutes and seconds."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f}{NARROW}s"
    return f"{whole // 60}:{whole % 60:02d}{NARROW}min"


def listing(items: list[str], most: int = 4) -> str:
    """Join names as a sentence does.

    >>> listing(["tempo"]), listing(["a", "b", "c"]), listing(list("abcdef"))
    ('tempo', 'a, b and c', 'a, b, c, d and 2 more')
    """
    if len(items) > most + 1:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
