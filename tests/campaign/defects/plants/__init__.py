"""The plants: what each defect changes in which module of the product. Loaded in the child before any of the product is."""

from . import deciding, reacting, ruling, telling
from .plant import PLANTS, Plant

__all__ = ["PLANTS", "Plant", "deciding", "reacting", "ruling", "telling"]
