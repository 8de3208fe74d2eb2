"""How a billing plan is shown."""

from billing_facts import DAY, opened, shown
from billing_svc.plan.read import PlanLineRow, PlanRow, plan_list


def test_a_plan_is_shown_line_by_line() -> None:
    [row] = shown(plan_list, PlanRow.table, (opened,))
    assert (row["contract_no"], row["net"], row["currency"], row["registered_on"]) == ("C-1", 100_00, "USD", DAY)
    rows = shown(plan_list, PlanLineRow.table, (opened,))
    assert [(row["line"], row["kind"], row["amount"], row["covers"]) for row in rows] == [
        (1, "advance", 3000, []),
        (2, "acceptance", 7000, [1]),
    ]
