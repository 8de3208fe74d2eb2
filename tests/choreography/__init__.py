"""Facts arrive in any order, and the flow is the same."""
