"""Five reports on clustering music, run again from their tables, and repaired.

Each study is a TOML file (``NAME.toml``: the paper, the recipes, the protocol, the words of the
report and the claims) and a module of the same name with what only code can say: which numbers,
charts and tables the words speak of. :mod:`songscape.studies.papers._study` runs one.
"""
