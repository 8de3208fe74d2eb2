"""Writes deals.csv and prices.csv: invented companies, people and products, the same bytes on every machine.

python examples/make_sample.py            # rewrites the two files beside it
"""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

T = TypeVar("T")
Row = dict[str, str]

HERE = Path(__file__).parent
SEED = 20240102
COUNTS = {"lead": 40, "open": 60, "lost": 50, "won": 90}

COLUMNS = (
    "deal", "stage", "company", "contact", "email", "channel", "campaign", "need", "owner", "manager", "region", "currency", "items",
    "discount", "advance", "deliveries", "receipts", "paid_share", "joint_receipt", "captured", "engaged", "closed", "delivered", "paid",
    "reason", "lesson",
)  # fmt: skip

# product, description, unit (UN/ECE Recommendation 20), USD, service?
PRODUCTS = (
    ("PMP-100", "Centrifugal pump 100", "C62", "1850.00", False),
    ("PMP-250", "Centrifugal pump 250", "C62", "4320.00", False),
    ("PMP-600", "Submersible pump 600", "C62", "11980.00", False),
    ("FLT-20", "Cartridge filter 20 micron", "C62", "39.90", False),
    ("FLT-05", "Cartridge filter 5 micron", "C62", "54.50", False),
    ("MEM-8", "Reverse osmosis membrane 8 inch", "C62", "612.75", False),
    ("UVR-40", "Ultraviolet reactor 40", "C62", "7240.00", False),
    ("CTL-2", "Plant controller", "C62", "2675.00", False),
    ("SNS-4", "Four-channel sensor", "C62", "318.20", False),
    ("PIPE-DN80", "Steel pipe DN80", "MTR", "27.35", False),
    ("COMM", "Commissioning on site", "DAY", "980.00", True),
    ("TRAIN", "Operator training", "HUR", "145.00", True),
)
RATES = {"USD": ("1", "0", "0"), "EUR": ("0.93", "0.19", "0.19"), "CNY": ("7.1", "0.13", "0.06")}

REGIONS = {
    "west": ("USD", "Iris Calloway", ("Theo Marchetti", "Dana Whitlock", "Omar Lindqvist")),
    "europe": ("EUR", "Ruben Aalders", ("Klara Vogelsang", "Mathis Perrault", "Ewa Zielonka")),
    "east": ("CNY", "Lin Zhaohui", ("Gu Wenqi", "Shen Ruolan", "Pei Anshan")),
}
FIRST = ("Nora", "Felix", "Amara", "Jonas", "Selma", "Victor", "Yara", "Anton", "Mei", "Stellan", "Priya", "Oskar", "Tessa", "Hugo")
LAST = ("Brandal", "Castellan", "Dorsey", "Engström", "Fairweather", "Grünfeld", "Harrow", "Ivarsson", "Kessel", "Lambrecht", "Moreau")
NAMES = {
    "USD": (
        ("Alder Creek", "Bluestem", "Cinder Ridge", "Dovetail", "Eastfork", "Fallow Bay", "Graywater", "Heron Point", "Juniper Flats"),
        ("Water Works", "Beverage Company", "Foods Inc.", "Utilities District", "Brewing Co."),
    ),
    "EUR": (
        ("Auwald", "Brunnthal", "Eisbach", "Fontclaire", "Grünaue", "Hochmoor", "Klarensee", "Rivesalte", "Seerose"),
        ("Wasserwerke GmbH", "Getränke AG", "Laiteries SA", "Papier GmbH", "Chimie SARL"),
    ),
    "CNY": (
        ("青岚", "澄江", "云泽", "瀚海", "望川", "锦溪", "北辰湖", "南屿", "鹿鸣"),
        ("水务有限公司", "饮品有限公司", "环保科技有限公司", "纸业有限公司"),
    ),
}
NEEDS = (
    "Replace the pumps of the intake", "Polish process water for bottling", "Disinfect the second well without chlorine",
    "Cut fresh water use by a third", "Monitor four wells from one desk", "Double the capacity of the filter hall",
)  # fmt: skip
CHANNELS = ("site", "landing_page", "social", "exhibition", "network", "referral", "research")
CAMPAIGNS = ("", "", "SPRING-WATER", "EXPO-24", "WEBINAR-3")
LESSONS = {
    "price": "Offer the smaller pump first and the larger one as an option.",
    "competitor": "They could show a plant next door; we need a reference in the region.",
    "no_budget": "Ask for the budget year before drawing up a quote.",
    "no_decision": "Three people had to agree and we knew only one of them.",
    "timing": "The permit was not there yet; call again after the summer.",
    "fit": "Seawater needs other seals than we stock.",
}
DISCOUNTS = ("", "", "", "3", "5", "7.5", "10", "12", "18", "25")


class Maker:
    """Draws one deal after the other from a seeded source."""

    def __init__(self) -> None:
        self.random = Random(SEED)

    def pick(self, of: Sequence[T]) -> T:
        # random() is the one method whose sequence Python promises to keep.
        return of[int(self.random.random() * len(of))]

    def between(self, low: int, high: int) -> int:
        return low + int(self.random.random() * (high - low + 1))

    def deal(self, number: int, stage: str) -> Row:
        region = self.pick(tuple(REGIONS))
        currency, manager, owners = REGIONS[region]
        company = self.company(currency)
        person = f"{self.pick(FIRST)} {self.pick(LAST)}"
        row = dict.fromkeys(COLUMNS, "")
        row |= {
            "deal": f"D-{number:04d}", "stage": stage, "company": company, "contact": person,
            "email": f"{person.split()[0].lower()}@customer-{number:04d}.example", "channel": self.pick(CHANNELS),
            "campaign": self.pick(CAMPAIGNS), "need": self.pick(NEEDS), "owner": self.pick(owners), "manager": manager,
            "region": region, "currency": currency, "items": self.items(), "discount": self.pick(DISCOUNTS),
        }  # fmt: skip
        return row | self.days(stage) | self.outcome(stage)

    def company(self, currency: str) -> str:
        front, back = NAMES[currency]
        return self.pick(front) + ("" if currency == "CNY" else " ") + self.pick(back)

    def items(self) -> str:
        chosen: dict[str, str] = {}
        for _ in range(self.between(1, 4)):
            product, _, unit, price, _ = self.pick(PRODUCTS)
            most = 3 if float(price) > 1000 else 40
            chosen[product] = f"{self.between(1, most)}.5" if unit == "MTR" else str(self.between(1, most))
        return ";".join(f"{product}*{count}" for product, count in chosen.items())

    def days(self, stage: str) -> Row:
        captured = date(2024, 1, 8) + timedelta(self.between(0, 360))
        engaged = captured + timedelta(self.between(1, 12))
        closed = engaged + timedelta(self.between(14, 120))
        delivered = closed + timedelta(self.between(10, 60))
        paid = delivered + timedelta(self.between(5, 45))
        reached = {"lead": 1, "open": 2, "lost": 3, "won": 5}[stage]
        known = (captured, engaged, closed, delivered, paid)[:reached]
        return dict(zip(("captured", "engaged", "closed", "delivered", "paid"), map(str, known), strict=False))

    def outcome(self, stage: str) -> Row:
        if stage == "lost":
            reason = self.pick(tuple(LESSONS))
            return {"reason": reason, "lesson": LESSONS[reason]}
        if stage == "won":
            return {
                "advance": self.pick(("", "", "20", "30")), "deliveries": str(self.pick((1, 1, 1, 2, 3))),
                "receipts": str(self.pick((1, 1, 1, 2, 3))), "paid_share": self.pick(("100", "100", "100", "100", "60")),
            }  # fmt: skip
        return {}


def deals() -> list[Row]:
    """All rows, the stages mixed, some customers paying several deals at once."""
    maker = Maker()
    stages = [stage for stage, count in COUNTS.items() for _ in range(count)]
    order = sorted(range(len(stages)), key=lambda _: maker.random.random())
    rows = [maker.deal(number, stages[index]) for number, index in enumerate(order, 1)]
    by_customer: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["stage"] == "won":
            by_customer[row["company"]].append(row)
    together = [group for group in by_customer.values() if len(group) > 1]
    for number, group in enumerate(together[::2], 1):
        for row in group[:3]:
            row |= {"joint_receipt": f"J-{number:02d}", "receipts": "1", "paid_share": "100"}
            row["paid"] = max(other["paid"] for other in group[:3])
    return rows


def prices() -> list[Row]:
    """Every product in every currency."""
    found = []
    for currency, (factor, goods, services) in RATES.items():
        for product, description, unit, dollars, service in PRODUCTS:
            cents = round(float(dollars) * float(factor), 1)
            found.append(
                {
                    "product": product,
                    "description": description,
                    "unit": unit,
                    "currency": currency,
                    "list_price": f"{cents:.2f}",
                    "tax_rate": services if service else goods,
                }
            )
    return found


def written(rows: list[Row]) -> str:
    """Rows as CSV text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    (HERE / "deals.csv").write_text(written(deals()), encoding="utf-8")
    (HERE / "prices.csv").write_text(written(prices()), encoding="utf-8")
