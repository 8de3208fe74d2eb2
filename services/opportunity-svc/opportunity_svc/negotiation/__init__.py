"""Negotiations: rounds with the customer, concessions and deadlocks."""
