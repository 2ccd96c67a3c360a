"""A version of a document shows nothing that the others hide."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from backend.documents.model import Document
from backend.documents.reading import Prepared, kept_as
from backend.documents.store import Names

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SOON, LATER, OVER = (NOW + timedelta(days=days) for days in (1, 9, -1))
BODY: dict[str, Any] = {
    "title": "Synthese",
    "type_code": "11488-4",
    "type_system": "urn:oid:2.16.840.1.113883.6.1",
    "class_code": "11",
    "created_at": NOW.isoformat(),
    "confidentiality": ["N"],
    "media_type": "application/pdf",
    "size_bytes": 1,
    "sha256": "0" * 64,
    "status": "current",
}
PENDING, SECRET = "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"
Pending = datetime | None | str


def said(at: Pending) -> dict[str, Any]:
    """Say how long the patient is to wait: not at all, until its release, or until a date."""
    if at == "at-once":
        return BODY
    until = {"announced_at": at.isoformat()} if isinstance(at, datetime) else {}
    return {**BODY, "confidentiality": ["N", PENDING], **until}


def kept(own: dict[str, Any], *versions: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a version beside others."""
    prepared = Prepared(
        body=own,
        names=Names(unique="1", of_set="2", parent=None, content="3"),
        version_number=1,
        created_at=NOW,
    )
    others = [msgspec.convert(one, Document) for one in versions]
    return kept_as(prepared, others, NOW).body


def test_a_minors_secret_stays_one() -> None:
    """Whether its depositor says so again or not; what is no secret becomes none."""
    secret = {**BODY, "confidentiality": ["N", SECRET]}

    assert kept(BODY, secret, BODY)["confidentiality"] == ["N", SECRET]
    assert kept(BODY, BODY) == BODY
    assert kept(secret, BODY) == secret


def test_what_is_masked_from_professionals_stays_so() -> None:
    """Also in the version of an author whose software did not say it again."""
    masked = {**BODY, "confidentiality": ["N", "MASQUE_PS"]}

    assert kept(BODY, masked)["confidentiality"] == ["N", "MASQUE_PS"]


@pytest.mark.parametrize(
    ("own", "standing", "until"),
    [
        ("at-once", None, None),
        ("at-once", SOON, SOON),
        (SOON, None, None),
        (None, SOON, None),
        (SOON, LATER, LATER),
        (LATER, SOON, LATER),
    ],
)
def test_the_later_release_counts(own: Pending, standing: Pending, until: Pending) -> None:
    """And a release by somebody comes after any date."""
    body = kept(said(own), said(standing))

    assert PENDING in body["confidentiality"]
    expected = until.isoformat() if isinstance(until, datetime) else None
    assert body.get("announced_at") == expected


@pytest.mark.parametrize("own", ["at-once", SOON, None])
def test_what_the_patient_sees_already_holds_nothing_back(own: Pending) -> None:
    """A date that is over orders nothing."""
    assert kept(said(own), said(OVER)) == said(own)
