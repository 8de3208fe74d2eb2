"""Defects planted in the running services, one after the other: the checker must find each, and nothing where none was planted.

The code of a service is changed in its own process, right after the module was loaded (``tests/faults/child``); the product knows
nothing of it. The checker knows nothing of the defects either: a check says what must hold, never what was planted.
"""
