"""Requests made up from the published description: a server keeps to what it publishes.

Not part of the default suite: set CARNET_TEST_CONTRACT to a number of seconds.
"""

import asyncio
import contextlib
import math
import os
import time
from collections import Counter as Counted
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conformance.test_openapi import document, operations
from tests.integration.workshops.hall import Hall
from tests.journeys import Counter, Phone, put
from tests.servers import running_server

SECONDS = float(os.environ.get("CARNET_TEST_CONTRACT", "0"))
EXAMPLES_MAX = 400
pytestmark = pytest.mark.skipif(
    not SECONDS, reason="a minute of made-up requests: set CARNET_TEST_CONTRACT=60"
)

# A stream without end; the suite of sync listens to it.
ENDLESS = {"streamNews"}
# They end what the caller signs in with, so each gets a caller of its own.
ENDING = ["changePassword", "logout", "removeDevice"]
# Those of an agent, whose workshop and session the last two end.
OF_AGENTS = {"declareWorkshop", "listPracticeMessages", "listWorkshops", "openPractice"}
OF_AGENTS |= {"openTicket", "readAgent", "readTicket", "sendLetterAgain", "startWorkshop"}
ENDING_AGENTS = ["closeWorkshop", "signAgentOut"]
# The operator's, when made up at random, copy data to anywhere or turn keys all the time.
OF_OPERATORS = {"addAgent", "endAgent", "importDocument", "openSpace", "printLetters"}
OF_OPERATORS |= {"reissueLetters"}
OF_PROFESSIONALS = {
    one["operationId"] for *_, one in operations() if "professionals" in one["tags"]
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(document())
NAMES = {one["operationId"]: (path, method) for path, method, one in operations()}


class Enough(Exception):
    """The time for one operation is over."""


class Caller(msgspec.Struct, frozen=True):
    """Somebody with a space, a note and a document, and how to sign requests as them."""

    headers: dict[str, str]
    real: dict[str, str]


class Callers(msgspec.Struct, frozen=True):
    """A running server, its operator, and a caller for each way to end one."""

    address: str
    operator: dict[str, str]
    agent: Caller
    people: dict[str, Caller]

    def of(self, name: str) -> Caller:
        """Return who tries an operation."""
        if name in OF_AGENTS or name in ENDING_AGENTS:
            return self.agent
        return self.people.get(name, self.people[""])

    def headers_for(self, name: str) -> dict[str, str]:
        """Return the credentials that an operation is tried with."""
        return self.operator if name in OF_OPERATORS else self.of(name).headers


async def _furnish(phone: Phone) -> dict[str, str]:
    space_id = (await phone.spaces())[0]["space_id"]
    note = put(space_id, "notes", {"title": "a"})
    await phone.push(note)
    deposited = await phone.post(
        f"/v1/spaces/{space_id}/documents",
        content=b"some words",
        headers={"Content-Type": "text/plain", "Document-Title": "a"},
    )
    return {
        "space_id": space_id,
        "record_id": deposited.json().get("record_id", note["record_id"]),
        "device_id": phone.tokens["device_id"],
    }


async def _doctor(counter: Counter) -> Caller:
    """Make a doctor up, and sign them in."""
    doctor = {"rpps": "10001234567", "given_name": "ANNE", "family_name": "FAURE"}
    place, headers = "/v1/operator/professionals", counter.headers
    made = {**doctor, "profession_code": "10"}
    assert (await counter.client.post(place, json=made, headers=headers)).is_success
    asked = {"rpps": doctor["rpps"]}
    answer = await counter.client.post(f"{place}/sessions", json=asked, headers=headers)
    return Caller({"Authorization": f"Bearer {answer.json()['access_token']}"}, {})


def known(value: Any, real: dict[str, str]) -> Any:
    """Put identifiers that exist in the place of made-up ones, so that requests get further."""
    if isinstance(value, dict):
        return {k: real[k] if k in real else known(v, real) for k, v in value.items()}
    if isinstance(value, list):
        return [known(item, real) for item in value]
    return value


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def callers(
    tmp_path_factory: pytest.TempPathFactory, cache_folder: Path
) -> AsyncIterator[Callers]:
    """A server in a process of its own, with somebody signed in."""
    folder = tmp_path_factory.mktemp("contract") / "data"
    async with running_server("sqlite", folder, cache_folder) as server:
        async with server.client() as client:
            counter = Counter(client, folder)
            people = {}
            # Now: the requests to come use up what an address may try.
            for i, name in enumerate(["", *ENDING]):
                phone = await counter.newcomer(f"caller.{i}")
                people[name] = Caller(phone.headers, await _furnish(phone))
            for name in OF_PROFESSIONALS:
                people[name] = await _doctor(counter)
            agent = await _agent(client, counter)
        yield Callers(server.address, counter.headers, agent, people)


async def _agent(client: httpx.AsyncClient, counter: Counter) -> Caller:
    agent = await Hall(client, counter).agent()
    workshop_id = await agent.workshop()
    ticket = await agent.ticket(workshop_id)
    return Caller(agent.headers, {"workshop_id": workshop_id, "ticket_id": ticket["ticket_id"]})


def order() -> list[str]:
    """Name every operation, with those that end something at the end."""
    ending = [*ENDING, *ENDING_AGENTS]
    return [*sorted(set(NAMES) - ENDLESS - set(ending)), *ending]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", order())
async def test_an_operation_keeps_to_its_description(callers: Callers, name: str) -> None:
    """No bug, no status, no media type, no header and no shape that is not published."""
    answered = await asyncio.to_thread(try_operation, callers, name)

    assert answered


def try_operation(callers: Callers, name: str) -> int:
    """Send made-up requests for a while, half of them well-formed; return how many."""
    path, method = NAMES[name]
    operation = SCHEMA[path][method]
    budget = SECONDS / len(order())
    until: list[float] = []  # Counted from the first request: making requests up takes time too.
    statuses: Counted[int] = Counted()
    real = callers.of(name).real
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(callers.headers_for(name))

        @settings(
            max_examples=EXAMPLES_MAX,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            case=st.one_of(*(operation.as_strategy(mode) for mode in modes_of(operation))),
            is_known=st.booleans(),
        )
        def send(case: Case, is_known: bool) -> None:
            until.append(time.monotonic() + budget)
            if time.monotonic() > until[0]:
                raise Enough
            if is_known:
                case.path_parameters = known(case.path_parameters, real)
                case.body = known(case.body, real)
            response = case.call(base_url=callers.address, session=session)
            statuses[response.status_code] += 1
            try:
                case.validate_response(response, checks=CHECKS)
            except BaseException:
                until[0] = math.inf  # What was found is tried once more, to be told.
                raise

        with contextlib.suppress(Enough):
            send()
    return sum(statuses.values())


def modes_of(operation: APIOperation[Any, Any, Any, Any]) -> list[GenerationMode]:
    """Return the ways to make requests up: against the rules only where there are some."""
    modes = [GenerationMode.POSITIVE]
    try:
        operation.as_strategy(GenerationMode.NEGATIVE).validate()
    except schemathesis.errors.SchemathesisError:
        return modes
    return [*modes, GenerationMode.NEGATIVE]
