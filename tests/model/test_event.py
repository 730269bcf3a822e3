"""An event says only what its record says."""

from gwdiag.model.event import Event, Kind, Mark


def test_what_a_record_does_not_say_is_none_and_words_are_empty():
    told = {"at": None, "kind": Kind.NOTICE, "level": "", "message": "", "tried": ()}

    assert Event(None, Kind.NOTICE)._asdict() == {**dict.fromkeys(Event._fields), **told}


def test_events_are_values():
    assert Event(1.0, Kind.ACCESS, status=200) == Event(1.0, Kind.ACCESS, status=200)
    assert Event(1.0, Kind.ACCESS, status=200)._replace(status=500) == Event(1.0, Kind.ACCESS, status=500)


def test_marks_are_named_for_people():
    assert [mark.value for mark in Mark] == [
        "process start",
        "version",
        "reload",
        "configuration error",
        "shutdown",
        "upstream marked down",
        "upstream marked up",
        "circuit breaker tripped",
    ]
