"""Swaps: other products delivered on a line after the win."""
