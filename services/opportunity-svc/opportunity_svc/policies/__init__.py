"""Moved into features."""
