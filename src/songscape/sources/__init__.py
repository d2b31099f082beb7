"""Bring songs in: each module reads one kind of source into a collection.

A plug-in gives ``Options`` (whose first field is ``path``), ``claims(path) -> bool``, true if it is
the one to read that path, and ``load(options) -> Collection``.

A source of audio, whose songs must be described before they can be read, also gives
``unheard(options)``: the paths to describe, the library to keep them in, and the extractor's
options; None where there is nothing to describe.

A source may give ``RECIPE``, what a recipe says by default for its songs, as plain values: what was
measured by us needs no search for wrong units.
"""
