"""What the platform survives, on real parts, each time with the checker's word for it."""
