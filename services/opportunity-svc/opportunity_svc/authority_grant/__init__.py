"""Authority grants: how much discount a user may approve."""
