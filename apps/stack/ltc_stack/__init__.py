"""The embedded stack: PostgreSQL, Kafka and the services as local processes on loopback, from Python packages alone."""
