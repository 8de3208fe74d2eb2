"""How large a file may be."""

MAX_COLUMNS = 500
MAX_ROWS = 5_000_000
