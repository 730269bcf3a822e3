"""tyk.conf and API definitions as files of a node: Classic ones, and OpenAPI ones in both of their halves.

Source: Tyk 5.14, the API definition objects and the names that the gateway gives to their files.
"""

import json
from pathlib import Path

from gwdiag.lab.plan import Api, Node, Plan

APPS = "/opt/tyk-gateway/apps"


def write_node(folder: Path, plan: Plan, node: Node) -> None:
    """A node's configuration, as it is at the start."""
    (folder / "apps").mkdir(parents=True)
    (folder / "tyk.conf").write_text(_json(configuration(plan, node)))
    for api in plan.apis:
        write_api(folder / "apps", api)


def write_api(apps: Path, api: Api) -> None:
    classic = _classic(api)
    if not api.is_oas:
        (apps / f"{api.slug}.json").write_text(_json(classic))
        return
    (apps / f"{api.api_id}.json").write_text(_json({**classic, "is_oas": True, "do_not_track": api.do_not_track}))
    (apps / f"{api.api_id}-oas.json").write_text(_json(_open_api(api)))


def configuration(plan: Plan, node: Node) -> dict[str, object]:
    return {
        "listen_address": "",
        "listen_port": node.port,
        "template_path": "/opt/tyk-gateway/templates",
        "use_db_app_configs": False,
        "app_path": APPS,
        "middleware_path": "/opt/tyk-gateway/middleware",
        "policies": {"policy_source": "file", "policy_record_name": "/opt/tyk-gateway/policies/policies.json"},
        "enable_analytics": False,
        "log_level": "info",
        "log_format": plan.log_format,
        "access_logs": {"enabled": True},
        "http_server_options": {"enable_path_prefix_matching": True, "enable_strict_routes": True},
        **plan.settings,
    }


def _classic(api: Api) -> dict[str, object]:
    proxy: dict[str, object] = {
        "listen_path": f"/{api.slug}/",
        "target_url": f"{api.target}/",
        "strip_listen_path": True,
        "transport": {},
    }
    if api.is_balanced:
        targets = [f"{api.scheme}://{one.address}:{one.port}" for one in api.servers]
        proxy |= {"enable_load_balancing": True, "target_list": targets}
    made: dict[str, object] = {
        "name": api.name,
        "api_id": api.api_id,
        "org_id": "default",
        "active": True,
        "use_keyless": not api.keys,
        "definition": {"location": "header", "key": "version"},
        "version_data": {
            "not_versioned": True,
            "versions": {"Default": {"name": "Default", "use_extended_paths": True, "extended_paths": api.endpoints}},
        },
        "proxy": proxy,
    }
    if api.keys:
        made["auth"] = {"auth_header_name": "Authorization"}
    for key, value in api.definition.items():
        made[key] = {**proxy, **value} if key == "proxy" and isinstance(value, dict) else value
    return made


def _open_api(api: Api) -> dict[str, object]:
    answers = {"responses": {"200": {"description": "ok"}}}
    parameter = {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}}
    tyk: dict[str, object] = {
        "info": {"id": api.api_id, "orgId": "default", "name": api.name, "state": {"active": True}},
        "upstream": {"url": f"{api.target}/"},
        "server": {"listenPath": {"value": f"/{api.slug}/", "strip": True}},
    }
    if not api.do_not_track:
        tyk["middleware"] = {"global": {"trafficLogs": {"enabled": True}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": api.name, "version": "1.0.0"},
        "components": {},
        "paths": {
            "/items": {"post": {"operationId": "createItem", **answers}},
            "/items/{id}": {"get": {"operationId": "getItem", "parameters": [parameter], **answers}},
            "/search": {"get": {"operationId": "search", **answers}},
        },
        "servers": [{"url": f"/{api.slug}"}],
        "x-tyk-api-gateway": tyk,
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
