"""Messages about one failure are told from those that are alone."""

import numpy as np
import pytest

from gwdiag.logs.scan.parts import alone

A, B, NOBODY = 1, 2, 0


@pytest.mark.parametrize(
    ("said", "are_alone"),
    [
        ([(1, A, 0.0, True)], [True]),
        ([(1, A, 0.0, True), (1, A, 0.2, False)], [False, False]),
        ([(1, A, 0.0, True), (1, A, 0.21, False)], [True, True]),
        ([(1, A, 0.0, False), (1, A, 0.1, True)], [True, True]),  # what is quiet says more of what was before it
        ([(1, A, 0.0, False), (1, A, 0.1, False)], [True, True]),
        ([(1, A, 0.0, True), (2, A, 0.1, True)], [True, True]),
        ([(1, A, 0.0, True), (1, B, 0.1, True)], [True, True]),
        ([(1, A, 0.0, True), (1, B, 0.1, True), (1, A, 0.15, True)], [False, True, False]),
        ([(1, NOBODY, 0.0, True), (1, B, 0.1, False)], [False, False]),
        ([(1, A, 0.0, True), (1, NOBODY, 0.1, False)], [False, False]),
        ([(1, A, 0.0, True), (2, NOBODY, 0.1, False)], [True, True]),
        ([(1, A, 0.0, False), (1, NOBODY, 0.1, False)], [True, True]),
    ],
)
def test_alone(said: list[tuple[int, int, float, bool]], are_alone: list[bool]):
    requests, clients, moments, failing = map(np.array, zip(*said, strict=True))

    assert alone(requests.astype(np.uint64), clients.astype(np.uint64), moments, failing).tolist() == are_alone
