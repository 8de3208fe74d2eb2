"""What others rely on is frozen: schemas of events only grow, and the five APIs change only where a reviewer sees it."""
