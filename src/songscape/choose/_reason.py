"""The verdict in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from songscape.choose._nulls import tests
from songscape.choose._references import NAMES, STRUCTURELESS
from songscape.choose._sweep import means

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from songscape.choose._evidence import Evidence
    from songscape.choose._useful import Useful
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

KINDS = {"gaussian": "a Gaussian cloud", "uniform": "a box", "permuted": "shuffled columns"}
"""How people call the kinds of collections without groups."""

DIVIDED = 0.1
"""Share of the looks showing groups from which evidence against them is called divided."""

AGAIN = 0.8
"""Adjusted Rand index from which groups come out again reliably."""


def told(seen: Evidence, cut: Useful, ks: Sequence[int], n: int) -> str:
    """Return the whole reason.

    Parameters
    ----------
    seen : the evidence.
    cut : the number of groups taken, and how well they come out again.
    ks : the numbers of groups tried.
    n : songs in all.
    """
    land = seen.land
    parts = (
        found(land, cut, ks) if land.natural else none(land, cut),
        otherwise(seen, cut.k, ks),
        hills(seen.hills) if not land.natural else "",
        chance(seen),
        disagreement(seen.criteria),
        limits(n, seen.swept, ks, cut.k, natural=land.natural),
        lattice(land.lattice),
    )
    return " ".join(part for part in parts if part)


def found(land: Valleys, cut: Useful, ks: Sequence[int]) -> str:
    """Say that there are groups, and why."""
    more = f" With {land.k + 1} or more, some group would be a mere slice of another."
    return (
        f"The songs fall into {land.k} natural groups. Between any two of them the density of "
        f"songs drops to {_left(land.at(land.k))} % of that on the sparser side or less, and "
        f"valleys are deeper than in random collections without groups (p ≤ 0.05); so say "
        f"{land.clear} of {land.looks} looks at {land.rows:,} songs each."
        f"{more if land.k < ks[-1] else ''} On resampled songs the {land.k} groups come out again "
        f"with {_index(cut)}."
    )


def none(land: Valleys, cut: Useful) -> str:
    """Say that there are no groups, and what k is good for."""
    if land.clear >= DIVIDED * land.looks:
        return _divided(land, cut)
    return (
        "There is no natural number of groups: the songs are one continuous whole. However they "
        f"are divided, some group shades into its neighbour: between the two, songs "
        f"{_thinning(land.depth)}, where groups of their own would leave at most 64 %. "
        f"{_useful(cut)}"
    )


def _divided(land: Valleys, cut: Useful) -> str:
    """Say that some looks show groups and some do not, which is not enough."""
    return (
        f"The evidence is divided, and is treated as no natural number of groups. In {land.clear} "
        f"of {land.looks} looks at {land.rows:,} songs each there are groups with a clear valley "
        f"between them, deeper than random collections without groups show; in the others not (in "
        f"the middle one, {_left(land.depth)} % of the density is left). Groups count as natural "
        f"when three looks in four show them. {_useful(cut)}"
    )


def _useful(cut: Useful) -> str:
    """Say why this cut."""
    wish = {10: "ten"}.get(cut.wish, str(cut.wish))
    firmly = (
        "its groups come out again on resampled songs"
        if cut.again >= AGAIN
        else "its groups come out again only in part on resampled songs,"
    )
    near = (
        "no number near that is much steadier"
        if cut.k == cut.wish
        else f"{cut.k} is the nearest to that which is about as steady as any around it"
    )
    return (
        f"Cutting into {cut.k} is useful, not a finding: about {wish} were wished for, {near}, and "
        f"{firmly} with {_index(cut)}."
    )


def otherwise(seen: Evidence, k: int, ks: Sequence[int]) -> str:
    """Say what half and twice as many groups would cost."""
    again = {at: float(np.mean(values)) for at, values in seen.draws("stability").items()}
    cost = means(value for value in seen.values if value.criterion == "inertia")
    others = [other for other in (round(k / 2), 2 * k) if other in ks and other != k]
    told = [
        f"{other} groups would come out again with {again[other]:.2f} and leave songs "
        f"{_farther(cost[other] / cost[k])} their group's mean"
        for other in others
        if cost.get(k, 0.0) > 0 and other in again
    ]
    return f"Otherwise: {'; '.join(told)}." if told else ""


def hills(found: Mapping[str, float]) -> str:
    """Say which single features have two hills."""
    if not found:
        return ""
    named = ", ".join(f"{name} ({_left(depth)} % left between)" for name, depth in found.items())
    several = len(found) > 1
    return (
        f"By {'themselves' if several else 'itself'}, {named} {'do' if several else 'does'} have "
        "two hills: a cut there is real, but says no more than the feature does."
    )


def chance(seen: Evidence) -> str:
    """Say how the criteria stand against collections without groups."""
    found = {(test.statistic, test.reference): test for test in tests(seen.null)}
    said = []
    for statistic, words in (("valley", "deepest valley"), ("silhouette", "best silhouette")):
        against = ", ".join(
            f"{KINDS[kind]} {found[statistic, kind].p:.2f}"
            for kind in NAMES
            if (statistic, kind) in found
        )
        observed = found[statistic, STRUCTURELESS[0]].observed
        said.append(f"{words} {observed:.2f}: {against}")
    return f"Share of collections without groups that do as well ({'; '.join(said)})."


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
    if k == ks[0] > 2 and natural:
        said.append(f"{k} is the smallest number tried, so there may be fewer; widen the range.")
    if k in (ks[0], ks[-1]) and not natural and len(ks) > 1:
        said.append(f"{k} is at the edge of the range tried, {ks[0]} to {ks[-1]}.")
    return " ".join(said)


def lattice(names: Sequence[str]) -> str:
    """Say which columns were left out when valleys were looked for."""
    if not names:
        return ""
    return (
        f"Valleys were looked for without {', '.join(names)}: few values part songs by definition."
    )


def _index(cut: Useful) -> str:
    """Return the adjusted Rand index with its range over the resamples."""
    return f"an adjusted Rand index of {cut.again:.2f} ({cut.low:.2f} to {cut.high:.2f})"


def _farther(ratio: float) -> str:
    """Say how the root mean squared distance changes, given the ratio of inertias."""
    change = round(100 * (np.sqrt(ratio) - 1))
    return f"{abs(change)} % {'farther from' if change >= 0 else 'nearer to'}"


def _thinning(depth: float) -> str:
    """Say how far density falls on the way between two slices."""
    return "do not get sparser" if _left(depth) > 95 else f"stay {_left(depth)} % as dense"


def _left(depth: float) -> int:
    """Return the percentage of the density that is left in a valley."""
    return round(100 * float(np.exp(-max(depth, 0.0))))
