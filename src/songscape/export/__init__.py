"""Write a run in formats other programs read.

A plug-in gives ``Options`` and ``export(record, options) -> dict[str, bytes]``: the content of
every file by its name.
"""
