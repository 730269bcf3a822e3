"""The weighing: noisy-OR over none, one and two causes."""

from dataclasses import dataclass
from math import isclose, log

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gwdiag.model.problem import Unavailable
from gwdiag.triage.case import Case
from gwdiag.triage.cause import ALWAYS, COMMON, OCCASIONAL, RARE, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.causes import causes
from gwdiag.triage.diagnosis import Weighed, faults, weighed
from gwdiag.triage.fact import Fact, answer
from gwdiag.triage.facts import errors, facts, latency, place, time
from gwdiag.triage.rank import DENIED, NONE_OF_THEM, TWO_AT_ONCE, deciding, odds, probability_of, rank, telling
from gwdiag.triage.symptoms import Symptom
from tests.triage.small_network import a_cause, a_fact

STRENGTHS = (ALWAYS, USUALLY, SOMETIMES, RARELY)
PRIORS = (COMMON, OCCASIONAL, UNCOMMON, RARE)
NAMES = ("ash", "beech", "cedar", "elm", "fir", "oak")


ANY_NETWORK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Network:
    """Causes, and what is known."""

    causes: dict[str, Cause]
    known: dict[Fact, bool]

    def renamed(self, name: str) -> str:
        """Another name for each, which sorts the other way round."""
        return "".join(chr(ord("a") + ord("z") - ord(letter)) for letter in name)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    every = [a_fact(f"f{number}", draw(st.sampled_from((0.01, 0.05, 0.2, 0.5)))) for number in range(8)]
    made = {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True)):
        roles = draw(st.lists(st.sampled_from((*STRENGTHS, None, "denied")), min_size=8, max_size=8))
        explains = {fact: role for fact, role in zip(every, roles, strict=True) if isinstance(role, float)}
        denies = [fact for fact, role in zip(every, roles, strict=True) if role == "denied"]
        made[name] = a_cause(explains, *denies, prior=draw(st.sampled_from(PRIORS)))
    known = draw(st.dictionaries(st.sampled_from(every), st.booleans()))
    return Network(made, known)


def against_none(cause: Cause, known: dict[Fact, bool]) -> float:
    """The odds of one cause against none of them, as a logarithm."""
    found = rank({"only": cause}, known)
    return log(found.probability["only"]) - log(found.none)


@ANY_NETWORK
@given(networks(), st.data())
def test_what_a_cause_explains_never_speaks_against_it(network, data):
    cause = data.draw(st.sampled_from(list(network.causes.values())))
    for fact in cause.explains:
        without = {one: is_so for one, is_so in network.known.items() if one != fact}

        assert against_none(cause, without | {fact: True}) >= against_none(cause, without) - 1e-9
        assert against_none(cause, without | {fact: False}) <= against_none(cause, without) + 1e-9


@ANY_NETWORK
@given(networks())
def test_what_a_cause_denies_never_speaks_for_it(network):
    for cause in network.causes.values():
        for fact in cause.denies:
            without = {one: is_so for one, is_so in network.known.items() if one != fact}

            assert against_none(cause, without | {fact: True}) < against_none(cause, without)
            assert against_none(cause, without | {fact: False}) >= against_none(cause, without) - 1e-9


@ANY_NETWORK
@given(networks(), st.randoms(use_true_random=False))
def test_order_makes_no_difference(network, random):
    names, known = list(network.causes), list(network.known)
    random.shuffle(names)
    random.shuffle(known)

    shuffled = rank({name: network.causes[name] for name in names}, {fact: network.known[fact] for fact in known})

    assert shuffled == rank(network.causes, network.known)


@ANY_NETWORK
@given(networks())
def test_names_make_no_difference(network):
    other = {network.renamed(name): one for name, one in network.causes.items()}
    found, renamed = rank(network.causes, network.known), rank(other, network.known)

    assert isclose(found.none, renamed.none, rel_tol=1e-9)
    for name in network.causes:
        assert isclose(found.probability[name], renamed.probability[network.renamed(name)], rel_tol=1e-9)


@ANY_NETWORK
@given(networks())
def test_a_fact_that_no_cause_is_concerned_with_makes_no_difference(network):
    stray = a_fact("stray")

    for is_so in (True, False):
        assert rank(network.causes, network.known | {stray: is_so}) == rank(network.causes, network.known)


@ANY_NETWORK
@given(networks())
def test_these_are_probabilities(network):
    found = rank(network.causes, network.known)

    assert all(0 <= one <= 1 + 1e-12 for one in (*found.probability.values(), found.none))
    assert sum(found.probability.values()) + found.none >= 1 - 1e-9
    assert max(found.probability.values()) + found.none <= 1 + 1e-9
    assert set(found.best) <= set(network.causes)


def test_an_unknown_answer_is_as_good_as_none():
    every = facts()
    known = {errors.refused: answer(True, "refused"), place.one_api: answer(False, "all of them")}
    unknown = dict.fromkeys(every.values(), Unavailable("nobody looked"))
    symptom = Symptom()

    both = Weighed(symptom=symptom, answers=unknown | known, ranking=rank({}, {}))
    assert both.known == {errors.refused: True, place.one_api: False}


def test_without_any_part_of_a_case_nothing_is_known_and_the_priors_are_what_is_left():
    found = weighed(Symptom(), Case(view=None))

    assert set(found.answers) == set(facts().values())
    assert found.known == {}
    assert found.ranking == rank(faults(), {})


def test_one_cause_and_one_fact_by_hand():
    fact = a_fact("smoke", 0.05)
    fire = a_cause({fact: USUALLY}, prior=0.08)
    found = rank({"fire": fire}, {fact: True})

    with_it = 1 - (1 - 0.05) * (1 - 0.8)
    assert probability_of(fact, [fire]) == pytest.approx(with_it)
    assert odds(fact, True, [fire]) == pytest.approx(with_it / 0.05)
    assert odds(fact, False, [fire]) == pytest.approx((1 - with_it) / 0.95)
    weight = 0.08 * with_it / 0.05
    assert found.probability["fire"] == pytest.approx(weight / (weight + NONE_OF_THEM))
    assert found.none == pytest.approx(NONE_OF_THEM / (weight + NONE_OF_THEM))
    assert found.best == ("fire",)


def test_two_causes_of_one_fact_leave_less_room_for_neither():
    fact = a_fact("smoke", 0.05)
    fire, fog = a_cause({fact: USUALLY}), a_cause({fact: SOMETIMES})

    assert probability_of(fact, [fire, fog]) == pytest.approx(1 - 0.95 * 0.2 * 0.6)


def test_a_fact_that_is_denied_is_as_good_as_impossible_even_where_another_cause_explains_it():
    fact = a_fact("rain", 0.05)
    drought, shower = a_cause({}, fact), a_cause({fact: ALWAYS})

    assert pytest.approx(0.02) == DENIED
    assert probability_of(fact, [drought]) == pytest.approx(0.05 * DENIED)
    assert probability_of(fact, [drought, shower]) == pytest.approx((1 - 0.95 * 0.05) * DENIED)
    assert odds(fact, True, [drought]) == pytest.approx(DENIED)
    assert rank({"drought": drought, "shower": shower}, {fact: True}).best == ("shower",)


def test_nothing_known_leaves_the_priors():
    found = rank({"one": a_cause({}, prior=0.2), "other": a_cause({}, prior=0.03)}, {})

    total = NONE_OF_THEM + 0.2 + 0.03 + TWO_AT_ONCE * 0.2 * 0.03
    assert found.none == pytest.approx(NONE_OF_THEM / total)
    assert found.probability["one"] == pytest.approx((0.2 + TWO_AT_ONCE * 0.2 * 0.03) / total)
    assert found.best == ("one",)


def test_a_cause_that_is_found_explains_away_what_made_the_other_likely():
    wet, sprinkling = a_fact("wet"), a_fact("sprinkling")
    both = {"rain": a_cause({wet: ALWAYS}), "sprinkler": a_cause({wet: ALWAYS, sprinkling: ALWAYS})}

    before, after = rank(both, {wet: True}), rank(both, {wet: True, sprinkling: True})
    assert before.probability["rain"] == pytest.approx(before.probability["sprinkler"], rel=0.1)
    assert after.probability["rain"] < 0.1 * before.probability["rain"]


def test_facts_that_no_one_cause_explains_are_of_two_causes():
    smoke, heat, flood, puddle = (a_fact(name) for name in ("smoke", "heat", "flood", "puddle"))
    network = {"fire": a_cause({smoke: ALWAYS, heat: ALWAYS}), "burst": a_cause({flood: ALWAYS, puddle: ALWAYS})}
    found = rank(network, dict.fromkeys((smoke, heat, flood, puddle), True))

    assert found.best == ("burst", "fire")
    assert found.probability["fire"] == pytest.approx(found.probability["burst"])


def test_one_stray_fact_makes_no_second_cause():
    smoke, heat, flood = (a_fact(name) for name in ("smoke", "heat", "flood"))
    network = {"fire": a_cause({smoke: ALWAYS, heat: ALWAYS}), "burst": a_cause({flood: ALWAYS})}

    assert rank(network, {smoke: True, heat: True, flood: True}).best == ("fire",)


def test_two_causes_are_not_blamed_where_one_will_do():
    smoke = a_fact("smoke")
    found = rank({"fire": a_cause({smoke: ALWAYS}), "burst": a_cause({smoke: RARELY})}, {smoke: True})

    assert found.best == ("fire",)


def test_where_no_cause_fits_none_is_named():
    smoke, flood = a_fact("smoke"), a_fact("flood", 0.2)
    network = {"fire": a_cause({smoke: ALWAYS}), "burst": a_cause({flood: RARELY}, prior=UNCOMMON)}
    found = rank(network, {smoke: False, flood: True})

    assert found.best == ()
    assert found.none > 0.5


def test_a_pair_of_many_causes_is_found_among_the_likeliest():
    smoke, heat, flood, puddle = (a_fact(name) for name in ("smoke", "heat", "flood", "puddle"))
    many = {f"idle{number:02}": a_cause({a_fact(f"other{number}"): ALWAYS}, prior=COMMON) for number in range(30)}
    two = {"fire": a_cause({smoke: ALWAYS, heat: ALWAYS}), "burst": a_cause({flood: ALWAYS, puddle: ALWAYS})}
    found = rank(many | two, dict.fromkeys((smoke, heat, flood, puddle), True))

    assert found.best == ("burst", "fire")


def test_the_deciding_fact_is_the_one_without_which_a_cause_loses_most():
    smoke, heat, night = a_fact("smoke"), a_fact("heat"), a_fact("night", 0.5)
    network = {
        "fire": a_cause({smoke: ALWAYS, heat: ALWAYS, night: SOMETIMES}),
        "fog machine": a_cause({smoke: ALWAYS}),
    }

    assert deciding(network, {smoke: True, heat: True, night: True}, "fire") == heat
    assert deciding(network, {smoke: True}, "fire") == smoke


def test_what_is_not_so_or_unknown_decides_nothing():
    smoke, heat = a_fact("smoke"), a_fact("heat")
    network = {"fire": a_cause({smoke: ALWAYS, heat: USUALLY})}

    assert deciding(network, {}, "fire") is None
    assert deciding(network, {smoke: False}, "fire") is None


def test_the_check_that_tells_causes_apart_comes_first():
    smoke, heat, night = a_fact("smoke"), a_fact("heat"), a_fact("night", 0.5)
    network = {"fire": a_cause({smoke: ALWAYS, heat: ALWAYS}), "fog machine": a_cause({smoke: ALWAYS})}

    [(first, bits), (second, nothing)] = telling(network, {smoke: True}, [night, heat])
    assert (first, second) == (heat, night)
    assert bits > 0.5
    assert nothing == pytest.approx(0)


def test_after_the_answer_there_is_nothing_left_to_tell_apart():
    smoke, heat, again = a_fact("smoke"), a_fact("heat"), a_fact("again")
    network = {
        "fire": a_cause({smoke: ALWAYS, heat: ALWAYS, again: ALWAYS}),
        "fog machine": a_cause({smoke: ALWAYS}, heat),
    }

    [(_, before)] = telling(network, {smoke: True}, [again])
    [(_, after)] = telling(network, {smoke: True, heat: True}, [again])
    assert after < 0.25 * before


@pytest.mark.parametrize(
    ("so", "not_so", "first", "second"),
    [
        ([errors.refused, errors.most_fail], [place.one_node], "upstream_down", "wrong_port_after_config_change"),
        (
            [errors.refused, time.target_changed, time.reloaded],
            [place.one_node],
            "wrong_port_after_config_change",
            "upstream_down",
        ),
        ([errors.refused, place.one_member], [errors.most_fail], "one_backend_of_many_down", "upstream_down"),
        ([errors.dial_timeout, place.one_node], [], "firewall_drop_one_node", "firewall_drop_all"),
        ([errors.dial_timeout, errors.most_fail], [place.one_node], "firewall_drop_all", "firewall_drop_one_node"),
        ([errors.storage_down, errors.auth_failed], [], "redis_down", "auth_key_invalid"),
        ([errors.auth_failed], [errors.storage_down], "auth_key_invalid", "redis_down"),
        ([errors.dns_not_found, errors.fd_exhausted], [], "gateway_nofile_exhausted", "dns_nxdomain"),
        (
            [errors.canceled, errors.mostly_canceled, latency.canceled_as_young_as_successes],
            [latency.canceled_at_one_age, latency.became_slower],
            "client_abort_random",
            "client_timeout_fixed",
        ),
        (
            [errors.canceled, errors.mostly_canceled, latency.canceled_at_one_age, latency.became_slower],
            [],
            "client_timeout_fixed",
            "client_abort_random",
        ),
        (
            [errors.reset, time.only_unsafe_methods],
            [errors.most_fail],
            "upstream_idle_timeout_race",
            "upstream_crash_midresponse",
        ),
        (
            [errors.enforced_timeout, latency.near_the_limit_before],
            [latency.became_slower],
            "enforced_timeout_too_low",
            "upstream_slow",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_with_these_facts_it_is_the_one_and_not_the_other(so, not_so, first, second):
    found = rank(faults(), {**dict.fromkeys(so, True), **dict.fromkeys(not_so, False)}).probability

    assert max(found, key=lambda name: found[name]) == first
    assert found[second] < found[first]
    assert second in causes()
