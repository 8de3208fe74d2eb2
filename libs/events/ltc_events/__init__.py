"""What is said in OpenLTC: the vocabulary, the value objects and the published facts. Pure: no I/O."""

from .ids import derive_id
from .personal import Personal
from .projection import Fact, On, Projection, Verb, change, on, projection, put, remove
from .taking import BadRow, Batch, Order, Reader, RowError, Seal, Taking, Wanted, fitted
from .values import (
    Code,
    Currency,
    CurrencyMismatch,
    Money,
    Name,
    Quantity,
    Rate,
    Sha256,
    Text,
    Unit,
    UserId,
    Value,
    amount_text,
    decimals_of,
    largest_remainder,
    minor_units,
    of_checked,
    total,
    zero,
)
from .versions import Versions, Writing, activation
from .vocabulary import (
    AnyDecider,
    At,
    Command,
    Decider,
    Event,
    Held,
    JointDecider,
    Policy,
    PublishedEvent,
    Refusal,
    States,
    Stream,
    event_class,
    event_classes,
    members,
    wants_fact,
)

__all__ = [
    "AnyDecider", "At", "BadRow", "Batch", "Code", "Command", "Currency", "CurrencyMismatch", "Decider", "Event", "Fact", "Held",
    "JointDecider", "Money", "Name", "On", "Order", "Personal", "Policy", "Projection", "PublishedEvent", "Quantity", "Rate", "Reader",
    "Refusal", "RowError", "Seal", "Sha256", "States", "Stream", "Taking", "Text", "Unit", "UserId", "Value", "Verb", "Versions",
    "Wanted", "Writing", "activation", "amount_text", "change", "decimals_of", "derive_id", "event_class", "event_classes",
    "fitted", "largest_remainder", "members", "minor_units", "of_checked", "on", "projection", "put", "remove", "total", "wants_fact",
    "zero",
]  # fmt: skip
