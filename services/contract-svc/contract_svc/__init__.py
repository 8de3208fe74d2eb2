STAGE = 3
"""Its place among the services that a deal passes through."""
