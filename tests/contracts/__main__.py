"""``python -m tests.contracts``: freeze what is new and what grew; say what broke, and freeze none of that."""

from .frozen import freeze

if __name__ == "__main__":
    broken = freeze()
    print("\n".join(broken) or "frozen")
    raise SystemExit(bool(broken))
