"""Short ways to deposit over HTTP."""

from datetime import UTC, datetime
from typing import Any

import httpx

from tests.clinic import INS, TEST_NUMBERS, Clinic
from tests.journeys import BIRTH_DATE, Json, Phone

PDF = b"%PDF-1.7\n" + b"a page of nothing much\n" * 50
OTHER_PDF = b"%PDF-1.7\n" + b"another page\n" * 50
CHILD = {"value": "219046322054321", "oid": TEST_NUMBERS}
HEADERS = {
    "Content-Type": "application/pdf",
    "Document-Title": "Compte%20rendu",
    "Document-Type": "11488-4",
    "Patient-INS": INS["value"],
    "Patient-INS-System": TEST_NUMBERS,
    "Patient-Birth-Date": BIRTH_DATE,
}
CONDITION = {"label": "Asthme", "code": "J45", "code_system": "http://hl7.org/fhir/sid/icd-10"}


async def bring(doctor: Phone, data: bytes = PDF, **headers: str) -> httpx.Response:
    """Deposit a file."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await doctor.post("/v1/deposits/documents", content=data, headers={**HEADERS, **named})


async def add(doctor: Phone, fields: Json = CONDITION, **changes: Any) -> httpx.Response:
    """Deposit a condition."""
    body = {
        "ins": INS,
        "birth_date": BIRTH_DATE,
        "collection": "conditions",
        "fields": fields,
        **changes,
    }
    return await doctor.post("/v1/deposits/entries", json=body)


async def held(clinic: Clinic, collection: str) -> dict[str, Json]:
    """Return what the patient's phone holds after a first sync."""
    return (await clinic.phone.whole(clinic.space_id)).bodies(collection)


async def correct(doctor: Phone, record_id: str, fields: Json, **headers: str) -> httpx.Response:
    """Correct an entry from what stands."""
    if not headers:
        standing = await doctor.get(f"/v1/deposits/{record_id}")
        headers = {"If-Match": standing.headers["etag"]}
    return await doctor.client.put(
        f"/v1/deposits/entries/{record_id}",
        json={"fields": fields},
        headers={**doctor.headers, **headers},
    )


async def block(clinic: Clinic, doctor: Phone) -> None:
    """Shut a professional out, as the act says it."""
    me = (await doctor.get("/v1/professionals/me")).json()
    await clinic.act(
        "blocks",
        {
            "party_id": me["professional_id"],
            "name": "Anne FAURE",
            "blocked_at": datetime.now(UTC).isoformat(),
        },
    )
