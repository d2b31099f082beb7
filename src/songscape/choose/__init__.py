"""Decide how many groups there are, or that there is no natural number.

A plug-in gives ``Options`` and ``choose(space, fitter, options, seed) -> Choice``, where
``fitter(space, k, seed) -> Fit`` groups any space, null data included.
"""
