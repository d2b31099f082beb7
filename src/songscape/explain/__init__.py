"""Say what a cluster is, in features, genres and songs a person knows."""
