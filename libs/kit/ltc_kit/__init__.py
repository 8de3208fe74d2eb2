"""Business building blocks that several services use; their rules are pure."""
