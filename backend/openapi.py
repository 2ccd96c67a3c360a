"""The public description of the API: generated, then mended where Litestar is wrong.

Source: docs/decisions/0012-openapi-is-mended.md.
"""

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any

import msgspec
from litestar import MediaType, Request, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Server, Tag

Json = dict[str, Any]

_PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}
_METHODS = ("get", "post", "put", "patch", "delete")
_PROBLEM_SCHEMA: Json = {
    "title": "ProblemDetails",
    "type": "object",
    "description": "RFC 9457 problem details. `code` is stable: decide by it, show the rest.",
    "required": ["type", "title", "status", "code", "next_step"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "description": "In the language of `Accept-Language`."},
        "status": {"type": "integer"},
        "code": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "next_step": {"type": "string", "description": "What the person can do now."},
        "detail": {"type": "string", "description": "For developers, in English."},
        "pointer": {"type": "string", "description": "JSON pointer to what is wrong."},
    },
    "example": {
        "type": "/problems/space-not-found",
        "title": "This record cannot be opened",
        "status": 404,
        "code": "space-not-found",
        "next_step": "Check that you are signed in with the right account.",
    },
}
_REASONS = {
    "400": "The request does not have the right form.",
    "401": "Not signed in, or not any more.",
    "403": "Seen, but not yours to change; or a fresh proof of identity is needed.",
    "404": "Absent or not yours to know of: the answer is the same.",
    "405": "This address does not take this method.",
    "408": "It took too long to arrive.",
    "409": "It stands in the way of what is there, or of the same request at work now.",
    "410": "It is no longer there.",
    "412": "It has changed since it was read.",
    "413": "Larger than the API takes.",
    "415": "A media type that the API does not take.",
    "422": "The right form, with a value that cannot be taken.",
    "428": "The change does not say what it was made from.",
    "429": "Too many tries: wait for `Retry-After` seconds.",
    "503": "The server cannot take this now: try again after `Retry-After` seconds.",
}
# Open to everybody. Litestar leaves out a handler's empty `security`, which would
# then read as "signed in"; a test compares these with the handlers.
PUBLIC = frozenset(
    {
        "activate",
        "beginProfessionalSignIn",
        "beginRecovery",
        "chooseActivity",
        "chooseEmployer",
        "completeProfessionalSignIn",
        "confirmAgent",
        "confirmAssistant",
        "enrolAgent",
        "enrolAssistant",
        "getProblem",
        "getVersion",
        "isLive",
        "isReady",
        "listProblems",
        "login",
        "loginAssistant",
        "proveRecovery",
        "readAgenda",
        "readStopLink",
        "refresh",
        "registerCaregiver",
        "refreshProfessional",
        "signAgentIn",
        "useStopLink",
        "verifyAssistant",
        "verifyCaregiver",
        "verifyLogin",
    }
)
# Public, without a body, and refused for what a person or a provider said.
_BY_PROVIDER = frozenset({"beginProfessionalSignIn", "completeProfessionalSignIn"})
_BINARY = "application/octet-stream"
_ALWAYS = ("400", "429", "503")
_SIGNED_IN = ("401", "403", "404")
_WITH_BODY = ("409", "413", "415", "422")
_WITH_KEY = ("409", "422")
_KEY = "Idempotency-Key"


def mend(document: Json) -> Json:
    """Return a generated description with its problems and security put right."""
    mended: Json = msgspec.json.decode(msgspec.json.encode(document))
    schemas = mended.setdefault("components", {}).setdefault("schemas", {})
    schemas["ProblemDetails"] = _PROBLEM_SCHEMA
    answers = _spliced_answers(schemas)
    for path, item in mended["paths"].items():
        for method in _METHODS:
            if method in item:
                _mend_operation(item[method], in_path="{" in path)
                _mend_answers(item[method], answers.get(item[method]["operationId"], {}))
    return mended


def _spliced_answers(schemas: Json) -> dict[str, Json]:
    """Describe the answers that are spliced from stored bytes, as a client reads them."""
    from sync.replica.wire import Answer, SpacePage

    (answer, page), components = msgspec.json.schema_components(
        (Answer, SpacePage), ref_template="#/components/schemas/{name}"
    )
    assert not schemas.keys() & components.keys(), "Two schemas have one name."
    schemas.update(components)
    lines = {"type": "string", "description": "A change a line; after each page, its end."}
    return {
        "sync": {"application/json": {"schema": answer}},
        "listChanges": {
            "application/json": {"schema": page},
            "application/x-ndjson": {"schema": lines},
        },
    }


def _mend_answers(operation: Json, content: Json) -> None:
    if operation["operationId"] == "beginProfessionalSignIn":
        where = {"schema": {"type": "string"}, "description": "The provider."}
        leave = {"description": "To a browser: go there.", "headers": {"Location": where}}
        operation["responses"]["302"] = {**operation["responses"]["200"], **leave}
    if content:
        operation["responses"]["200"]["content"] = content
    if "ETag" in operation["responses"].get("200", {}).get("headers", {}):
        unchanged = {"description": "Nothing is new since the ETag in `If-None-Match`."}
        operation["responses"].setdefault("304", unchanged)


def _mend_operation(operation: Json, *, in_path: bool) -> None:
    responses = operation["responses"]
    is_public = operation["operationId"] in PUBLIC
    operation["security"] = [] if is_public else [{"bearer": []}]
    wanted = set(_ALWAYS)
    if not is_public:
        wanted.update(_SIGNED_IN)
    if in_path:
        wanted.add("404")
    if operation["operationId"] in _BY_PROVIDER:
        wanted.update(("403", "404"))
    if "requestBody" in operation:
        wanted.update(_WITH_BODY)
        wanted.update(("401", "403", "404", "410"))
    wanted.update(_by_parameters(operation.get("parameters", ())))
    for status in sorted(wanted):
        responses[status] = _problem(status)
    for response in responses.values():
        _mend_response(response)
    responses.get("204", {}).pop("content", None)  # There is none, by what 204 means.


def _by_parameters(parameters: Iterable[Json]) -> Iterator[str]:
    for one in parameters:
        if one["name"] == _KEY:
            yield from _WITH_KEY
        if one["in"] == "query":
            yield "422"  # A number of the right form may be one that there never was.


def _mend_response(response: Json) -> None:
    for header in response.get("headers", {}).values():
        header.setdefault("schema", {"type": "string"})
    if response.get("content", {}).pop(_BINARY, None) is not None:
        # Of the type that it was deposited with. The generated examples were bytes of chance.
        response["content"]["*/*"] = {"schema": {"type": "string", "format": "binary"}}


def _problem(status: str) -> Json:
    headers: Json = {
        "Content-Language": {"schema": {"type": "string"}, "description": "`en` or `fr`."}
    }
    if status in ("409", "429", "503"):
        headers["Retry-After"] = {"schema": {"type": "integer"}, "description": "Seconds."}
    return {
        "description": _REASONS[status],
        "headers": headers,
        "content": {"application/problem+json": {"schema": _PROBLEM}},
    }


class MendedJson(OpenAPIRenderPlugin):
    """Serves the mended description as JSON; no page that loads scripts from elsewhere."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)

    def receive_router(self, router: Router) -> None:
        """Take out the framework's own page for addresses beside it: a problem answers there."""
        router.routes = [route for route in router.routes if route.path.endswith(".json")]

    def render(self, request: Request[Any, Any, Any], openapi_schema: Json) -> bytes:
        return msgspec.json.encode(mend(openapi_schema))


OPENAPI = OpenAPIConfig(
    title="Carnet",
    version=version("carnet"),
    description=(
        "The backend of a patient's app: a health record that fits in a pocket, works with "
        "no network, and lets in only whom the patient chose. How to write a client: "
        "docs/life-of-a-sync.md."
    ),
    contact=Contact(name="Carnet"),
    license=License(name="Apache-2.0", identifier="Apache-2.0"),
    servers=[Server(url="/")],
    tags=[
        Tag(name="sign-in", description="Accounts, devices and one-time codes."),
        Tag(name="devices", description="The devices of an account."),
        Tag(name="spaces", description="The health spaces that an account may open."),
        Tag(name="professionals", description="Professionals, and the assistants they name."),
        Tag(
            name="rights",
            description="Who may see what, and what a person decides about it.",
        ),
        Tag(name="mandates", description="Caregivers: who helps whom, in what, and until when."),
        Tag(name="notifications", description="How one is reminded, and how one is not."),
        Tag(name="sync", description="Delta sync for devices."),
        Tag(name="entries", description="What a record says, read while connected."),
        Tag(name="vaccines", description="What codes on boxes of vaccines mean."),
        Tag(name="emergency", description="Reading without consent, when nobody can be asked."),
        Tag(name="documents", description="Clinical documents and their bytes."),
        Tag(name="agenda", description="The appointments, in a calendar elsewhere."),
        Tag(name="deposits", description="What professionals bring, without asking to read."),
        Tag(name="journal", description="Who did what in one's own space, and the proof of it."),
        Tag(name="workshops", description="For support agents: they see no patient."),
        Tag(name="operations", description="For whoever runs the server."),
        Tag(name="problems", description="What can go wrong, in plain words."),
    ],
    components=Components(
        security_schemes={
            "bearer": SecurityScheme(
                type="http", scheme="bearer", description="An access token of 15 minutes."
            )
        }
    ),
    use_handler_docstrings=True,
    render_plugins=[MendedJson()],
)
