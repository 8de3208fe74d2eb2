"""Price books: list prices in one currency, for a time."""
