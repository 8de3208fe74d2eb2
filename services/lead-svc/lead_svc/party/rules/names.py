"""Names of companies: spellings that differ only in form are one company."""

import unicodedata
from uuid import UUID

from ltc_events import derive_id


def party_of(company: str) -> UUID:
    """The id of the company called ``company``; spellings that differ in case, width, spacing or punctuation are one company."""
    return derive_id("party", normalised(company))


def normalised(company: str) -> str:
    """The name without case, width, spacing and punctuation: ``"ACME, Inc."`` and ``"acme inc"`` are the same."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", company).casefold())
    words = "".join(sign if sign.isalnum() or unicodedata.category(sign).startswith("M") else " " for sign in folded).split()
    return " ".join(words) or folded.strip()  # a name of punctuation alone is still a name
