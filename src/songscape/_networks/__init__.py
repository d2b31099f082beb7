"""Networks of dense layers: how they compute, and how they are trained.

The loop, early stopping and the curves are the same for all (:mod:`songscape._networks.training`).
Small networks that classify are trained in NumPy (:mod:`songscape._networks.perceptron`); networks
that learn a code are trained by torch (:mod:`songscape._networks.coder`, extra ``deep``). What is
fitted is always kept as arrays, so that a fitted model needs no torch to be used or stored.
"""
