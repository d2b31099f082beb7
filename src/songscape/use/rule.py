r"""Rules that choose songs: ``energy>0.7 and tempo 120..128 and genre=Jazz``.

::

    rule        = and-rule ("or" and-rule)*
    and-rule    = one ("and" one)*
    one         = "not" one | "(" rule ")" | column test
    test        = ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~") value | number ".." number

``~`` asks whether a text holds another. Texts are compared without regard to case; they need quotes
where they hold spaces or signs ("Miles Davis"), and so do such column names. A list, as genres, is
equal to a text if one of its items is. A value that is missing keeps no test, so ``not`` of a test
holds for it.

A rule is read by this module alone: nothing in it is ever run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

import polars as pl

from songscape.core.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 2_000
DEEPEST = 50
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>[-+−]?(?:\d+(?:\.(?!\.)\d*)?|\.(?!\.)\d+)(?:[eE][-+]?\d+)?(?![\w]))
    | (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<sign>\.\.|!=|<=|>=|==|[=<>~()≤≥≠])
    | (?P<word>[^\s=<>!~()"'≤≥≠]+)
    )""",
    re.VERBOSE,
)
_SAME = {"==": "=", "≤": "<=", "≥": ">=", "≠": "!="}
_TESTS = ("=", "!=", "<", "<=", ">", ">=", "~")


@dataclass(frozen=True)
class _Token:
    """One piece of a rule and where it begins."""

    kind: str
    text: str
    place: int


def rule(text: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Return a rule as an expression that is true for the songs that keep it, else false.

    Parameters
    ----------
    text : the rule.
    schema : the columns there are and their types.

    Raises
    ------
    RecipeError
        If the rule cannot be read or names a column that is not there; the message points at the
        place.

    Examples
    --------
    >>> songs = pl.DataFrame({"energy": [0.2, 0.9], "genre": ["Jazz", "Rock"]})
    >>> songs.filter(rule("energy > 0.5 or genre = jazz", songs.schema)).height
    2
    >>> rule("energy > loud", songs.schema)
    Traceback (most recent call last):
        ...
    songscape.core.errors.RecipeError: The rule stops making sense at character 10: energy holds \
numbers, so a number must stand here.
      energy > loud
               ^
    """
    reader = _Reader(text, schema)
    found = reader.either(0)
    if reader.here.kind != "end":
        reader.fail('"and", "or" or the end is expected here')
    return found


class _Reader:
    """Reads a rule from left to right."""

    def __init__(self, text: str, schema: Mapping[str, pl.DataType]) -> None:
        if len(text) > LONGEST:
            raise RecipeError(f"The rule has {len(text):,} characters; {LONGEST:,} are allowed.")
        self.text, self.schema, self.at = text, schema, 0
        self.tokens = self._tokens()

    def _tokens(self) -> list[_Token]:
        """Cut the rule into pieces."""
        tokens, place = [], 0
        end = len(self.text.rstrip())
        while place < end:
            match = _TOKEN.match(self.text, place)
            if not match:
                start = len(self.text) - len(self.text[place:].lstrip())
                quote = self.text[start] in "\"'"
                self.fail(
                    "this quote is never closed" if quote else "this sign means nothing", start
                )
            kind = match.lastgroup or ""
            piece = match[kind]
            tokens.append(_Token(kind, _SAME.get(piece, piece), match.start(kind)))
            place = match.end()
        return [*tokens, _Token("end", "", end)]

    @property
    def here(self) -> _Token:
        """The piece that is read next."""
        return self.tokens[self.at]

    def fail(self, why: str, place: int | None = None) -> NoReturn:
        """Raise, pointing at a place."""
        where = self.here.place if place is None else place
        line = "".join(c if c.isprintable() else " " for c in self.text)
        raise RecipeError(
            f"The rule stops making sense at character {where + 1}: {why}.\n  {line}\n"
            f"  {' ' * where}^"
        )

    def took(self, *texts: str, kind: str) -> str:
        """Take the next piece if it is one of these, and return it; else nothing."""
        token = self.here
        if token.kind == kind and token.text.lower() in texts:
            self.at += 1
            return token.text.lower()
        return ""

    def either(self, depth: int) -> pl.Expr:
        """Read rules joined by "or"."""
        found = self._both(depth)
        while self.took("or", kind="word"):
            found = found | self._both(depth)
        return found

    def _both(self, depth: int) -> pl.Expr:
        """Read rules joined by "and"."""
        found = self._one(depth)
        while self.took("and", kind="word"):
            found = found & self._one(depth)
        return found

    def _one(self, depth: int) -> pl.Expr:
        """Read a test, a rule in brackets, or the opposite of one."""
        if depth > DEEPEST:
            self.fail(f"more than {DEEPEST} rules lie in each other")
        if self.took("not", kind="word"):
            return ~self._one(depth + 1)
        if self.took("(", kind="sign"):
            found = self.either(depth + 1)
            if not self.took(")", kind="sign"):
                self.fail("a closing bracket is missing here")
            return found
        return self._test()

    def _test(self) -> pl.Expr:
        """Read a column and what is asked of it."""
        name = self._column()
        if self.here.kind == "number":
            return self._between(name)
        sign = self.took(*_TESTS, kind="sign")
        if not sign:
            self.fail(f"one of {' '.join(_TESTS)} or a range as 120..128 must follow {name}")
        if self.schema[name].is_numeric():
            return _compared(_numbers(name, self.schema[name]), sign, self._number(name, sign))
        return _matched(name, self.schema[name], sign, self._text(name, sign))

    def _column(self) -> str:
        """Read the name of a column."""
        token = self.here
        if token.kind not in ("word", "quoted"):
            self.fail("the name of a column is expected here")
        name = _unquoted(token)
        if name in self.schema:
            self.at += 1
            return name
        known = {column.lower(): column for column in self.schema}
        if name.lower() not in known:
            near = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
            hint = (
                f"the nearest is {known[near[0]]}" if near else f"known: {', '.join(self.schema)}"
            )
            self.fail(f"there is no column {name}; {hint}")
        self.at += 1
        return known[name.lower()]

    def _between(self, name: str) -> pl.Expr:
        """Read a range."""
        if not self.schema[name].is_numeric():
            self.fail(f"{name} holds texts, which have no range")
        low = self._number(name, "=")
        if not self.took("..", kind="sign"):
            self.fail("two dots and the upper end of the range must follow, as in 120..128")
        place = self.here.place
        high = self._number(name, "=")
        if high < low:
            self.fail("the upper end is below the lower", place)
        column = _numbers(name, self.schema[name])
        return ((column >= low) & (column <= high)).fill_null(value=False)

    def _number(self, name: str, sign: str) -> float:
        """Read a number."""
        if self.here.kind != "number" or sign == "~":
            self.fail(f"{name} holds numbers, so a number must stand here")
        value = float(self.here.text.replace("−", "-"))
        self.at += 1
        return value

    def _text(self, name: str, sign: str) -> str:
        """Read a text."""
        token = self.here
        if sign not in ("=", "!=", "~"):
            self.fail(f"{name} holds texts, which are compared by = != or ~", token.place)
        if token.kind not in ("word", "quoted", "number"):
            self.fail("a text is expected here")
        self.at += 1
        return _unquoted(token).lower()


def _unquoted(token: _Token) -> str:
    """Return the text of a piece without its quotes."""
    if token.kind != "quoted":
        return token.text
    return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL)


def _numbers(name: str, kind: pl.DataType) -> pl.Expr:
    """Return a column of numbers; NaN, which polars takes for the largest of all, is missing."""
    return pl.col(name).fill_nan(None) if kind.is_float() else pl.col(name)


def _compared(column: pl.Expr, sign: str, value: float) -> pl.Expr:
    """Return a test of numbers."""
    tests = {
        "=": column == value,
        "!=": column != value,
        "<": column < value,
        "<=": column <= value,
        ">": column > value,
        ">=": column >= value,
    }
    return tests[sign].fill_null(value=False)


def _matched(name: str, kind: pl.DataType, sign: str, value: str) -> pl.Expr:
    """Return a test of texts, or of lists of texts, of which one must fit."""
    many = isinstance(kind, pl.List)
    own = pl.col(name)
    given = own.map_batches(_paths, pl.String) if kind == pl.Binary else own.cast(pl.String)
    item = (pl.element().cast(pl.String) if many else given).str.to_lowercase()
    fits = item.str.contains(value, literal=True) if sign == "~" else item == value
    found = pl.col(name).list.eval(fits).list.any() if many else fits
    # A missing text is not different from a text either.
    found = (~found) if sign == "!=" else found
    return found.fill_null(value=False)


def _paths(paths: pl.Series) -> pl.Series:
    """Return paths as texts; what is no UTF-8 in them is like no letter."""
    texts = [None if path is None else path.decode("utf-8", "replace") for path in paths]
    return pl.Series(paths.name, texts, dtype=pl.String)
