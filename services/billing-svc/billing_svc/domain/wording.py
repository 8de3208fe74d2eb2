"""How amounts are put to a reader."""

from ltc_events import Money

_NO_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def amount_text(minor_units: int, currency: str) -> str:
    """``125000`` in USD is "1,250.00 USD" (ISO 4217 minor units)."""
    decimals = 0 if currency in _NO_DECIMALS else 3 if currency in _THREE_DECIMALS else 2
    sign, digits = "-" if minor_units < 0 else "", str(abs(minor_units)).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], "." + digits[-decimals:]) if decimals else (digits, "")
    return f"{sign}{int(whole):,}{fraction} {currency}"


def money_text(money: Money) -> str:
    """An amount as a clerk writes it."""
    return amount_text(money.amount, money.currency)
