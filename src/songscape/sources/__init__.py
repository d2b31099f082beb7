"""Bring songs in: each module reads one kind of source into a collection.

A plug-in gives ``Options`` (whose first field is ``path``), ``claims(path) -> bool``, true if it is
the one to read that path, and ``load(options) -> Collection``.
"""
