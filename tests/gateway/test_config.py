"""What of a tyk.conf and of definitions is honoured, and what is said of the rest."""

import json

import pytest

from gwdiag.gateway.settings import Settings, read_settings
from gwdiag.model.problem import Problem
from tests.gateway.served import definition, extended, oas

PATHS = "/version_data/versions/Default/extended_paths"
TIMEOUT = f"{PATHS}/hard_timeouts/0/timeout"
COLON = "first path segment in URL cannot contain colon"


@pytest.fixture
def config(tmp_path):
    def write(content: object) -> object:
        path = tmp_path / "tyk.conf"
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
        return path

    return write


def test_a_variable_overrides_the_file(config):
    path = config({"listen_port": 1, "http_server_options": {"read_timeout": 5}})

    settings, unknown = read_settings(path, {"TYK_GW_LISTENPORT": "2", "TYK_GW_HTTPSERVEROPTIONS_WRITETIMEOUT": "7"})

    assert (settings.listen_port, settings.read_timeout, settings.write_timeout, list(unknown)) == (2, 5, 7, [])


def test_nothing_given_is_all_defaults():
    assert read_settings(None, {"HOME": "/x"}) == (Settings(), [])


def test_what_is_not_honoured_is_named_with_its_line(config):
    path = config({"listen_port": 1, "redis": {"host": "x"}, "http_server_options": {"use_ssl": True}})

    _, unknown = read_settings(path, {"TYK_GW_ENABLEJSVM": "1"})

    assert set(unknown) == {
        "TYK_GW_ENABLEJSVM",
        f"{path}:3: redis",
        f"{path}:7: http_server_options.use_ssl",
    }


@pytest.mark.parametrize(
    ("content", "variables", "said"),
    [
        ('{\n "listen_port": "x"}', {}, "{path}:2: /listen_port must be a whole number, it is a text"),
        ('{\n "listen_port": ', {}, "{path}:2: this is no JSON: Expecting value"),
        ("{}", {"TYK_GW_LISTENPORT": "x"}, "TYK_GW_LISTENPORT=x: this must be a whole number"),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_problem(config, content, variables, said):
    path = config(content)

    with pytest.raises(Problem) as raised:
        read_settings(path, variables)

    assert str(raised.value) == said.format(path=path)


def test_check_says_what_would_be_served(gwdiag, tmp_path):
    rules = extended(
        hard_timeouts=[{"path": "/x", "method": "GET", "timeout": 3}],
        url_rewrites=[{"path": "/y", "method": "GET", "match_pattern": "a", "rewrite_to": "b"}],
    )
    wrong = extended(hard_timeouts=[{"path": "/x", "method": "GET", "timeout": 1.5}])
    files = {
        "a": definition("/a/", "http://127.0.0.1:1/", version_data=rules),
        "b": definition("/a/longer/", "http://127.0.0.1:2/", version_data=wrong),
        "c": oas("/c/", "http://127.0.0.1:3/"),
        "d": definition("/d/", "127.0.0.1:4/"),
    }
    for name, one in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(one))
    (tmp_path / "e.json").write_text('{\n "name": }')

    run = gwdiag("gateway", "check", "--apps", tmp_path)

    assert run.returncode == 1
    assert run.stdout.splitlines() == [
        "served: /a/ -> http://127.0.0.1:1/ (a, a.json); enforced timeouts: GET /x 3 s",
        "served: /c/ -> http://127.0.0.1:3/ (c, c.json)",
        f"refused: {tmp_path}/b.json:1: {TIMEOUT} must be a whole number",
        f"refused: {tmp_path}/d.json:1: /proxy/target_url '127.0.0.1:4/' is no URL: {COLON}",
        f"refused: {tmp_path}/e.json:2: this is no JSON: Expecting value",
        f"{tmp_path}/a.json:1: {PATHS}/url_rewrites: not implemented here: url_rewrites",
        "2 served, 3 refused",
    ]


def test_check_of_a_good_folder(gwdiag, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(definition("/a/", "http://127.0.0.1:1/")))

    run = gwdiag("gateway", "check", "--apps", tmp_path)

    assert (run.returncode, run.stdout) == (0, "served: /a/ -> http://127.0.0.1:1/ (a, a.json)\nall 1 served\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["run"], "no API definitions: give their folder with --apps, or app_path in tyk.conf"),
        (["run", "--apps", "{tmp}", "--listen", "8080"], "8080: this is no HOST:PORT, such as 127.0.0.1:8080"),
        (
            ["run", "--apps", "{tmp}", "--log", "/nowhere/log"],
            "/nowhere/log: cannot be written: No such file or directory",
        ),
        (["run", "--apps", "{tmp}", "--config", "{tmp}/none"], "{tmp}/none: cannot be read: No such file or directory"),
        (
            ["check", "--apps", "/nowhere"],
            "/nowhere: this is no folder of API definitions (give one with --apps, or app_path in tyk.conf)",
        ),
    ],
)
def test_a_wrong_start_is_one_line(gwdiag, tmp_path, args, said):
    run = gwdiag("gateway", *(one.format(tmp=tmp_path) for one in args))

    assert run.returncode in (2, 3)
    assert run.stderr == f"gwdiag: {said.format(tmp=tmp_path)}\n"


def test_a_refused_definition_leaves_the_others(serve, upstream):
    gateway = serve(
        [
            definition("/a/", upstream),
            definition(
                "/b/", upstream, version_data=extended(hard_timeouts=[{"path": "/", "method": "GET", "timeout": "1"}])
            ),
        ]
    )

    assert [gateway.get(path).status for path in ("/a/echo", "/b/echo")] == [200, 404]
    assert [line for line in gateway.said if "1.json" in line] == [
        f"gwdiag: {gateway.apps}/1.json:1: {TIMEOUT} must be a whole number"
    ]
