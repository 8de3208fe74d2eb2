"""Rule books: configuration rules and the discount matrix, version by version."""
