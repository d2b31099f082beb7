"""Leave out the examples of what an extra runs, where that is not installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("torch") else ["songscape/reduce/autoencoder.py"]
