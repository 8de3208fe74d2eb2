"""How a plant is written: a function that changes one module of the product, named after its defect."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Plant = Callable[[Any], None]
"""Given the module, whatever is in it."""

PLANTS: dict[str, list[tuple[str, Plant]]] = defaultdict(list)
"""By defect: the modules it changes, and how."""


def plant(module: str, *defects: str) -> Callable[[Plant], Plant]:
    """The decorated function changes ``module``, for the defect of its own name or for those named."""

    def kept(change: Plant) -> Plant:
        for defect in defects or (change.__name__,):
            PLANTS[defect].append((module, change))
        return change

    return kept
