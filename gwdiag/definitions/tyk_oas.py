"""Tyk's OAS API definition: OpenAPI with `x-tyk-api-gateway`."""

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._document import Document
from gwdiag.definitions._walk import at, go_duration, items, origin, seconds, text
from gwdiag.model.definition import ApiDefinition, Discovery, Limit


def read(document: Document, path: str) -> list[ApiDefinition]:
    content = document.tree
    tyk = at(content, "x-tyk-api-gateway")
    api_id = text(tyk, "info", "id")
    if not api_id:
        return []
    return [
        ApiDefinition(
            id=api_id,
            name=text(tyk, "info", "name") or api_id,
            target=origin(text(tyk, "upstream", "url")),
            members=tuple(origin(text(one, "url")) for one in items(tyk, "upstream", "loadBalancing", "targets")),
            limits=tuple(_limits(tyk, path)),
            url=text(tyk, "upstream", "url"),
            checks=tuple(one for test in items(tyk, "upstream", "uptimeTests", "tests") if (one := text(test, "url"))),
            discovery=_discovery(at(tyk, "upstream", "serviceDiscovery")),
        )
    ]


def _discovery(settings: object) -> Discovery | None:
    if at(settings, "enabled") is not True or not text(settings, "queryEndpoint"):
        return None
    return Discovery(
        url=text(settings, "queryEndpoint"),
        list_path=text(settings, "parentDataPath"),
        host_path=text(settings, "dataPath"),
        port_path=text(settings, "portDataPath"),
        is_text=at(settings, "useNestedQuery") is True,
    )


def _limits(tyk: object, path: str) -> list[Limit]:
    found = []
    operations = at(tyk, "middleware", "operations")
    for name, operation in operations.items() if isinstance(operations, dict) else ():
        if at(operation, "enforceTimeout", "enabled") is True:
            limit = at(operation, "enforceTimeout")
            after = go_duration(text(limit, "duration")) or seconds(limit, "value")
            found.append(Limit(name=f"enforced timeout of operation {name}", seconds=after, path=path))
    if at(tyk, "upstream", "enforceTimeout", "enabled") is True:
        whole = go_duration(text(tyk, "upstream", "enforceTimeout", "duration"))
        found.append(Limit(name="enforced timeout of the API", seconds=whole, path=path))
    return [one for one in found if one.seconds > 0]


TYK_OAS = DefinitionReader(title="Tyk OAS definition", read=read)
