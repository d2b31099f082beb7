"""Fewer dimensions, to cluster in or to draw: each module makes one scikit-learn transformer.

A plug-in gives ``Options``, whose size option is always called ``k``, and
``make(options, seed) -> transformer``. One that cannot place new songs has ``fit_transform`` only.
"""
