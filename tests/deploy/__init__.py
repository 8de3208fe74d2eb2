"""What deploy/ says, and what the code says."""
