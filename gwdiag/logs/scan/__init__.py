"""Reading at the speed of the disk: plain successes, the mass of every log, are read thousands at once.

A page of bytes is cut into lines and fields by comparing many bytes at a time (`page`, `bits`, `words`, `keyed`,
`placed`). What a kind of line means is asked of the format once and remembered (`scanner`, `codes`, `values`); times,
durations, clients and paths are read from the bytes (`numbers`); and all of it is counted in arrays (`lane`, `sums`,
`bulk`). All other lines take the slow way, one by one, in their order among them (`reader`). Both ways give the same
answers; tests hold them to it.

A format needs no more than a `Scan` (`spec`) to be read so.
"""

import os

# As it is loaded, numpy would start a thread for each processor, for products of matrices far larger than any here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
