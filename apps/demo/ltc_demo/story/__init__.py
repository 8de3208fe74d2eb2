"""The story the demo tells beside the many light deals: a few large ones, from a file of another system to cash, as people would do it."""
