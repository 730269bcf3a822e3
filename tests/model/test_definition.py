"""What is known of an API and a gateway from their files."""

from dataclasses import FrozenInstanceError

import pytest

from gwdiag.model.definition import ApiDefinition, GatewaySettings, Limit


def test_an_api_has_no_members_and_limits_that_it_was_not_given():
    one = ApiDefinition(id="a1", name="Orders", target="http://orders:9001")

    assert one == ApiDefinition(id="a1", name="Orders", target="http://orders:9001", members=(), limits=())


@pytest.mark.parametrize(
    ("one", "field"),
    [
        (ApiDefinition(id="a1", name="Orders", target="http://orders:9001"), "target"),
        (GatewaySettings(path="tyk.conf", limits=(), write_timeout_s=120.0), "path"),
        (Limit(name="write_timeout", seconds=120.0, path="tyk.conf"), "name"),
    ],
)
def test_they_cannot_be_changed(one, field):
    with pytest.raises(FrozenInstanceError):
        setattr(one, field, "elsewhere")
