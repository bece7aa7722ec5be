"""Remote imports and includes (spec: config §1.6): TODO"""
from __future__ import annotations

from runner.errors import AtmosError


class Fetcher:
    def __init__(self, record: object) -> None:
        self.record = record

    def get(self, url: str) -> str:
        raise AtmosError("remote imports are not available")
