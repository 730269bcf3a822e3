"""Tyk's Classic API definition."""

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._document import Document
from gwdiag.definitions._walk import at, go_duration, items, origin, seconds, text, values
from gwdiag.model.definition import ApiDefinition, Discovery, Limit


def read(document: Document, path: str) -> list[ApiDefinition]:
    content = document.tree
    api_id, target = text(content, "api_id"), origin(text(content, "proxy", "target_url"))
    if not api_id or "proxy" not in content:
        return []
    members = [one for one in items(content, "proxy", "target_list") if isinstance(one, str)]
    return [
        ApiDefinition(
            id=api_id,
            name=text(content, "name") or api_id,
            target=target,
            members=tuple(origin(one if "://" in one else f"http://{one}") for one in members),
            limits=tuple(_limits(content, path)),
            url=text(content, "proxy", "target_url"),
            checks=tuple(one for check in items(content, "uptime_tests", "check_list") if (one := text(check, "url"))),
            discovery=_discovery(at(content, "proxy", "service_discovery")),
        )
    ]


def _discovery(settings: object) -> Discovery | None:
    if at(settings, "use_discovery_service") is not True or not text(settings, "query_endpoint"):
        return None
    return Discovery(
        url=text(settings, "query_endpoint"),
        list_path=text(settings, "parent_data_path"),
        host_path=text(settings, "data_path"),
        port_path=text(settings, "port_data_path"),
        is_text=at(settings, "use_nested_query") is True,
    )


def _limits(content: dict[str, object], path: str) -> list[Limit]:
    found = []
    for version in values(content, "version_data", "versions"):
        for one in items(version, "extended_paths", "hard_timeouts"):
            after = go_duration(text(one, "duration")) or seconds(one, "timeout")
            found.append(
                Limit(name=f"enforced timeout of {text(one, 'method')} {text(one, 'path')}", seconds=after, path=path)
            )
        whole = go_duration(text(version, "global_enforce_timeout"))
        found.append(Limit(name="enforced timeout of the API", seconds=whole, path=path))
    return [one for one in found if one.seconds > 0]


TYK_CLASSIC = DefinitionReader(title="Tyk Classic definition", read=read)
