"""Ready-made journeys through songscape: the demonstration and the studies worth repeating."""
