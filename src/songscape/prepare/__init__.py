"""Turn features into coordinates: each module makes one scikit-learn transformer.

A plug-in gives ``Options`` and ``make(options, seed) -> transformer``. Transformers take and, under
``set_output(transform="polars")``, give frames whose columns are named, so names never get lost;
they are fitted on training rows only and kept with the run, so that new songs can be placed.
"""
