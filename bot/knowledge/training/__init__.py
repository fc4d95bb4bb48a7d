"""Builds the search's model from the ways of asking; needs the extras `train` and `semantic`."""
