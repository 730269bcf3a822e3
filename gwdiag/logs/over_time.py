"""Counts by time that no longer change, and what of them lies in a stretch of it."""

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate
from math import inf
from typing import Generic, NamedTuple, TypeVar

N = TypeVar("N", int, float)


class Span(NamedTuple):
    """A part of the time, in buckets; None is open."""

    begin: int | None = None
    end: int | None = None


ALWAYS = Span()

A_FEW = 16
"""Buckets that are added up sooner than they are put in order."""


class OverTime(dict[int, N], Generic[N]):
    """How much there was in each bucket of time. The sum of a part is looked up, however long it is."""

    @cached_property
    def buckets(self) -> list[int]:
        """In their order."""
        return sorted(self)

    @cached_property
    def up_to(self) -> list[N]:
        """How much there was before each of the buckets; at last, in all of them."""
        return list(accumulate(map(self.__getitem__, self.buckets), initial=0))

    @cached_property
    def total(self) -> N:
        """How much there was at all times."""
        return sum(self.values())

    def within(self, span: Span) -> N:
        """How much there was in a part of the time."""
        if span == ALWAYS:
            return self.total
        if len(self) <= A_FEW:
            first, last = (-inf if span.begin is None else span.begin), (inf if span.end is None else span.end)
            return sum([some for bucket, some in self.items() if first <= bucket <= last])
        begin, end = self._places(span)
        return self.up_to[end] - self.up_to[begin]

    def part(self, span: Span) -> "OverTime[N]":
        """The buckets of a part of the time."""
        if span == ALWAYS:
            return self
        begin, end = self._places(span)
        buckets = self.buckets[begin:end]
        return OverTime(zip(buckets, map(self.__getitem__, buckets), strict=True))

    def _places(self, span: Span) -> tuple[int, int]:
        begin = 0 if span.begin is None else bisect_left(self.buckets, span.begin)
        end = len(self) if span.end is None else bisect_right(self.buckets, span.end)
        return begin, max(begin, end)
