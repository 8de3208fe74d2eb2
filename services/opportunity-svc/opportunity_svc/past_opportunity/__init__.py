"""Past opportunities: deals of other systems, imported as history."""
