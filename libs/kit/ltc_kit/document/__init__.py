"""Business documents as PDF: quotes, contracts and invoices, in English and Chinese."""

from .model import Customer, Document, DocumentLine, Language, Seller, TaxTotal, plain
from .pdf import Undrawable, render

__all__ = ["Customer", "Document", "DocumentLine", "Language", "Seller", "TaxTotal", "Undrawable", "plain", "render"]
