"""Amounts that are too large, and how they are refused."""

from typing import Any

import httpx


def too_large(answer: httpx.Response) -> dict[str, Any]:
    """The problem it is."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["code"] == "amount-too-large"
    return found
