"""One thing that is not as promised."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A violated invariant: which, where, and what was seen."""

    check: str
    service: str
    detail: str

    def __str__(self) -> str:
        return f"{self.check} {self.service}: {self.detail}"
