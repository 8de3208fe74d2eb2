"""Nurture rules that tests share."""

ALWAYS = {day: ["00:00-24:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}
STEP = {"subject": "News for {company}", "body": "Dear {name},\n\nno more? {withdraw}\n"}
RULES = {
    "calendar": {"zone": "UTC", "week": ALWAYS},
    "sequences": {"welcome": [STEP, {**STEP, "working_days": 3}], "lost": [STEP]},
    "by_itself": {"pooled": "welcome", "disqualified": "lost"},
}
