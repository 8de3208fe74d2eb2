"""Writes schemas/: the JSON Schema of every published event, for whoever reads the topics without our code.

python examples/make_schemas.py
"""

import json
from pathlib import Path

from ltc_events import billing, contract, event_classes, lead, master_data, opportunity, opportunity_forms, opportunity_gates, order

HERE = Path(__file__).parent / "schemas"
PUBLISHERS = (lead, master_data, opportunity, opportunity_forms, opportunity_gates, contract, order, billing)


def schemas() -> dict[str, str]:
    """The schema of each published event, by its type."""
    modules = {module.__name__ for module in PUBLISHERS}
    found = {name: known for name, known in event_classes().items() if known.published and known.__module__ in modules}
    return {
        name: json.dumps(known.model_json_schema(mode="serialization"), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        for name, known in sorted(found.items())
    }


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")
