"""What the whole platform does for a deal, over HTTP across five real services."""
