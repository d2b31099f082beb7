"""Find groups: each module makes one scikit-learn clusterer.

A plug-in gives ``Options``, whose size option is always called ``k`` (absent where the method
finds its own number), and ``make(options, seed) -> clusterer`` with ``fit_predict``; the label -1
is noise.
"""

from songscape.cluster._membership import margin, membership, tempered

__all__ = ["margin", "membership", "tempered"]
