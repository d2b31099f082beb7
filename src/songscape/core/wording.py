"""Sentences about counts: the same words wherever tables are spoken of.

Findings and history lines are read by people, in a terminal and in the report; numbers have a
thousands comma, nouns agree with them, and long lists are cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def count(number: int, noun: str, plural: str = "") -> str:
    """Say how many.

    Examples
    --------
    >>> count(1, "song"), count(1412, "song"), count(2, "has", "have")
    ('1 song', '1,412 songs', '2 have')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(items: Iterable[str], most: int = 8) -> str:
    """Join texts by commas; beyond `most`, say how many more there are.

    Examples
    --------
    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    texts = list(items)
    if len(texts) <= most:
        return ", ".join(texts)
    return f"{', '.join(texts[:most])} and {len(texts) - most:,} more"


def tallied(counts: Iterable[tuple[str, int]]) -> str:
    """List things with their counts.

    Examples
    --------
    >>> tallied([("tempo", 157), ("key", 3)])
    'tempo (157), key (3)'
    """
    return listed(f"{name} ({number:,})" for name, number in counts)
