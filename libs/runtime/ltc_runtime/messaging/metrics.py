"""What the wire counts as it happens; what the tables say of it, /metrics reads from them."""

from prometheus_client import Counter, Gauge

PUBLISHED = Counter("ltc_relay_told", "Published events acknowledged by Kafka.")
RELAY_ERRORS = Counter("ltc_relay_errors", "Times the relay had to begin anew at its checkpoint.")
RELAY_REFUSES = Gauge("ltc_relay_refuses", "1 while this log is behind what it once told and nothing is told.")

CONSUMED = Counter("ltc_hear_heard", "Facts appended from topics.", ["topic"])
SKIPPED = Counter("ltc_hear_skipped", "Messages that said what was known.", ["topic"])
DEAD_LETTERS = Counter("ltc_hear_set_aside", "Messages that are no readable fact of the topic's owner.", ["topic"])
HEALED = Counter("ltc_hear_healed", "Facts that no message brought and the teller's feed did.", ["topic"])
FORKED = Gauge("ltc_hear_forked", "1 while a partition stands still because its teller contradicts what was heard.", ["topic", "partition"])
HEAR_LAG = Gauge("ltc_hear_lag_messages", "Messages on the topic behind the last one read.", ["topic", "partition"])
