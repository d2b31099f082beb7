"""Tell a label, a number or a place from features or sound: each module makes one estimator.

A plug-in gives ``Options``, ``TELLS`` (of "label", "number", "place" what it can tell), ``READS``
("features" or "audio") and ``make(options, seed, kind) -> scikit-learn estimator``.
"""
