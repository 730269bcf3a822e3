"""`gwdiag lab` as a user meets it, where it plays nothing."""

import pytest

from gwdiag.lab.scenarios import scenarios


def test_the_list_has_every_cause_and_says_what_cannot_be_played_and_why(gwdiag):
    done = gwdiag("lab", "list", "--loopback")
    lines = done.stdout.splitlines()

    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in lines[:-1] if line and not line.startswith(" ")] == list(scenarios())
    assert lines[lines.index("upstream_down") + 1] == (
        "    The process of an upstream ends: open connections are reset, new ones"
    )
    assert lines[lines.index("no_route") + 1] == (
        "    cannot be played here: it needs network namespaces, not loopback"
    )
    assert lines[lines.index("redis_down") + 1] == (
        "    cannot be played here: the reference gateway does without Redis, so that it"
    )
    assert max(map(len, lines)) <= 80
    assert lines[-1].endswith(" of 39 can be played on loopback (as asked).")


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["nonsense"], "there is no cause nonsense; gwdiag lab list names them"),
        ([], "give CAUSE, or --all, --pairs or both, or --blind"),
        (["--blind", "--pairs", "2"], "give CAUSE, or --all, --pairs or both, or --blind"),
        (["upstream_down", "--all"], "give CAUSE, or --all, --pairs or both, or --blind"),
        (
            ["redis_down"],
            "redis_down cannot be played here: the reference gateway does without Redis, so that it misses none",
        ),
        (
            ["no_route", "--loopback"],
            "no_route cannot be played here: it needs network namespaces, not loopback",
        ),
        (
            ["healthy", "upstream_down"],
            "healthy concerns the whole gateway: no other fault is independent of it",
        ),
        (["upstream_down", "upstream_down"], "two different causes can come at once, no more"),
        (["upstream_down", "upstream_5xx", "upstream_slow"], "two different causes can come at once, no more"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(gwdiag, tmp_path, args, line):
    done = gwdiag("lab", "run", *args, "--folder", tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"gwdiag: {line}\n")


def test_a_case_that_is_there_is_not_written_over(gwdiag, tmp_path):
    case = tmp_path / "cases/upstream_down-7"
    case.mkdir(parents=True)
    done = gwdiag("lab", "run", "upstream_down", "--loopback", "--seed", 7, "--folder", tmp_path)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"gwdiag: {case}: it is there already; give another --folder or --seed\n"
