"""What waits: the log, hearing, reacting, telling, the edge, the stack. Written once for every service."""
