"""What opportunity-svc does when something happens to a quote."""

from .deals import end_selection, expire_later, expire_quote

__all__ = ["end_selection", "expire_later", "expire_quote"]
