"""The verdict in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from songscape.choose._valleys import Valleys

WORDS = {
    "inertia": "the elbow",
    "silhouette": "silhouette",
    "davies_bouldin": "Davies–Bouldin",
    "calinski_harabasz": "Calinski–Harabasz",
    "bic": "BIC",
    "icl": "ICL",
    "held_out_likelihood": "held-out likelihood",
    "gap_gaussian": "gap (Gaussian)",
    "gap_uniform": "gap (uniform)",
    "prediction_strength": "prediction strength",
    "stability": "stability",
    "held_out_cost": "held-out cost",
}
"""How people call the criteria."""

DIVIDED = 0.1
"""Share of the samples showing groups from which evidence against them is called divided."""


def found(valleys: Valleys, k: int, stability: float) -> str:
    """Say that there are groups, and why."""
    left = 100 * np.exp(-_at(valleys, k))
    return (
        f"The songs fall into {k} natural groups. On the way from any of them to a denser one the "
        f"density of songs drops to {left:.0f} % of its peak or less, and valleys are deeper than "
        f"any in {_references(valleys)} random collections without groups (p ≤ "
        f"{_p(valleys):.2f}); so say {valleys.clear} of {valleys.looks} samples of "
        f"{valleys.rows:,} songs. With {k + 1} or more, some group would be a mere slice of "
        f"another. On resampled songs the {k} groups come out again with an adjusted Rand index of "
        f"{stability:.2f}."
    )


def none(valleys: Valleys, k: int, stability: float) -> str:
    """Say that there are no groups, and what k is good for."""
    if valleys.clear >= DIVIDED * valleys.looks:
        return _divided(valleys, k, stability)
    return (
        "There is no natural number of groups: the songs are one continuous whole. However they "
        f"are divided, some group is a slice of its neighbour: on the way between the two, songs "
        f"{_thinning(valleys.depth)}{_compared(valleys)}. Cutting into {k} is useful, not a "
        f"finding: {_useful(k, stability)}"
    )


def _divided(valleys: Valleys, k: int, stability: float) -> str:
    """Say that some samples show groups and some do not, which is not enough."""
    left = 100 * np.exp(-max(valleys.depth, 0.0))
    return (
        f"The evidence is divided, and is treated as no natural number of groups. In "
        f"{valleys.clear} of {valleys.looks} samples of {valleys.rows:,} songs there are groups "
        f"with less than half the density between them, deeper than random collections without "
        f"groups show; in the others not (in the middle one, {left:.0f} % is left). Groups count "
        f"as natural when nine samples in ten show them. Cutting into {k} is useful, not a "
        f"finding: {_useful(k, stability)}"
    )


def disagreement(criteria: Mapping[str, tuple[int, float]]) -> str:
    """Say what the criteria would choose each."""
    chosen = [
        f"{WORDS[name]} {k or 'none'}"
        for name, (k, _) in criteria.items()
        if name in WORDS and name != "held_out_cost"
    ]
    cost = criteria.get("held_out_cost", (0, 0.0))[0]
    unused = (
        f" Held-out cost, which only ever falls, would say {cost} and is not used." if cost else ""
    )
    return f"The criteria alone would choose: {', '.join(chosen)}.{unused}"


def limits(n: int, swept: int, ks: Sequence[int], k: int, *, natural: bool) -> str:
    """Say what the verdict is limited by: a sample, the edge of the range."""
    said = []
    if swept < n:
        said.append(f"All of it was taken on a sample of {swept:,} of {n:,} songs.")
    if k == ks[-1] and natural:
        said.append(f"{k} is the largest number tried, so there may be more; widen the range.")
    return " ".join(said)


def _thinning(depth: float) -> str:
    """Say how far density falls on the way between two slices."""
    left = 100 * np.exp(-max(depth, 0.0))
    if left > 95:
        return "hardly get sparser at all"
    return f"stay {left:.0f} % as dense as at the lower peak"


def _at(valleys: Valleys, k: int) -> float:
    """Return the deepest parting at one k over the starts, in the middle sample."""
    return max((value.value for value in valleys.curve if value.k == k), default=0.0)


def _references(valleys: Valleys) -> int:
    """Return how many references without groups were drawn."""
    return int(valleys.evidence["reference"].is_in(["gaussian", "uniform", "flat"]).sum())


def _p(valleys: Valleys) -> float:
    """Return the largest p of the references without groups."""
    return max(value for name, value in valleys.p.items() if name != "permuted")


def _compared(valleys: Valleys) -> str:
    """Compare the depth with the references where these are what decides."""
    if _p(valleys) > 0.05:
        return ", and random collections without groups show valleys as deep"
    return ", where groups of their own would leave less than half"


def _useful(k: int, stability: float) -> str:
    """Say why this cut."""
    if stability >= 0.8:
        return (
            f"it is the finest cut that comes out again on resampled songs (adjusted Rand index "
            f"{stability:.2f})."
        )
    return (
        f"no cut comes out again reliably on resampled songs, and {k} does so best (adjusted Rand "
        f"index {stability:.2f})."
    )
