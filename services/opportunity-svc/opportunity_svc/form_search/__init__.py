"""Deals found by the fields of their forms."""
