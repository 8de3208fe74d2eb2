"""The catalogue: what the company can deliver, and what it costs."""
