"""Tasks and their facts that tests share."""

from datetime import UTC, datetime, timedelta
from typing import Any

from deal_facts import DEAL, opened
from ltc_events import Fact
from ltc_events.opportunity_gates import DealTerms, OpportunityChanged
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, Why
from opportunity_svc.task.rules.deal_tasks import (
    agenda_of,
)
from opportunity_svc.task.rules.reasons import RaiseTask
from opportunity_svc.task.rules.states import (
    task_id,
)

TERMS_BEFORE = DealTerms(**opened.model_dump(include=set(DealTerms.model_fields)))


def became(**said: Any) -> OpportunityChanged:
    after = TERMS_BEFORE.model_copy(update=said)
    return OpportunityChanged(
        opportunity_id=DEAL, before=TERMS_BEFORE, after=after, weighted=opened.value, reason="It did", changed_by="ann"
    )  # fmt: skip


CLOSE, AFTER = opened.expected_close, opened.expected_close + timedelta(days=1)
AT = datetime(2026, 12, 25, 8, tzinfo=UTC)
FACT = Fact(1, "opportunity", DEAL, 1, AT, AT, "ann", DEAL)
AGENDA, TASK = agenda_of(DEAL), task_id("close_passed", DEAL, CLOSE.isoformat(), 0)
ask = RaiseTask(task_id=TASK, opportunity_id=DEAL, kind="close_passed", due=CLOSE, why=Why(day=CLOSE, number=0))
raised = TaskRaised(**{**dict(ask), "owner": "ann"})
done = TaskDone(task_id=TASK, opportunity_id=DEAL, kind="close_passed", owner="ann", done_by="ann")
dropped = TaskDropped(task_id=TASK, opportunity_id=DEAL, kind="close_passed", owner="ann", reason="moved")
