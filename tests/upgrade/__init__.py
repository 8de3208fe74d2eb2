"""Data written by an older commit, continued by the code of today."""
