"""Which vaccine is in a box, asked by a phone before anything is written."""

from typing import Any

import pytest

from tests.clinic import Clinic

RESOLVE = "/v1/vaccines/resolve"
NUVA = "https://smt.esante.gouv.fr/terminologie-nuva"


async def test_a_phone_can_show_what_it_scanned(clinic: Clinic) -> None:
    """The product, the diseases in both languages, the lot and the day it expires."""
    phone, _ = await clinic.patient()

    answer = await phone.post(
        RESOLVE, json={"box_code": "]d201034009273499971728020010LOT7\x1d21S"}
    )

    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["label"], found["code"], found["system"]) == ("HEXYON", "VAC0510", NUVA)
    assert (found["lot_number"], found["expires_on"]) == ("LOT7", "2028-02-29")
    assert {"fr": "Tétanos", "en": "Tetanus"} in [one["name"] for one in found["diseases"]]
    assert found["is_generic"] is False


async def test_a_professional_may_ask_about_a_code_too(clinic: Clinic) -> None:
    """Of a class of vaccines, such as a certificate names."""
    software = await clinic.professional()

    answer = await software.post(
        RESOLVE, json={"system": "http://www.whocc.no/atc", "code": "J07AM"}
    )

    assert answer.json()["is_generic"] is True
    assert [one["name"]["fr"] for one in answer.json()["diseases"]] == ["Tétanos"]


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"box_code": "3400927349998"}, "box-code-invalid", "/box_code"),
        ({"box_code": "3400930000007"}, "vaccine-unknown", "/box_code"),
        ({"system": "urn:oid:9.9", "code": "x"}, "vaccine-unknown", "/code"),
        ({}, "invalid-input", "/box_code"),
        ({"system": "http://www.whocc.no/atc"}, "invalid-input", "/box_code"),
        ({"box_code": "3400927349997", "code": "J07AM"}, "invalid-input", "/box_code"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_says_no_vaccine_is_refused_with_what_to_do(
    clinic: Clinic, body: dict[str, Any], code: str, pointer: str
) -> None:
    """To scan again is another thing to do than to write the name."""
    phone, _ = await clinic.patient()

    answer = await phone.post(RESOLVE, json=body, headers={"Accept-Language": "fr"})

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["pointer"]) == (422, code, pointer)
    assert problem["next_step"]


async def test_nobody_asks_without_a_session(clinic: Clinic) -> None:
    """It reads nobody's record, and is no service for the world."""
    answer = await clinic.client.post(RESOLVE, json={"box_code": "3400927349997"})

    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
