"""Score a grouping: each module is one criterion, taken in one space.

A plug-in gives ``BETTER`` ("high", "low", or "never" for a score that is monotone in k and must not
choose), ``NEEDS`` (what it wants beside space and labels: "model", "truth"), ``CITATION`` and
``score(space, fit, truth=None) -> float``, which is NaN where the criterion is undefined.
"""
