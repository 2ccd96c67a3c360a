"""How much is asked and how long it takes: numbers only, nothing of anybody."""

import os
import time
from collections.abc import Callable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from backend.settings import METRICS_FOLDER

CONTENT_TYPE = CONTENT_TYPE_LATEST
# A method is whatever a client writes: each other one would be a counter for ever.
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counts of one process."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        self._registry = CollectorRegistry()
        self._count_requests()
        self._watch_tasks()
        self._count_reminders()
        self._up: set[str] = set()
        self._children: dict[tuple[str, int], Counter] = {}

    def _count_requests(self) -> None:
        self._requests = Counter(
            "carnet_requests",
            "Requests answered, by method and status.",
            ("method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "carnet_request_seconds",
            "Time to the beginning of an answer.",
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._unknown = Counter(
            "carnet_rights_unknown",
            "Reads denied because the rights matrix does not say, by profession.",
            ("profession",),
            registry=self._registry,
        )

    def _watch_tasks(self) -> None:
        self._falls = Counter(
            "carnet_task_ends",
            "How often a task of the server that must not end did, by name.",
            ("task",),
            registry=self._registry,
        )
        self._down = Gauge(
            "carnet_task_down",
            "Whether a task of the server does not do its duty now, by name.",
            ("task",),
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._swept = Counter(
            "carnet_spaces_swept",
            "Spaces brought up to date with what time alone has changed.",
            registry=self._registry,
        )
        self._due = Gauge(
            "carnet_spaces_due",
            "Spaces that time had changed at the last look.",
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )

    def _count_reminders(self) -> None:
        self._planned = Counter(
            "carnet_reminders_planned",
            "Reminders that planning has made or changed.",
            registry=self._registry,
        )
        self._unplanned = Counter(
            "carnet_reminders_unplanned",
            "Entries of which no reminder could be planned.",
            registry=self._registry,
        )
        self._reminders = Counter(
            "carnet_reminder_jobs",
            "Rings of reminders that were closed or put off, by state and reason.",
            ("state", "reason"),
            registry=self._registry,
        )
        self._deliveries = Counter(
            "carnet_deliveries",
            "Tries to send a reminder, by channel and outcome.",
            ("channel", "outcome"),
            registry=self._registry,
        )

    def count(self, method: str, status: int, seconds: float) -> None:
        """Count one answer."""
        method = method if method in _METHODS else "other"
        child = self._children.get((method, status))
        if child is None:
            child = self._children[method, status] = self._requests.labels(method, str(status))
        child.inc()
        self._seconds.observe(seconds)

    def count_unknown(self, profession: str, denials: int = 1) -> None:
        """Count reads that the rights matrix denied for not knowing.

        Args:
            profession: A known code: each other word would be a counter for ever.
            denials: How many.
        """
        self._unknown.labels(profession).inc(denials)

    def unknown_denials(self) -> dict[str, int]:
        """Return what `count_unknown` counted in every process, by profession."""
        return {
            sample.labels["profession"]: int(sample.value)
            for metric in self._all().collect()
            for sample in metric.samples
            if sample.name == "carnet_rights_unknown_total"
        }

    def spaces_due(self, number: int) -> None:
        """Note how many spaces time had changed at the last look."""
        self._due.set(number)

    def count_swept(self) -> None:
        """Count one space that was brought up to date."""
        self._swept.inc()

    def count_planned(self, written: int, problems: int) -> None:
        """Count what planning one space has written, and what it could not plan."""
        self._planned.inc(written)
        self._unplanned.inc(problems)

    def count_reminder(self, state: str, reason: str) -> None:
        """Count one ring that was closed or put off; both are words of ours."""
        self._reminders.labels(state, reason).inc()

    def count_delivery(self, channel: str, outcome: str) -> None:
        """Count one try of one channel."""
        self._deliveries.labels(channel, outcome).inc()

    def task_up(self, name: str) -> None:
        """Note that a task does its duty."""
        self._up.add(name)
        self._down.labels(name).set(0)

    def task_down(self, name: str) -> None:
        """Note that a task does not; one that did has ended."""
        if name in self._up:
            self._up.discard(name)
            self._falls.labels(name).inc()
        self._down.labels(name).set(1)

    def text(self) -> bytes:
        """Write the numbers of every process in the exposition format of Prometheus."""
        return generate_latest(self._all())

    def _all(self) -> CollectorRegistry:
        if METRICS_FOLDER not in os.environ:
            return self._registry
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return registry
