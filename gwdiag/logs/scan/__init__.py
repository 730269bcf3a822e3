"""Reading at the speed of the disk: the mass of every log is read thousands of lines at once.

A page of bytes is cut into lines and fields by comparing many bytes at a time (`page`, `bits`, `words`, `keyed`,
`placed`). What a kind of line means is asked of the format once and remembered (`scanner`, `codes`, `values`); times,
durations, clients and paths are read from the bytes (`times`, `numbers`); and all of it is counted in arrays (`lane`,
`sums`, `bulk`). A format of requests needs no more than a `Scan` (`spec`) to be read so.

Where a collector put something around the lines, it is taken off first (`envelopes`, `escapes`): what that is, is asked
of its wrapper once (`envelope`), and checked in every other line.

Messages are known by others that are the same but for their numbers (`alike`), once it is tried out which numbers count
(`trial`). Failures among them are counted at once, too (`failures`), where nothing else can belong to them (`found`)
or to the same failure (`parts`).

All other lines take the slow way, one by one, in their order among them (`reader`). Both ways give the same answers;
tests hold them to it.
"""

import os

# As it is loaded, numpy would start a thread for each processor, for products of matrices far larger than any here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
