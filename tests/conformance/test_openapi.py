"""The published description: generated, valid, and complete for who reads nothing else."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import BaseRoute, HTTPRoute
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend.app import create_app, create_litestar
from backend.describe import FOLDER, described
from backend.kernel.problems import catalogue
from backend.openapi import PUBLIC, mend
from backend.settings import Settings
from tests.databases import sqlite_folder
from tests.journeys import client_of, serving

Json = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


@cache
def document() -> Json:
    """Return the description as the code makes it now."""
    return mend(create_litestar(Settings()).openapi_schema.to_schema())


def operations() -> Iterator[tuple[str, str, Json]]:
    """Yield every operation with its address and method."""
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def named() -> dict[str, Json]:
    """Return every operation by its identifier."""
    return {operation["operationId"]: operation for _, _, operation in operations()}


def test_it_is_valid() -> None:
    """The validator of the standard finds nothing."""
    errors = [error.message for error in OpenAPIV31SpecValidator(document()).iter_errors()]

    assert errors == []


def test_the_committed_files_are_what_the_code_says() -> None:
    """`make openapi` was run: nobody reads of a field that is gone."""
    for path, contents in described().items():
        assert path.read_bytes() == contents, f"{path.name}: run `make openapi`"


def test_the_description_does_not_change_by_itself() -> None:
    """Made again, by a process that hashes differently, it is the same to the byte."""
    code = "from backend.describe import described; print(repr(described()))"
    again = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert again.stdout.strip() == repr(described())


def test_no_generated_file_is_left_over() -> None:
    """A collection that is gone takes its schema with it."""
    written = {*described()}

    assert {*(FOLDER / "collections").glob("*.json")} <= written


def test_every_operation_has_a_name_of_its_own() -> None:
    """Generated clients make functions of them."""
    names = [operation.get("operationId", "") for _, _, operation in operations()]

    assert len(set(names)) == len(names) > 20
    assert [name for name in names if not re.fullmatch(r"[a-z][A-Za-z0-9]+", name)] == []


@pytest.mark.parametrize("name", sorted(named()))
def test_an_operation_says_what_it_does_and_who_may(name: str) -> None:
    """A summary, words of its own, a known tag, who may call it, and what it refuses."""
    operation = named()[name]

    assert operation["summary"].endswith(".")
    assert operation["description"]
    assert set(operation["tags"]) <= {tag["name"] for tag in document()["tags"]}
    assert (operation["security"] == []) == (name in PUBLIC)
    problems = {status for status in operation["responses"] if status >= "400"}
    assert problems >= {"400", "429", "503"}
    if name not in PUBLIC:
        assert problems >= {"401", "403", "404"}
    for status in problems:
        content = operation["responses"][status]["content"]
        assert content.keys() == {"application/problem+json"}


@pytest.mark.parametrize("name", sorted(named()))
def test_an_operation_says_what_it_answers(name: str) -> None:
    """One success at least, each with words; a body has a schema unless it is bytes."""
    responses = named()[name]["responses"]
    successes = {status: one for status, one in responses.items() if status < "400"}

    assert successes
    for status, response in successes.items():
        assert response["description"]
        if status not in ("204", "302", "304"):
            assert response["content"]


def test_every_reference_leads_somewhere() -> None:
    """No schema is named that is not there, and none is there that nothing names."""
    names = set(document()["components"]["schemas"])
    used = set(re.findall(r"#/components/schemas/([A-Za-z0-9_.\-]+)", str(document())))

    assert used == names


def test_the_statuses_of_problems_are_those_of_the_catalogue() -> None:
    """What the description promises to refuse with, the catalogue can explain."""
    promised = {s for _, _, one in operations() for s in one["responses"] if s >= "400"}

    assert {int(status) for status in promised} <= {one.status for one in catalogue().values()}


def test_an_operation_is_public_where_its_handler_says_so() -> None:
    """The description cannot open a door, nor hide one that is open."""
    handlers = [h for route in create_litestar(Settings()).routes for h in route_handlers(route)]
    open_handlers = {h.operation_id for h in handlers if h.security == []}

    assert open_handlers & set(named()) == PUBLIC


def route_handlers(route: BaseRoute) -> list[HTTPRouteHandler]:
    """Return what answers on a route over HTTP."""
    return list(route.route_handlers) if isinstance(route, HTTPRoute) else []


async def test_a_door_that_is_not_public_is_shut_to_who_has_no_token(
    tmp_path: Path, cache_folder: Path
) -> None:
    """Who sends a request is looked at before anything else of it."""
    settings = Settings(data_folder=await sqlite_folder(tmp_path / "data", cache_folder))
    async with serving(settings) as app, client_of(app) as client:
        for path, method, operation in operations():
            if operation["operationId"] not in PUBLIC:
                address = path
                for one in operation.get("parameters", []):
                    value = 1 if one["schema"].get("type") == "integer" else uuid4()
                    address = address.replace(f"{{{one['name']}}}", str(value))
                answer = await client.request(method, address, json={"of": "another form"})
                seen = answer.status_code, answer.json()["code"]
                assert seen == (401, "not-signed-in"), operation["operationId"]


async def test_the_server_serves_the_same() -> None:
    """What is served is what is committed; no page of it loads anything from elsewhere."""
    async with client_of(create_app(Settings())) as client:
        served = await client.get("/schema/openapi.json")
        beside = ("", "/", "/swagger", "/redoc", "/x.json")
        pages = [await client.get(f"/schema{name}") for name in beside]

    assert served.json() == document()
    for page in pages:
        assert (page.status_code, page.json()["code"]) == (404, "not-found")
        assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_description_says_which_operations_honour_a_key() -> None:
    """Those that stand in decisions 0021 to 0026, and no other."""
    honour = {
        name
        for name, operation in named().items()
        if any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", ()))
    }

    assert honour == {
        "acceptMandate",
        "addRepresentative",
        "addSpace",
        "askConsent",
        "blockProfessional",
        "changeContact",
        "changePassword",
        "confirmTotp",
        "correctDocument",
        "declareTeamMember",
        "depositDocument",
        "depositEntry",
        "depositProfessionalDocument",
        "giveConsent",
        "inviteCaregiver",
        "inviteRepresentative",
        "makeAgendaFeed",
        "nameTeamMember",
        "openEmergencyAccess",
        "openSpace",
        "proposeTotp",
        "putMask",
        "refresh",
        "refreshProfessional",
        "reissueLetters",
        "renewMandate",
        "renewRecoveryCodes",
        "verifyContact",
        "verifyStepUp",
    }
    for name in honour - {"refresh", "refreshProfessional"}:
        assert {"409", "422"} <= set(named()[name]["responses"])
