"""Parts of the songs to be judged on, one after another.

In *grouped* folds all songs of a group (an artist, an album, a place) and all songs with the same
features fall into one part, so that a model is judged on artists it has not heard (Flexer &
Schnitzer 2010, "Effects of album and artist filters in audio similarity computed for very large
music databases"). In *naive* folds songs are dealt out singly, as is usual, which flatters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

from songscape.classify._task import LABEL
from songscape.core.errors import DegenerateDataError
from songscape.evaluate._split import blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from songscape.classify._task import Task

    Fold = tuple[NDArray[np.int64], NDArray[np.int64]]

GROUPED, NAIVE = "grouped", "naive"
LARGEST_SHARE = 0.5
"""A block with more of the songs than this cannot be kept on one side."""


def ties(task: Task) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Return the block of every song that must stay together, and what there is to say of it.

    None where neither a group nor a repeated song ties any together.
    """
    if task.inputs.dtype == object:
        return task.groups, ()
    block = blocks(np.nan_to_num(task.inputs), task.groups)
    if task.groups is not None and np.bincount(block).max() > LARGEST_SHARE * len(task):
        # Songs with equal features chain groups together; the groups alone must then do.
        return task.groups, ("Songs with equal features tie most groups together: not kept apart.",)
    tied = int(block.max()) + 1 < len(task)
    return (block if tied or task.groups is not None else None), ()


def folds(task: Task, count: int, seed: int, tied: NDArray[np.int64] | None) -> list[Fold]:
    """Return `count` pairs of songs to learn from and songs to be judged on.

    Parameters
    ----------
    task : the songs; labels are spread evenly over the parts as far as groups allow.
    count : number of parts; every song is judged once.
    seed : deals them out.
    tied : blocks that stay together, from :func:`ties`; None deals songs singly.

    Raises
    ------
    DegenerateDataError
        If there are fewer blocks than parts.
    """
    blocks_there = len(task) if tied is None else len(np.unique(tied))
    if blocks_there < count:
        name = task.group or "songs"
        raise DegenerateDataError(
            f"{count} folds need {count} different values of {name} and there are "
            f"{blocks_there}; take fewer --folds, or another --group."
        )
    if task.kind == LABEL:
        dealer, strata = StratifiedKFold if tied is None else StratifiedGroupKFold, task.truth
    else:
        dealer, strata = KFold if tied is None else GroupKFold, None
    dealt = dealer(count, shuffle=True, random_state=seed).split(task.ids, strata, tied)
    return [(train, test) for train, test in dealt if len(test)]
