"""Our dataclasses do what the standard ones do: every case is tried with both."""

import copy
import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, field

import pytest

from gwdiag.model.dataclass import dataclass

BOTH = pytest.mark.parametrize("kind", ["Ours", "Standard"])


@dataclass(frozen=True, slots=True)
class Ours:
    """A point with a secret."""

    x: int
    y: int = 2
    secret: str = field(default="", repr=False)
    note: str = field(default="", compare=False)
    tags: list[str] = field(default_factory=list)

    def sum(self) -> int:
        return self.x + self.y

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("too small")


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    """A point with a secret."""

    x: int
    y: int = 2
    secret: str = field(default="", repr=False)
    note: str = field(default="", compare=False)
    tags: list[str] = field(default_factory=list)

    def sum(self) -> int:
        return self.x + self.y

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("too small")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    first: int = 1
    second: int


@dataclass(frozen=True, slots=True, kw_only=True)
class More(Named):
    third: tuple[int, ...] = ()

    def __str__(self) -> str:
        return "more"


@pytest.fixture
def one(kind):
    return {"Ours": Ours, "Standard": Standard}[kind]


@BOTH
def test_values_are_what_was_given_and_else_the_defaults(kind, one):
    point = one(1, secret="hidden", note="n")

    assert (point.x, point.y, point.secret, point.note, point.tags, point.sum()) == (1, 2, "hidden", "n", [], 3)
    assert repr(point) == f"{kind}(x=1, y=2, note='n', tags=[])"
    assert one(1).tags is not one(1).tags


@BOTH
def test_they_are_equal_where_what_is_compared_is(one):
    assert one(1, note="this") == one(1, note="that")
    assert one(1) != one(1, secret="other")
    assert one(1) != (1, 2, "", [])
    assert Named(second=1) != More(second=1)
    assert hash(Named(second=1)) == hash(Named(second=1, first=1))
    with pytest.raises(TypeError, match="unhashable"):
        hash(one(1))  # for its list


@BOTH
def test_nothing_can_be_changed(one):
    point = one(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del point.x

    assert not hasattr(point, "__dict__")


@BOTH
@pytest.mark.parametrize(
    ("args", "given"),
    [((), {}), ((1, 2, "", "", [], 6), {}), ((1,), {"x": 1}), ((1,), {"unknown": 1})],
    ids=["missing", "too many", "twice", "unknown"],
)
def test_wrong_arguments_are_type_errors(one, args, given):
    with pytest.raises(TypeError, match=r"argument"):
        one(*args, **given)


def test_what_takes_names_takes_no_positions():
    assert repr(More(second=2, third=(3,))) == "More(first=1, second=2, third=(3,))"
    with pytest.raises(TypeError, match="takes 0 positional arguments, 1 were given"):
        Named(1)


def test_its_own_methods_stay():
    assert str(More(second=2)) == "more"


@BOTH
def test_what_is_asked_after_the_values_are_there_is_asked(one):
    with pytest.raises(ValueError, match="too small"):
        one(-1)


@BOTH
def test_the_standard_functions_know_them(kind, one):
    point = one(1, tags=["a"])

    assert dataclasses.is_dataclass(one)
    assert dataclasses.replace(point, y=5) == one(1, 5, tags=["a"])
    assert dataclasses.asdict(point) == {"x": 1, "y": 2, "secret": "", "note": "", "tags": ["a"]}
    assert inspect.getdoc(one) == "A point with a secret."
    match point:
        case Ours(x, y) | Standard(x, y):
            assert (kind, x, y) == (kind, 1, 2)


@BOTH
def test_other_processes_get_equal_ones(one):
    point = one(1, note="n", tags=["a"])

    assert pickle.loads(pickle.dumps(point)) == copy.deepcopy(point) == point
    assert copy.copy(point).note == "n"


def test_these_and_standard_frozen_ones_inherit_from_each_other():
    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class OfOurs(More):
        fourth: str = ""

    @dataclass(frozen=True, slots=True)
    class OfStandard(Standard):
        more: int = 0

    one = OfOurs(second=2, fourth="x")

    assert dataclasses.asdict(one) == {"first": 1, "second": 2, "third": (), "fourth": "x"}
    assert repr(OfStandard(1, more=3)).endswith("OfStandard(x=1, y=2, note='', tags=[], more=3)")
    for value, name in ((one, "second"), (OfStandard(1), "x"), (More(second=1), "third")):
        with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(value, name, 3)


def test_one_without_fields_or_with_one():
    @dataclass(frozen=True, slots=True)
    class Nothing:
        pass

    @dataclass(frozen=True, slots=True)
    class Single:
        value: str

    assert (Nothing() == Nothing(), Single("a") == Single("a"), Single("a") == Single("b")) == (True, True, False)
    assert len({Nothing(), Nothing(), Single("a"), Single("a")}) == 2


def test_others_are_refused():
    with pytest.raises(TypeError, match="is for others"):
        dataclass(frozen=False, slots=True)
