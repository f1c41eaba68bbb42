"""Heights of very many messages, most of which nobody has looked at.

Messages stand in chunks. A chunk nobody asked about costs one number, its count
times the mean; a chunk in use has a height for each message, estimated until it
is measured. Sums over chunks are kept in a Fenwick tree (Fenwick 1994), so every
question costs the logarithm of the number of chunks plus one chunk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 128


class _Sums:
    """Prefix sums that can be changed: a Fenwick tree."""

    def __init__(self, values: list[int]) -> None:
        self._tree = [0, *values]
        size = len(self._tree)
        for at in range(1, size):
            parent = at + (at & -at)
            if parent < size:
                self._tree[parent] += self._tree[at]

    def add(self, index: int, change: int) -> None:
        at, tree = index + 1, self._tree
        while at < len(tree):
            tree[at] += change
            at += at & -at

    def append(self, value: int) -> None:
        at = len(self._tree)
        below = at - (at & -at)
        self._tree.append(value + self.before(at - 1) - self.before(below))

    def before(self, index: int) -> int:
        """The sum of the values before `index`."""
        total, at = 0, index
        while at > 0:
            total += self._tree[at]
            at &= at - 1
        return total

    def find(self, amount: int) -> tuple[int, int]:
        """The last index whose sum before it is at most `amount`, and what is left."""
        at, step = 0, 1 << (len(self._tree) - 1).bit_length()
        while step:
            if at + step < len(self._tree) and self._tree[at + step] <= amount:
                at += step
                amount -= self._tree[at]
            step >>= 1
        return at, amount


class Heights:
    """Height of each message, in pixels.

    Attributes:
        total: Of all messages together.
    """

    def __init__(self, count: int, mean: int, estimate: Callable[[int], int]) -> None:
        """Begin with `count` messages of `mean` pixels each.

        Args:
            count: How many messages there are.
            mean: What a message nobody asked about counts for.
            estimate: Gives the probable height of a message; asked for a chunk at a time.
        """
        self._count = count
        self._mean = mean
        self._estimate = estimate
        self._chunks: dict[int, list[int]] = {}
        self._sums = _Sums([mean * min(CHUNK, count - first) for first in range(0, count, CHUNK)])
        self.total = mean * count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, row: int) -> int:
        return self._chunk(row // CHUNK)[row % CHUNK]

    def __setitem__(self, row: int, height: int) -> None:
        chunk = self._chunk(row // CHUNK)
        change = height - chunk[row % CHUNK]
        chunk[row % CHUNK] = height
        self._add(row // CHUNK, change)

    def append(self, height: int) -> None:
        """A message came to the end."""
        index, place = divmod(self._count, CHUNK)
        if place == 0:
            self._sums.append(0)
            self._chunks[index] = []
        self._chunk(index).append(height)
        self._count += 1
        self._add(index, height)

    def before(self, row: int) -> int:
        """The height of all messages before `row` together."""
        index, place = divmod(row, CHUNK)
        above = sum(self._chunk(index)[:place]) if place else 0
        return self._sums.before(index) + above

    def find(self, y: int) -> tuple[int, int]:
        """The message that stands `y` pixels below the first, and how far inside it that is.

        A place outside gives the beginning of the first or the end of the last.
        """
        y = max(0, min(y, self.total - 1))
        index, rest = self._sums.find(y)
        while index not in self._chunks and index * CHUNK < self._count:
            self._chunk(index)  # its estimates may move the place into another chunk
            index, rest = self._sums.find(y)
        index = min(index, (self._count - 1) // CHUNK)
        for place, height in enumerate(self._chunk(index)):
            if rest < height:
                return index * CHUNK + place, rest
            rest -= height
        return self._count - 1, max(0, self[self._count - 1] - 1)

    def _add(self, index: int, change: int) -> None:
        self._sums.add(index, change)
        self.total += change

    def _chunk(self, index: int) -> list[int]:
        known = self._chunks.get(index)
        if known is None:
            rows = range(index * CHUNK, min(self._count, (index + 1) * CHUNK))
            known = self._chunks[index] = [self._estimate(row) for row in rows]
            self._add(index, sum(known) - self._mean * len(known))
        return known
