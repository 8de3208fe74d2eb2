"""Quotes: what the company would deliver, and for how much."""
