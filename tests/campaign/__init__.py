"""A campaign: deals flow, a seeded nemesis breaks things one after the other, and the checker looks at everything afterwards."""
