"""Describe how a file sounds: decode it once, look at its spectrum once, measure many things."""
