"""Logs read by several processes, here or on other machines: the same sums as one process would have.

`work` is what a worker does: a pure function from a task to sums. `parts` cuts a large log into tasks. `share_out`
gives tasks to workers and puts together what comes back, in the order of the logs. `processes` and `cluster` are
workers.

A part of a log cannot be read by itself: a message at its begin may be of the part before, a year is told by an earlier
line. So a worker begins to read some time before its part, as if the log began there, and counts only what it finds in
the part. It reports what it held between two lines when its part began and when it ended (`midway`). Where the end of
one part and the begin of the next agree, nothing could have come out in another way; where they do not, the part is
read again from what was really held.
"""
