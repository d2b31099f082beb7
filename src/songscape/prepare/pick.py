"""Pick the features songs are compared by.

Not every number in a table says how a song sounds. Popularity tells of its listeners, the year of
its release; a key of 11 lies next to 0 and not far from it; a number that stands for a category
(mode, time signature) has no distance at all. Each such column that stays would count as much as
energy or tempo do. :data:`REASONS` holds what is left out unless you say otherwise, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from songscape.core.options import option
from songscape.prepare._names import check_patterns, matching
from songscape.prepare._selection import ColumnSelection

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from sklearn.utils import Tags

REASONS = MappingProxyType(
    {
        "popularity": "tells how many listen, not how it sounds",
        "year": "tells of the release, not of the sound",
        "duration_ms": "tells how long it is, not how it sounds",
        "liveness": "tells whether an audience was recorded; most songs are near 0",
        "key": "runs in a circle, 11 lies next to 0; prepare.key_circle makes it usable",
        "mode": "stands for a category (minor, major) and has no distance",
        "time_signature": "stands for a category and is 4 in most songs",
        "explicit": "stands for a category (yes, no) and tells of the words",
    }
)
"""The columns left out by default, each with the reason that the report shows."""

NOT_PREFERRED = "is not among the features that compare songs of this source (prepare.pick.prefer)"


@dataclass(frozen=True)
class Options:
    """Which features songs are compared by."""

    keep: tuple[str, ...] = option(
        (), "use these features and no others; * stands for anything; empty for all but `leave`"
    )
    prefer: tuple[str, ...] = option(
        (), "when `keep` is empty: of these, use those that are there and no others; empty for any"
    )
    leave: tuple[str, ...] = option(
        tuple(REASONS), "features left out when `keep` is empty; * stands for anything"
    )


class Pick(ColumnSelection):
    """Keep features by name.

    Parameters
    ----------
    keep : names or patterns to keep, each of which must be there; empty for all but `leave`.
    prefer : names or patterns to keep where they are there, when `keep` is empty; a source that
        knows its features says here which of them compare songs. If none is there, all count.
    leave : names or patterns to leave out when `keep` is empty.

    Attributes
    ----------
    dropped_ : dict of str to str
        The columns left out, each with the reason.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"energy": [0.1, 0.9], "year": [1990.0, 2020.0]})
    >>> Pick().fit(table).get_feature_names_out().tolist()
    ['energy']
    """

    def __init__(
        self,
        keep: Sequence[str] = (),
        prefer: Sequence[str] = (),
        leave: Sequence[str] = tuple(REASONS),
    ) -> None:
        self.keep = keep
        self.prefer = prefer
        self.leave = leave

    def __sklearn_tags__(self) -> Tags:
        """Allow gaps: what tells of the release may have some and is left out here."""
        tags: Tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _reasons(self, matrix: NDArray[np.float64], names: list[str]) -> dict[str, str]:
        del matrix
        if self.keep:
            check_patterns(names, self.keep)
            kept = matching(names, self.keep)
            return {name: "is not among prepare.pick.keep" for name in names if name not in kept}
        # A default name may be absent from a table, but a name somebody typed must be there.
        check_patterns(names, (name for name in self.leave if name not in REASONS))
        left = matching(names, self.leave)
        preferred = matching(names, self.prefer) or set(names)
        reasons = {n: REASONS.get(n, "is left out by prepare.pick") for n in names if n in left}
        others = {n: NOT_PREFERRED for n in names if n not in preferred}
        return others | reasons


def make(options: Options, seed: int) -> Pick:
    """Make the transformer; it uses no randomness."""
    del seed
    return Pick(options.keep, options.prefer, options.leave)
