"""tyk.conf and the variables that override it. What this gateway does not do is named, never passed over.

Sources: the keys and `TYK_GW_*` names of Tyk's configuration reference, and the defaults of Tyk 5.14.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple, get_args, get_type_hints

from gwdiag.definitions._walk import at
from gwdiag.gateway.json_file import JsonFile
from gwdiag.model.problem import Problem

DEFAULT_PROXY_TIMEOUT = 30.0
DEFAULT_CLIENT_TIMEOUT = 120.0
DEFAULT_DISCOVERY_CACHE = 120.0
DEFAULT_IDLE_PER_HOST = 2
LOWEST_TLS, HIGHEST_TLS = 771, 772
"""What 0 stands for: TLS 1.2 and 1.3, and net/http's number of idle connections."""


class Key(NamedTuple):
    """Where a setting stands in tyk.conf, and what its variable is called behind `TYK_GW_`."""

    path: str
    variable: str

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.path.split("."))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The keys of tyk.conf that are honoured, each with its variable. Times are in seconds."""

    listen_address: Annotated[str, Key("listen_address", "LISTENADDRESS")] = ""
    listen_port: Annotated[int, Key("listen_port", "LISTENPORT")] = 8080
    app_path: Annotated[str, Key("app_path", "APPPATH")] = ""
    log_level: Annotated[str, Key("log_level", "LOGLEVEL")] = "info"
    log_format: Annotated[str, Key("log_format", "LOGFORMAT")] = "text"
    access_log: Annotated[bool, Key("access_logs.enabled", "ACCESSLOGS_ENABLED")] = False
    access_template: Annotated[Sequence[str], Key("access_logs.template", "ACCESSLOGS_TEMPLATE")] = ()
    proxy_default_timeout: Annotated[float, Key("proxy_default_timeout", "PROXYDEFAULTTIMEOUT")] = 0.0
    read_timeout: Annotated[int, Key("http_server_options.read_timeout", "HTTPSERVEROPTIONS_READTIMEOUT")] = 0
    write_timeout: Annotated[int, Key("http_server_options.write_timeout", "HTTPSERVEROPTIONS_WRITETIMEOUT")] = 0
    max_request_body_size: Annotated[
        int, Key("http_server_options.max_request_body_size", "HTTPSERVEROPTIONS_MAXREQUESTBODYSIZE")
    ] = 0
    flush_interval: Annotated[int, Key("http_server_options.flush_interval", "HTTPSERVEROPTIONS_FLUSHINTERVAL")] = 0
    enable_websockets: Annotated[
        bool, Key("http_server_options.enable_websockets", "HTTPSERVEROPTIONS_ENABLEWEBSOCKETS")
    ] = False
    enable_strict_routes: Annotated[
        bool, Key("http_server_options.enable_strict_routes", "HTTPSERVEROPTIONS_ENABLESTRICTROUTES")
    ] = False
    prefix_matching: Annotated[
        bool, Key("http_server_options.enable_path_prefix_matching", "HTTPSERVEROPTIONS_ENABLEPATHPREFIXMATCHING")
    ] = False
    suffix_matching: Annotated[
        bool, Key("http_server_options.enable_path_suffix_matching", "HTTPSERVEROPTIONS_ENABLEPATHSUFFIXMATCHING")
    ] = False
    xff_depth: Annotated[int, Key("http_server_options.xff_depth", "HTTPSERVEROPTIONS_XFFDEPTH")] = 0
    ignore_endpoint_case: Annotated[bool, Key("ignore_endpoint_case", "IGNOREENDPOINTCASE")] = False
    max_idle_connections: Annotated[int, Key("max_idle_connections", "MAXIDLECONNS")] = 0
    max_idle_connections_per_host: Annotated[int, Key("max_idle_connections_per_host", "MAXIDLECONNSPERHOST")] = 0
    max_conn_time: Annotated[int, Key("max_conn_time", "MAXCONNTIME")] = 0
    close_connections: Annotated[bool, Key("close_connections", "CLOSECONNECTIONS")] = False
    proxy_close_connections: Annotated[bool, Key("proxy_close_connections", "PROXYCLOSECONNECTIONS")] = False
    skip_verify: Annotated[bool, Key("proxy_ssl_insecure_skip_verify", "PROXYSSLINSECURESKIPVERIFY")] = False
    ssl_min_version: Annotated[int, Key("proxy_ssl_min_version", "PROXYSSLMINVERSION")] = 0
    ssl_max_version: Annotated[int, Key("proxy_ssl_max_version", "PROXYSSLMAXVERSION")] = 0
    upstream_certificates: Annotated[
        Mapping[str, str] | None, Key("security.certificates.upstream", "SECURITY_CERTIFICATES_UPSTREAM")
    ] = None
    track_404_logs: Annotated[bool, Key("track_404_logs", "TRACK404LOGS")] = False
    enable_key_logging: Annotated[bool, Key("enable_key_logging", "ENABLEKEYLOGGING")] = False
    hide_generator_header: Annotated[bool, Key("hide_generator_header", "HIDEGENERATORHEADER")] = False
    uptime_disabled: Annotated[bool, Key("uptime_tests.disable", "UPTIMETESTS_DISABLE")] = False
    uptime_failures: Annotated[
        int, Key("uptime_tests.config.failure_trigger_sample_size", "UPTIMETESTS_CONFIG_FAILURETRIGGERSAMPLESIZE")
    ] = 0
    uptime_interval: Annotated[int, Key("uptime_tests.config.time_wait", "UPTIMETESTS_CONFIG_TIMEWAIT")] = 0
    discovery_cache: Annotated[
        int, Key("service_discovery.default_cache_timeout", "SERVICEDISCOVERY_DEFAULTCACHETIMEOUT")
    ] = 0
    health_name: Annotated[str, Key("health_check_endpoint_name", "HEALTHCHECKENDPOINTNAME")] = "hello"
    drain_timeout: Annotated[int, Key("graceful_shutdown_timeout_duration", "GRACEFULSHUTDOWNTIMEOUTDURATION")] = 0
    drain_delay: Annotated[int, Key("graceful_shutdown_delay_seconds", "GRACEFULSHUTDOWNDELAYSECONDS")] = 0

    @property
    def upstream_timeout(self) -> float:
        """Seconds for a dial, and its whole part for the head of an answer."""
        return self.proxy_default_timeout if self.proxy_default_timeout > 0 else DEFAULT_PROXY_TIMEOUT

    @property
    def client_read_timeout(self) -> float:
        return float(self.read_timeout) if self.read_timeout > 0 else DEFAULT_CLIENT_TIMEOUT

    @property
    def client_write_timeout(self) -> float:
        return float(self.write_timeout) if self.write_timeout > 0 else DEFAULT_CLIENT_TIMEOUT

    @property
    def idle_per_host(self) -> int:
        return self.max_idle_connections_per_host or DEFAULT_IDLE_PER_HOST


NOTHING_TO_DO_WITH_SERVING = frozenset(
    {"use_db_app_configs", "policies", "template_path", "middleware_path", "node_secret"}
)
"""Keys that every tyk.conf has and that have nothing to do with serving definitions from files."""


def read_settings(path: Path | None, environment: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """The settings, and the name of each key or variable that has no effect here, with its place.

    `path` None: only variables and defaults. Raises Problem for a file that is no configuration and for a value of the
    wrong type.
    """
    values: dict[str, object] = {}
    unknown: list[str] = []
    if path is not None and environment.get("TYK_GW_OMITCONFIGFILE", "").lower() != "true":
        file = JsonFile(path)
        if not isinstance(file.content, dict):
            raise Problem(f"{path}:1: a tyk.conf is a JSON object, this is {_called(file.content)}")
        for name, (kind, key) in _keys().items():
            if (found := at(file.content, *key.keys)) is not None:
                values[name] = _checked(found, kind, file.where(*key.keys))
        unknown += [f"{path}:{file.line(*keys)}: {'.'.join(keys)}" for keys in _without_effect(file.content)]
    variables = {"TYK_GW_" + key.variable: (name, kind) for name, (kind, key) in _keys().items()}
    for variable in sorted(name for name in environment if name.startswith("TYK_GW_")):
        if variable in variables:
            name, kind = variables[variable]
            values[name] = _from_text(environment[variable], kind, variable)
        elif variable != "TYK_GW_OMITCONFIGFILE":
            unknown.append(variable)
    for variable, name in (("TYK_LOGLEVEL", "log_level"), ("TYK_LOGFORMAT", "log_format")):
        if environment.get(variable):
            values[name] = environment[variable]
    settings = Settings(**values)  # type: ignore[arg-type]
    lowest, highest = settings.ssl_min_version or LOWEST_TLS, settings.ssl_max_version or HIGHEST_TLS
    if lowest > highest:
        raise Problem(
            f"proxy_ssl_min_version {lowest} is above proxy_ssl_max_version {highest}: give both, 771 is TLS 1.2"
        )
    return settings, unknown


@cache
def _keys() -> dict[str, tuple[object, Key]]:
    """Of each setting its type and its key."""
    hints = get_type_hints(Settings, include_extras=True)
    return {name: (args[0], args[1]) for name, hint in hints.items() if (args := get_args(hint))}


def _without_effect(content: dict[str, object], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Each at the highest level at which nothing below it is honoured."""
    honoured = [key.keys for _, key in _keys().values()]
    found = []
    for name, value in content.items():
        keys = (*above, name)
        if keys in honoured or (not above and name in NOTHING_TO_DO_WITH_SERVING):
            continue
        if isinstance(value, dict) and any(one[: len(keys)] == keys for one in honoured):
            found += _without_effect(value, keys)
        else:
            found.append(keys)
    return found


def _checked(value: object, kind: object, where: str) -> object:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    fits = {
        bool: isinstance(value, bool),
        int: is_number,
        float: is_number or isinstance(value, float),
        str: isinstance(value, str),
        Sequence[str]: isinstance(value, list),
    }.get(kind, isinstance(value, dict))  # type: ignore[call-overload]
    if not fits:
        raise Problem(f"{where} must be {_named(kind)}, it is {_called(value)}")
    return value


def _from_text(text: str, kind: object, variable: str) -> object:
    try:
        if kind is bool:
            return {"true": True, "1": True, "t": True, "false": False, "0": False, "f": False}[text.lower()]
        if kind is int or kind is float:
            return int(text) if kind is int else float(text)
        if kind == Sequence[str]:
            return [one for one in text.split(",") if one]
        if kind is not str:
            return dict(one.split(":", 1) for one in text.split(",") if one)
    except (KeyError, ValueError):
        raise Problem(f"{variable}={text}: this must be {_named(kind)}") from None
    return text


def _named(kind: object) -> str:
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", Sequence[str]: "a list"}
    return str(words.get(kind, "an object"))  # type: ignore[call-overload]


def _called(value: object) -> str:
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list"}
    return words.get(type(value), "an object" if isinstance(value, dict) else "null")
