"""Make a collection trustworthy: each module is one step from collection to collection.

A plug-in gives ``Options``, ``examine(collection, options) -> tuple[Finding, ...]``, which says
what is wrong and what the step would do, and ``clean(collection, options) -> Collection``, which
does it and adds a line to the history. The doctor calls every ``examine``.
"""
