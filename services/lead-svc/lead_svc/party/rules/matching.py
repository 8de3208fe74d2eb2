"""Which parties may be the same company: the compared marks, and the weight of each match."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, NamedTuple, get_args

from ltc_events.lead import Domain, PhoneNumber
from pydantic import AfterValidator, StringConstraints

from .names import normalised

MarkKind = Literal["name", "website", "phone"]
WEIGHTS: Mapping[str, int] = {"name": 60, "website": 70, "phone": 50}
"""Points of 100 for a match."""

_LEGAL_FORMS = frozenset(
    {
        "ab", "ag", "aps", "as", "asa", "bhd", "bv", "co", "company", "corp", "corporation", "eg", "ek", "eurl", "gbr", "gmbh", "inc",
        "incorporated", "kft", "kg", "kgaa", "kk", "limited", "llc", "llp", "lp", "ltd", "ltda", "mbh", "nv", "oao", "ohg", "ooo", "oy",
        "oyj", "plc", "pte", "pty", "pvt", "sa", "sarl", "sas", "se", "sl", "spa", "spol", "sprl", "srl", "sro", "ug", "zrt",
    }
)  # fmt: skip
_LEGAL_ENDINGS = (
    "有限责任公司", "股份有限公司", "集团有限公司", "集团股份有限公司", "有限公司", "集团公司", "总公司", "分公司", "公司", "集团",
    "有限責任公司", "股份有限公司", "集團有限公司", "集團", "株式会社", "有限会社", "合同会社", "주식회사",
)  # fmt: skip
_BEGINNINGS = ("株式会社", "有限会社", "주식회사")
_HOST = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$")


class Mark(NamedTuple):
    """A mark that two records of one company share."""

    kind: MarkKind
    value: str


def core_name(company: str) -> str:
    """The name without legal form, case, width, spacing and punctuation: of "ACME Corp." and 「Acme, Inc」 the same ``acme``.

    A name of which nothing else is left stays whole.
    """
    whole = normalised(company)
    words = whole.split()
    while words and (cut := _legal_words(words)):
        words = words[:-cut]
    name = "".join(words) or whole.replace(" ", "")
    return _without_ending(_without_beginning(name))


def _legal_words(words: list[str]) -> int:
    """How many words at the end are a legal form: one, or the letters of one that was dotted (``s.p.a.``)."""
    for count in range(1, min(len(words), 5)):
        last = words[-count:]
        if "".join(last) in _LEGAL_FORMS and (count == 1 or all(len(word) == 1 for word in last)):
            return count
    return 0


def _without_ending(name: str) -> str:
    while ending := max((end for end in _LEGAL_ENDINGS if name.endswith(end) and len(name) > len(end)), key=len, default=""):
        name = name.removesuffix(ending)
    return name


def _without_beginning(name: str) -> str:
    beginning = next((begin for begin in _BEGINNINGS if name.startswith(begin) and len(name) > len(begin)), "")
    return name.removeprefix(beginning)


def domain(website: str) -> str:
    """The web domain of an address: of ``https://www.Acme.example/en?x=1`` it is ``acme.example``.

    Raises:
        ValueError: it names no domain.
    """
    host = website.strip().casefold().partition("://")[2] or website.strip().casefold()
    host = re.split(r"[/?#:]", host.rpartition("@")[2], maxsplit=1)[0].rstrip(".")
    try:
        host = host.encode("idna").decode("ascii").removeprefix("www.")
    except UnicodeError:
        host = ""
    if len(host) > 253 or not _HOST.match(host):
        raise ValueError("names no web domain")
    return host


def phone_number(written: str) -> str:
    """A number as it is dialled: ``+``, country and number in one (E.164), where it says a country; else its digits.

    Raises:
        ValueError: it has fewer than 5 or more than 15 digits.
    """
    plain = re.sub(r"\(0\)", "", written.strip())
    digits = "".join(sign for sign in plain if sign in "0123456789")
    if plain.startswith("+") or digits.startswith("00"):
        digits = digits if plain.startswith("+") else digits[2:]
        plain = "+"
    if not 5 <= len(digits) <= 15:
        raise ValueError("is no phone number")
    return f"+{digits}" if plain.startswith("+") else digits


Website = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(domain)]
"""A web address as people write it; what is kept is its domain."""

CompanyPhone = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=40, pattern=r"^\+?[0-9(][0-9 ()./-]*$"), AfterValidator(phone_number)
]
"""A company's number as people write it; what is kept is its normal form."""


def marks(company: str, website: Domain | None, phone: PhoneNumber | None) -> tuple[Mark, ...]:
    """The compared marks of a company."""
    found: tuple[tuple[MarkKind, str | None], ...] = (("name", core_name(company)), ("website", website), ("phone", phone))
    return tuple(Mark(kind, value) for kind, value in found if value)


def weight(kinds: Iterable[str]) -> int:
    """The likelihood, of 100, that two parties with these matches are the same."""
    return min(100, sum(WEIGHTS[kind] for kind in set(kinds)))


KINDS: tuple[str, ...] = get_args(MarkKind)
