"""OpenAPI 3.1 of what the code does, with the refusals that every operation can give."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

REFUSALS = {
    "400": "The bytes are not JSON.",
    "401": "No valid token.",
    "403": "Wrong role or scope.",
    "404": "Not there, or not yours.",
    "409": "Not possible in this state.",
    "412": "It changed since you saw it.",
    "413": "Body over the limit.",
    "415": "Not JSON.",
    "422": "Understood but refused: every problem is in `errors`.",
    "428": "If-Match is required.",
    "429": "Too many requests: see Retry-After.",
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
            },
        },
    },
}


class ProblemAwareSchema(AutoSchema):
    """Operation ids from method and path; no guessing of serializers, since bodies are pydantic shapes."""

    def get_operation_id(self) -> str:
        parts = [part.strip("{}").replace("-", "_") for part in self.path.split("/")[3:]]
        return "_".join([self.method.lower(), *filter(None, parts)])

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part]
        return [parts[2] if len(parts) > 2 else parts[-1]]


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "edge.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def add_problem_answers(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Every operation can refuse: say so once for each status, by reference."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {
        f"Problem{status}": {"description": text, "content": content} for status, text in REFUSALS.items()
    }
    for methods in result.get("paths", {}).values():
        for operation in methods.values():
            for status in REFUSALS:
                operation.setdefault("responses", {}).setdefault(
                    status, {"$ref": f"#/components/responses/Problem{status}"}
                )
    return result
