"""The counters for Prometheus. No label ever names a person, and each has few values."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

UPDATES = Counter("jembatan_updates", "Updates stored for the first time.", ["channel"], registry=REGISTRY)
TURNS = Counter(
    "jembatan_turns",
    "Turns that ended: done, failed, passed or joined, and which handler took them.",
    ["channel", "outcome", "handler"],
    registry=REGISTRY,
)
TURN_SECONDS = Histogram(
    "jembatan_turn_seconds",
    "From the moment a turn was received to the commit of its answer.",
    ["channel"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120),
    registry=REGISTRY,
)
SEARCH_SECONDS = Histogram(
    "jembatan_search_seconds",
    "What the search takes to understand a text.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5),
    registry=REGISTRY,
)
REPLIES = Counter(
    "jembatan_replies",
    "Tries to send a reply: sent, blocked, refused, or unsent (to be tried again).",
    ["channel", "result"],
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "jembatan_deliveries",
    "Tries to send what nobody just asked for: sent, failed, blocked, unsure, or pending (to be tried again).",
    ["channel", "result"],
    registry=REGISTRY,
)
WAITING = Gauge("jembatan_waiting_deliveries", "Deliveries that wait to be sent.", ["lane"], registry=REGISTRY)
UNSENT = Gauge("jembatan_unsent_replies", "Replies that wait to be sent.", registry=REGISTRY)
UNFINISHED = Gauge("jembatan_unfinished_turns", "Turns that wait to be answered.", registry=REGISTRY)
HELD = Gauge("jembatan_held", "1 while a restored copy waits for its release.", registry=REGISTRY)
