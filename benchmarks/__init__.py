"""Figures, each against a named neighbour in the same run, on real parts, as a ratio."""
