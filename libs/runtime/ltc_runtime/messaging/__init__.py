"""Messaging between services: topics, the relay that publishes, the inbox that consumes, the feed that fills gaps."""
