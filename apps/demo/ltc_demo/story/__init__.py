"""The demo's story of a few large deals, from a file of another system to cash, beside the many small ones."""
