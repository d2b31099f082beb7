"""Matrices that no method should choke on, and what one makes of them."""

import numpy as np

from songscape.core import plugins
from songscape.core.errors import DegenerateDataError

REFUSED = {
    "nan", "inf", "constant", "constant huge", "no row", "one row", "scale 1e154", "scale 1e200",
    "scale 1e-200", "float32 extremes", "rounding only",
}  # fmt: skip
"""What every method refuses; methods with a k refuse "k above distinct rows" too."""


def matrices():
    """Return the matrices by name; all but the refused ones can be grouped."""
    normal = np.random.default_rng(0).normal(size=(60, 5))
    near = np.full((60, 5), 7.0)
    near[:, 0] += normal[:, 0] * 1e-9
    return {
        "nan": np.where(np.arange(300).reshape(60, 5) == 7, np.nan, normal),
        "inf": np.where(np.arange(300).reshape(60, 5) == 7, np.inf, normal),
        "constant": np.full((60, 5), 3.0),
        "constant huge": np.full((60, 5), 1e99),
        "rounding only": 7.0 + 1e-15 * normal,
        "no row": normal[:0],
        "one row": normal[:1],
        "k above distinct rows": np.repeat(normal[:2], 30, axis=0),
        "scale 1e154": normal * 1e154,
        "scale 1e200": normal * 1e200,
        "scale 1e-200": normal * 1e-200,
        "float32 extremes": (normal * 1e38).clip(-3e38, 3e38).astype(np.float32),
        "near constant": near,
        "collinear": normal[:, :1] @ np.ones((1, 5)),
        "duplicates": np.repeat(normal[:6], 10, axis=0),
        "two rows apart": np.vstack([normal, normal[:1] + 1e6]),
        "constant column": normal * [1, 1, 0, 1, 1],
        "fewer rows than columns": np.random.default_rng(1).normal(size=(12, 40)),
        "scale 1e90": normal * 1e90,
        "scale 1e-90": normal * 1e-90,
        "one column": normal[:, :1],
        "binary": (normal > 0).astype(float),
        "heavy tails": np.random.default_rng(2).standard_cauchy((60, 5)),
    }  # fmt: skip


def outcome(stage, name, matrix):
    """Tell what an estimator of the default options makes of a matrix.

    That is ``refused`` (a DegenerateDataError), ``done`` (finite output of the right shape) or what
    went wrong.
    """
    module = plugins.load(stage, name)
    sizes = {"k": 3} if stage == "cluster" else {"k": 2}
    given = sizes if "k" in module.Options.__dataclass_fields__ else {}
    estimator = module.make(module.Options(**given), 0)
    step = estimator.fit_predict if stage == "cluster" else estimator.fit_transform
    try:
        result = np.asarray(step(matrix))
    except DegenerateDataError:
        return "refused"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome
        return f"{type(error).__name__}: {error}"
    if len(result) != len(matrix) or not np.isfinite(result).all():
        return f"bad output of shape {result.shape}"
    return "done"
