"""The OpenAPI description: who may ask, and every fault as the problem document that it is."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from beltroad.app.accounts.sessions import cookie_name
from beltroad.app.errors import Problem
from beltroad.app.settings import Settings

__all__ = ["FAULTS", "PROBLEM_TYPE", "describe"]

PROBLEM_TYPE = "application/problem+json"
# What any endpoint may answer besides its own: the address cannot be read or is too long, too many
# requests, the database is away.
FAULTS = {
    400: "The request cannot be read", 414: "The address is too long",
    429: "Too many requests", 503: "Not available now",
}  # fmt: skip
_ASKED = {404: "Nothing under this name", 422: "Cannot be used"}  # where there are parameters
_GUARDED = {401: "Not signed in", 403: "Not allowed"}
_CHANGES = {
    409: "Conflict with the present state", 413: "Larger than allowed",
    422: "Cannot be used", 507: "Could not be written",
}  # fmt: skip
_READS = ("get", "head", "options")


def describe(app: FastAPI) -> None:
    """Have the application describe its faults as they are (RFC 9457) and who may ask."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, routes=app.routes,
                openapi_version=app.openapi_version,
            )  # fmt: skip
            parts = made.setdefault("components", {})
            schemas = parts.setdefault("schemas", {})
            schemas["Problem"] = Problem.model_json_schema(
                ref_template="#/components/schemas/{model}"
            )
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            parts["securitySchemes"] = _schemes(app.state.settings)
            needs = _needs(app)
            for path, operations in made["paths"].items():
                for method, operation in operations.items():
                    need = needs.get(operation.get("operationId", ""), {})
                    _guard(operation, method, need)
                    _faults_of(operation, method, path)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign]


def _schemes(settings: Settings) -> dict[str, Any]:
    local = " In local mode the one user of the machine needs neither." * (settings.mode == "local")
    return {
        "session": {
            "type": "apiKey", "in": "cookie", "name": cookie_name(settings),
            "description": "The signed cookie of a browser that signed in at /login." + local,
        },
        "form": {
            "type": "apiKey", "in": "header", "name": "X-CSRF-Token",
            "description": "With the cookie, whatever changes something also needs the form "
            "token of GET /api/v1/accounts/me.",
        },
        "token": {
            "type": "http", "scheme": "bearer",
            "description": "A token of one's own, made under /api/v1/accounts/tokens." + local,
        },
    }  # fmt: skip


def _needs(app: FastAPI) -> dict[str, dict[str, Any]]:
    """Role and kind of sign-in of each operation, as its dependencies ask for them."""
    found: dict[str, dict[str, Any]] = {}
    for route in iter_route_contexts(app.routes):
        if name := getattr(route, "operation_id", None):
            found[name] = _need_of(route.dependant)
    return found


def _need_of(dependant: Dependant) -> dict[str, Any]:
    call = dependant.call
    own: dict[str, Any] = {}
    if (role := getattr(call, "required_role", None)) is not None:
        own = {"role": role, "in_person": getattr(call, "in_person", False)}
    for each in dependant.dependencies:
        inner = _need_of(each)
        if inner and inner["role"] >= own.get("role", 0):
            own = inner
    return own


def _guard(operation: dict[str, Any], method: str, need: dict[str, Any]) -> None:
    if not need or not need["role"]:
        operation["security"] = []
        return
    cookie: dict[str, list[str]] = {"session": []}
    if method not in _READS:
        cookie["form"] = []
    operation["security"] = [cookie] if need["in_person"] else [cookie, {"token": []}]
    operation["x-role"] = need["role"].word


def _faults_of(operation: dict[str, Any], method: str, path: str) -> None:
    responses = operation["responses"]
    may = dict(FAULTS)
    if operation["security"]:
        may |= _GUARDED
    if operation.get("parameters") or "{" in path:
        may |= _ASKED
    if method not in _READS:
        may |= _CHANGES | _GUARDED
    if operation.get("requestBody"):
        may |= _ASKED
    for code, words in may.items():
        responses.setdefault(str(code), {"description": words})
    problem = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for code, answer in responses.items():
        if code.startswith(("4", "5")):
            answer["content"] = problem
