"""What is said between services: topics, the relay that tells, the ear that hears, and the feed that heals."""
