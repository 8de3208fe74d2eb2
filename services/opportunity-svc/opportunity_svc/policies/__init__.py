"""What opportunity-svc does when something happens."""

from .leaving import keep_desks, pass_work_on, vacate_seats
from .tasks import (
    ask_deciders,
    ask_for_bid,
    ask_for_close,
    ask_for_decision,
    ask_for_order,
    drop_tasks,
    end_trouble,
    follow_up_quote,
    keep_agendas,
    keep_register,
    look_again,
    move_account,
    note_contract,
    note_rejection,
    trace_quote,
    watch_close,
)

__all__ = [
    "ask_deciders", "ask_for_bid", "ask_for_close", "ask_for_decision", "ask_for_order", "drop_tasks",
    "end_trouble", "follow_up_quote", "keep_agendas", "keep_desks", "keep_register",
    "look_again", "move_account", "note_contract", "note_rejection", "pass_work_on",
    "trace_quote", "vacate_seats", "watch_close",
]  # fmt: skip
