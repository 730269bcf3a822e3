"""Run as a program of its own: `python -P _memray_process.py CAPTURE` prints what a memray capture holds, as JSON.

memray's reader is native code, and a damaged capture can end the process that reads it. Nothing of gwdiag is imported
here: starting it must cost little.
"""

import json
import resource
import sys

MOST_BYTES = 8 << 30
MOST_CPU_S = 300
"""Of a damaged capture. A million allocations take 0.5 s and less than 100 MB."""


ARENA, SMALL = 256 << 10, 64 << 10
"""Bytes: of the smallest arena, and of an allocation that is none of Python's own objects on average."""


def _part(records: "dict[tuple[tuple[int, ...], bool], list[int]]", mapped: "dict[tuple[int, ...], int]") -> None:
    """Takes arenas out of records that memray has merged with other allocations of the same line."""
    for stack, size in mapped.items():
        total = records.get((stack, False))
        if total and (size := min(size, total[1] // ARENA * ARENA)):
            total[1] -= size
            whole = records.setdefault((stack, True), [0, 0])
            whole[0] += 1
            whole[1] += size


def main(path: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        from memray._memray import AllocatorType, FileReader
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))  # noqa: T201
        return
    try:
        reader = FileReader(path)
        ids: dict[tuple[str, str, int], int] = {}
        records: dict[tuple[tuple[int, ...], bool], list[int]] = {}
        may_hide_arenas = False
        for record in reader.get_leaked_allocation_records(merge_threads=True):
            stack = tuple(ids.setdefault(frame, len(ids)) for frame in record.stack_trace())
            is_mmap = record.allocator == AllocatorType.MMAP
            total = records.setdefault((stack, is_mmap), [0, 0])
            total[0] += record.n_allocations
            total[1] += record.size
            may_hide_arenas |= not is_mmap and record.size >= ARENA and record.size > SMALL * record.n_allocations
        if may_hide_arenas and reader.metadata.file_format.name == "ALL_ALLOCATIONS":
            mapped: dict[tuple[int, ...], int] = {}
            for record in FileReader(path).get_allocation_records():
                if record.allocator == AllocatorType.MMAP and record.size % ARENA == 0:
                    stack = tuple(ids.setdefault(frame, len(ids)) for frame in record.stack_trace())
                    mapped[stack] = mapped.get(stack, 0) + record.size
            _part(records, mapped)
    except Exception as error:  # whatever native code makes of a damaged file
        print(json.dumps({"damaged": str(error) or type(error).__name__}))  # noqa: T201
        return
    about = reader.metadata
    found = {
        "frames": list(ids),
        "records": [(stack, is_mmap, *total) for (stack, is_mmap), total in records.items()],
        "start": about.start_time.timestamp(),
        "end": about.end_time.timestamp(),
        "pid": about.pid,
        "allocator": about.python_allocator,
        "is_traced": about.trace_python_allocators,
        "is_native": about.has_native_traces,
        "file_format": about.file_format.name,
    }
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
