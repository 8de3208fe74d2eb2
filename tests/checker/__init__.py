"""The invariant checker: says from raw evidence alone whether anything was lost, doubled, reordered or altered.

It shares no code with the services or their libraries: raw SQL, a full scan of the topics, a journal written by the load.
"""
