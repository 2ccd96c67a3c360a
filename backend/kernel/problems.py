"""Refusals and framework errors as RFC 9457 problem details, in French and English."""

import functools
import logging
import re
from pathlib import Path
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from backend.kernel.errors import NotFound

log = logging.getLogger("carnet")

MEDIA_TYPE = "application/problem+json"
LANGUAGES = ("en", "fr")

_PLACES = (
    Path(__file__).parents[2] / "openapi" / "problems.json",  # A checkout.
    Path(__file__).parent / "data" / "problems.json",  # An installed wheel.
)
# How the framework says that the client went away while it sent its body: no bug of ours.
_LEFT = "client disconnected prematurely"
# The one sentence of the decoder that repeats what was sent, to its end or to its place.
_VALUE = re.compile(r"^Invalid enum value .*?(?= - at [^'\"]*$|$)", re.DOTALL)
# What the framework says by a status alone.
_BY_STATUS = {
    400: "request-invalid",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "request-too-large",
    415: "media-type-unsupported",
    429: "too-many-requests",
    503: "storage-unavailable",
}


class Words(msgspec.Struct, frozen=True):
    """The same words in each language."""

    fr: str
    en: str


class Problem(msgspec.Struct, frozen=True):
    """One line of the catalogue."""

    status: int
    title: Words
    next_step: Words


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457 problem details, with a stable code and what to do next."""

    type: str
    title: str
    status: int
    code: str
    next_step: str
    detail: str | None = None
    pointer: str | None = None


@functools.cache
def catalogue() -> dict[str, Problem]:
    """Return every problem that this server can answer with, by code."""
    place = next(path for path in _PLACES if path.exists())
    return msgspec.json.decode(place.read_bytes(), type=dict[str, Problem])


def language_of(accepted: str) -> str:
    """Choose the language of an answer from `Accept-Language`."""
    best, weight = LANGUAGES[0], 0.0
    for item in accepted.split(",")[:20]:
        tag, _, quality = item.strip().partition(";q=")
        language = tag.strip().lower()[:2]
        try:
            q = float(quality) if quality else 1.0
        except ValueError:
            continue
        if language in LANGUAGES and q > weight:
            best, weight = language, q
    return best


def problem_response(
    request: Request[Any, Any, Any],
    code: str,
    *,
    detail: str | None = None,
    pointer: str | None = None,
    retry_after_seconds: int | None = None,
) -> Response[bytes]:
    """Render one problem in the language that the request prefers."""
    problem = catalogue()[code]
    language = language_of(request.headers.get("accept-language", ""))
    body = ProblemDetails(
        type=f"/problems/{code}",
        title=getattr(problem.title, language),
        status=problem.status,
        code=code,
        next_step=getattr(problem.next_step, language),
        detail=detail,
        pointer=pointer,
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if retry_after_seconds is not None:
        headers["Retry-After"] = str(retry_after_seconds)
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        msgspec.json.encode(body),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def render_refusal(request: Request[Any, Any, Any], refusal: Exception) -> Response[bytes]:
    """Render a refusal of ours, whichever package raised it."""
    return problem_response(
        request,
        refusal.code,  # type: ignore[attr-defined]  # Registered for classes that have it.
        detail=getattr(refusal, "detail", None),
        pointer=getattr(refusal, "pointer", None),
        retry_after_seconds=getattr(refusal, "retry_after_seconds", None),
    )


def render_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Render what the framework refused before it reached us."""
    code = _BY_STATUS.get(error.status_code, "request-invalid")
    is_ours = not _is_about_body(error) and error.detail != _LEFT
    if error.status_code >= 500 and error.status_code != 503 and is_ours:
        log.error("bug", exc_info=error)
        return problem_response(request, "internal-error")
    response = problem_response(request, code, detail=_detail_of(error))
    for name, value in (error.headers or {}).items():
        if name.lower() == "allow":
            response.headers["Allow"] = value
    return response


def _is_about_body(error: HTTPException) -> bool:
    """Say whether the framework took a wrong body for a wrong dependency.

    It does when a nested field has the name of a dependency, `device` for one.
    """
    cause = error.__cause__
    return isinstance(cause, msgspec.ValidationError) and "`$.data" in str(cause)


def _detail_of(error: HTTPException) -> str | None:
    """Say what of the request has the wrong form: names and kinds, never its values."""
    cause = error.__cause__
    if isinstance(cause, msgspec.DecodeError):
        return _VALUE.sub("Invalid enum value", str(cause))
    extra = error.extra
    if error.status_code == 400 and isinstance(extra, list) and extra:
        first = extra[0]
        if isinstance(first, dict):
            return f"{first.get('key', 'body')}: {first.get('message', 'invalid')}"[:300]
    return None


class ProblemController(Controller):
    """The meaning of each problem, at the address that its `type` names."""

    path = "/problems"
    tags = ("problems",)

    @get("/", operation_id="listProblems", summary="List every problem by its code.", security=[])
    async def every(self) -> dict[str, Problem]:
        """Return status, title and next step of each, in French and English."""
        return catalogue()

    @get("/{code:str}", operation_id="getProblem", summary="Explain one problem.", security=[])
    async def one(self, code: FromPath[str]) -> Problem:
        """Return status, title and next step, in French and English."""
        problem = catalogue().get(code)
        if problem is None:
            raise NotFound("There is no problem with this code.")
        return problem
