"""What may be sold: products found by name, whatever the spaces and the case."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .cells import shown
from .deal import Price
from .rows import BadRow


@dataclass
class Catalogue:
    """Prices by product and currency."""

    prices: dict[tuple[str, str], Price] = field(default_factory=dict)

    @classmethod
    def of(cls, prices: Iterable[Price]) -> "Catalogue":
        """A catalogue of ``prices``; of two for one product and currency, the later."""
        return cls({(_key(price.product), price.currency): price for price in prices})

    def price(self, product: str, currency: str) -> Price:
        """What ``product`` costs in ``currency``; ``GTXPro`` finds ``GTX Pro``.

        Raises:
            BadRow: it has no price.
        """
        found = self.prices.get((_key(product), currency))
        if found is None:
            raise BadRow(f"product: {shown(product)} has no price in {currency}")
        return found


def _key(product: str) -> str:
    return "".join(product.lower().split())
