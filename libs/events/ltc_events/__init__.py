"""What is said in OpenLTC: the vocabulary, the value objects and the published facts. Pure: no I/O."""

from .ids import derive_id
from .imports import BadFile, BadRow, Batch, FileRow, ImportJob, ImportKind, ImportRow, RowError, RowReader, Seal, fitted
from .personal import Personal
from .projection import Fact, On, Projection, Verb, change, on, projection, put, remove
from .values import (
    AmountTooLarge,
    Code,
    Currency,
    CurrencyMismatch,
    Money,
    Name,
    Quantity,
    Rate,
    Sha256,
    Sum,
    Text,
    Unit,
    UserId,
    Value,
    amount_text,
    decimals_of,
    largest_remainder,
    minor_units,
    must_be_dealt_in,
    of_checked,
    reckoned,
    total,
    zero,
)
from .vocabulary import (
    AnyDecider,
    At,
    Command,
    Decider,
    Event,
    GivenStates,
    Policy,
    PublishedEvent,
    Refusal,
    States,
    Stream,
    event_class,
    event_classes,
    members,
    reads_of,
    wants_fact,
)

__all__ = [
    "AmountTooLarge", "AnyDecider", "At", "BadFile", "BadRow", "Batch", "Code", "Command", "Currency", "CurrencyMismatch", "Decider",
    "Event", "Fact", "FileRow", "GivenStates", "ImportJob", "ImportKind", "ImportRow", "Money", "Name", "On",
    "Personal", "Policy", "Projection", "PublishedEvent", "Quantity", "Rate", "Refusal", "RowError", "RowReader", "Seal", "Sha256",
    "States", "Stream", "Sum", "Text", "Unit", "UserId", "Value", "Verb", "amount_text", "change", "decimals_of", "derive_id",
    "event_class", "event_classes", "fitted", "largest_remainder", "members", "minor_units", "must_be_dealt_in", "of_checked", "on",
    "projection", "put", "reads_of", "reckoned", "remove", "total", "wants_fact", "zero",
]  # fmt: skip
