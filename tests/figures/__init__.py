"""What the figures are computed by; the measuring itself is no test."""
