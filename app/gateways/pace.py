"""How often something may be done: a moving window by key, in Redis where one is named, else in this process.

In a process of its own memory each worker counts for itself. A Redis that is away, or hangs, does not stop the service: the
process counts meanwhile, and asks again half a minute later.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any, Final

from app.rules.late import late

limits = late("limits")
log = logging.getLogger("app.pace")

MINUTE: Final = 60
PATIENCE: Final = 0.5  # seconds in which a Redis has to answer: a request waits for it
RETRY: Final = 30.0  # seconds after which a Redis that was away is asked again


@dataclass(slots=True)
class Answer:
    """Whether it was within the limit, how many are left, and in how many seconds one more will be free."""

    allowed: bool
    left: int
    seconds: int


class Pace:
    """Counts by key. `url`: redis://… or empty."""

    def __init__(self, url: str = "") -> None:
        self._url, self._here, self._there = url, None, None
        self._away_until = 0.0

    def hit(self, key: str, most: int, seconds: int = MINUTE) -> Answer:
        """Counts one of at most `most` in `seconds`."""
        item = limits.RateLimitItemPerSecond(most, seconds, namespace="gongjiu")
        if self._url and time.monotonic() >= self._away_until:
            try:
                return _counted(self._shared(), item, key)
            except Exception as error:  # noqa: BLE001 - whatever the client raises, the service goes on
                self._away_until = time.monotonic() + RETRY
                log.warning("the shared counter is away (%s): this process counts for itself", type(error).__name__)
        return _counted(self._own(), item, key)

    def _shared(self) -> Any:
        if self._there is None:
            calm = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": None}
            storage = limits.storage.storage_from_string(self._url, **calm)
            self._there = limits.strategies.MovingWindowRateLimiter(storage)
        return self._there

    def _own(self) -> Any:
        if self._here is None:
            self._here = limits.strategies.MovingWindowRateLimiter(limits.storage.MemoryStorage())
        return self._here


def _counted(limiter: Any, item: Any, key: str) -> Answer:
    allowed = bool(limiter.hit(item, key))
    reset, left = limiter.get_window_stats(item, key)
    return Answer(allowed, int(left), max(1, int(reset - time.time() + 0.999)))
