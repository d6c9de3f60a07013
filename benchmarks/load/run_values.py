"""What the runs of a large project are made of, and what questions about them must answer."""

from collections import Counter
from typing import Any

import numpy as np

COUNT = 50
OPTIMIZERS = ("adam", "lion", "sgd")
GROUP_KEY, METRIC = "optimizer", "m3"


class Sample:
    """`count` runs, each of 50 config and 50 summary values, all a function of its number."""

    def __init__(self, count: int) -> None:
        self.count = count
        chance = np.random.default_rng(7)
        self._configs = chance.random((count, COUNT - 10)).round(4).tolist()
        self._words = chance.integers(0, len(OPTIMIZERS), (count, 10)).tolist()
        self._summaries = chance.random((count, COUNT)).tolist()

    def name(self, number: int) -> str:
        return f"run{number}"

    def config(self, number: int) -> dict[str, Any]:
        words = [OPTIMIZERS[place] for place in self._words[number]]
        named = {GROUP_KEY: words[0], **{f"word{place}": word for place, word in enumerate(words[1:])}}
        return named | {f"c{place}": value for place, value in enumerate(self._configs[number])}

    def summary(self, number: int) -> dict[str, float]:
        return {f"m{place}": value for place, value in enumerate(self._summaries[number])}

    def matching(self) -> list[int]:
        """The runs of the benchmark's filter."""
        wanted = range(self.count)
        return [number for number in wanted if self._words[number][0] == 0 and self._configs[number][1] < 0.5]

    def best(self, size: int) -> list[str]:
        """The names of the first page."""
        place = int(METRIC[1:])
        ordered = sorted(self.matching(), key=lambda number: -self._summaries[number][place])
        return [self.name(number) for number in ordered[:size]]

    def newest(self, size: int) -> list[str]:
        return [self.name(number) for number in range(self.count - 1, max(-1, self.count - 1 - size), -1)]

    def groups(self) -> dict[str, int]:
        return dict(Counter(OPTIMIZERS[words[0]] for words in self._words))
