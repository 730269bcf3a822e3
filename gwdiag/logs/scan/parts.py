"""Messages of gateways that write several about one failure: which of them are all that is said of theirs.

What `join.Waiting` puts together is looked for by less here: of the same request, of clients that agree, not longer
apart. So it may be that one of these is another failure after all; those that are alone are surely so.
"""

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.join import SAME_FAILURE
from gwdiag.logs.scan.values import Flags
from gwdiag.logs.scan.words import Words


def alone(requests: Words, clients: Words, moments: NDArray[np.float64], failing: Flags) -> Flags:
    """Which of these messages, in the order of their lines, have nothing to do with another one.

    `requests`, `clients`: hashes of what they name, 0 for no client. `moments`: the latest time up to each of them.
    """
    every = np.ones(len(failing), bool)
    order = np.lexsort((clients, requests))
    found = ~_have_others(order, (requests, clients), moments, failing, failing, every)
    if not (nobody := clients == 0).any():
        return found
    order = np.argsort(requests, kind="stable")
    found &= ~_have_others(order, (requests,), moments, failing, failing & nobody, nobody)
    found[nobody] &= ~_have_others(order, (requests,), moments, failing, failing, every)[nobody]
    return found


def _have_others(
    order: NDArray[np.int64],
    keys: tuple[Words, ...],
    moments: NDArray[np.float64],
    failing: Flags,
    before: Flags,
    behind: Flags,
) -> Flags:
    """Which have one of `before` not long before them; and which failures have one of `behind` not long after them.

    `order`: of the messages, those with the same keys one after the other.
    """
    is_first = np.ones(len(order), bool)
    is_first[1:] = np.any([key[order[1:]] != key[order[:-1]] for key in keys], axis=0)
    is_last = np.append(is_first[1:], True)
    at = moments[order]
    follow = _follow(is_first, at, before[order])
    precede = _follow(is_last[::-1], -at[::-1], behind[order][::-1])[::-1]
    found = np.empty(len(order), bool)
    found[order] = follow | (precede & failing[order])
    return found


def _follow(is_first: Flags, moments: NDArray[np.float64], before: Flags) -> Flags:
    """Which have one of these before them in their group, not longer ago than is of one failure."""
    places = np.arange(len(before))
    begin = np.maximum.accumulate(np.where(is_first, places, 0))
    last = np.maximum.accumulate(np.where(before, places, -1))
    last = np.append(-1, last[:-1])
    found: Flags = (last >= begin) & (moments - moments[last] <= SAME_FAILURE)
    return found
