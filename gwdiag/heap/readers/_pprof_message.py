"""pprof's protobuf message, built at run time: no generated code that must match the protobuf that is installed.

Source: github.com/google/pprof, proto/profile.proto. Field numbers are the format; fields that nothing here reads are
left out. Strings are declared as bytes: a damaged one must not make the rest unreadable.
"""

from functools import cache
from typing import Any

FIELDS = {
    "ValueType": ("type:1 int64", "unit:2 int64"),
    "Label": ("key:1 int64", "str:2 int64", "num:3 int64"),
    "Sample": ("location_id:1 uint64*", "value:2 int64*", "label:3 Label*"),
    "Mapping": (
        "id:1 uint64",
        "memory_start:2 uint64",
        "memory_limit:3 uint64",
        "filename:5 int64",
        "build_id:6 int64",
    ),
    "Line": ("function_id:1 uint64", "line:2 int64"),
    "Location": ("id:1 uint64", "mapping_id:2 uint64", "address:3 uint64", "line:4 Line*"),
    "Function": ("id:1 uint64", "name:2 int64", "system_name:3 int64", "filename:4 int64"),
    "Profile": (
        "sample_type:1 ValueType*",
        "sample:2 Sample*",
        "mapping:3 Mapping*",
        "location:4 Location*",
        "function:5 Function*",
        "string_table:6 bytes*",
        "drop_frames:7 int64",
        "keep_frames:8 int64",
        "time_nanos:9 int64",
        "duration_nanos:10 int64",
        "period_type:11 ValueType",
        "period:12 int64",
        "comment:13 int64*",
        "default_sample_type:14 int64",
    ),
}
PACKAGE = "gwdiag.pprof"


@cache
def profile_message() -> Any:
    """The class of the message Profile."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    kinds = descriptor_pb2.FieldDescriptorProto
    scalars = {"int64": kinds.TYPE_INT64, "uint64": kinds.TYPE_UINT64, "bytes": kinds.TYPE_BYTES}
    file = descriptor_pb2.FileDescriptorProto(name="gwdiag/pprof.proto", package=PACKAGE, syntax="proto3")
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=name)
        for one in fields:
            declared, kind = one.split()
            field_name, number = declared.split(":")
            field = message.field.add(name=field_name, number=int(number))
            field.label = kinds.LABEL_REPEATED if kind.endswith("*") else kinds.LABEL_OPTIONAL
            kind = kind.rstrip("*")
            field.type = scalars.get(kind, kinds.TYPE_MESSAGE)
            if kind not in scalars:
                field.type_name = f".{PACKAGE}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.Profile"))
