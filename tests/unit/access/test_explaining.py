"""Who sees what, told for everybody, and the words that tell it."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from backend.access.journal.words import LANGUAGES
from backend.access.model import (
    AccessSettings,
    Confidentiality,
    Decision,
    Entry,
    Reason,
    Role,
    Scope,
    Terms,
    Viewer,
)
from backend.access.rules.explaining import explain
from backend.access.rules.visibility import decide
from backend.access.sight import words
from backend.kernel.ids import PartyId

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOLDER, DOCTOR, NURSE, BLOCKED = (PartyId(uuid4()) for _ in range(4))
READABLE = frozenset({"11502-2"})
PREVIEWED = {
    "loses",
    "loses-some",
    "never",
    "patient",
    "representative",
    "depositor",
    "attending",
    "administrator",
    "emergency",
    "not-named",
}


def entry(*scopes: Scope) -> Entry:
    return Entry(
        collection="documents",
        category="11502-2",
        depositor_id=PartyId(uuid4()),
        orders=Confidentiality.NONE,
        deleted=False,
        hidden_from=scopes,
    )


def professional(party_id: PartyId, *, is_open: bool = True, **terms: object) -> Viewer:
    return Viewer(
        party_id=party_id,
        role=Role.PROFESSIONAL,
        is_open=is_open,
        terms=Terms(**{"granted": True, "name": "Anne Martin", "profession": "10", **terms}),
        readable=READABLE,
    )


EVERYBODY = (
    professional(BLOCKED, is_open=False, granted=False, is_blocked=True, name="Yves Noir"),
    professional(NURSE, profession="60", name="Luc Petit"),
    professional(DOCTOR, sees_masked=True),
    Viewer(party_id=HOLDER, role=Role.HOLDER, is_open=True),
)


def test_every_viewer_has_one_explanation_and_who_sees_it_comes_first():
    """Holder, attending doctor; then whom the mask shuts out, and whom a block does."""
    told = explain(EVERYBODY, entry(Scope("professionals")), NOW)

    assert [(one.party_id, one.allow, one.reason) for one in told] == [
        (HOLDER, True, Reason.HOLDER),
        (DOCTOR, True, Reason.MATRIX_ALLOWS),
        (NURSE, False, Reason.MASKED),
        (BLOCKED, False, Reason.BLOCKED),
    ]
    assert [one.party_id for one in told if one.despite_mask] == [DOCTOR]


def test_an_explanation_is_the_decision_itself():
    """Nothing is allowed in words that is not allowed in fact."""
    for one in (entry(), entry(Scope("profession", "60")), entry(Scope("person", str(DOCTOR)))):
        allowed = {told.party_id for told in explain(EVERYBODY, one, NOW) if told.allow}
        assert allowed == {v.party_id for v in EVERYBODY if decide(v, one, NOW).allow}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_words_in_both_languages(reason):
    """Whole sentences, said of somebody and to them, and never the same in both languages."""
    said = words.catalogue().reasons[reason.value]

    assert set(said) == set(LANGUAGES)
    assert said["fr"] != said["en"]
    for one in said.values():
        assert one.them.startswith("{who} ")
        assert bool(said["fr"].next) == bool(one.next)
        for sentence in (one.them, one.you, *filter(None, [one.next])):
            assert sentence.endswith(".")
            assert "null" not in sentence


def test_no_words_are_left_over():
    """What nothing says, nobody checks."""
    catalogue = words.catalogue()

    assert set(catalogue.reasons) == {reason.value for reason in Reason}
    assert set(catalogue.preview) == PREVIEWED
    assert set(catalogue.emergency) == {"open", "masked", "shut", "private"}
    assert set(catalogue.professions) <= {reason.value for reason in Reason}
    assert set(catalogue.despite_mask) <= {reason.value for reason in Reason}


def test_words_name_somebody_as_the_journal_does_and_the_reader_as_you():
    """The doctor is named with title and profession; the holder is "vous"."""
    told = explain(EVERYBODY, entry(), NOW)
    by_party = {one.party_id: words.sight(one, HOLDER) for one in told}

    assert by_party[DOCTOR].text.fr.startswith("Le docteur Anne Martin (médecin) voit cet élément")
    assert by_party[HOLDER].text.fr == "Vous voyez cet élément : c'est votre carnet."
    assert by_party[BLOCKED].text.en.endswith("sees nothing of this record: you blocked them.")


@pytest.mark.parametrize(
    ("settings", "is_masked", "begins"),
    [
        (AccessSettings(), False, "In an emergency a professional"),
        (AccessSettings(), True, "In an emergency what is masked"),
        (AccessSettings(emergency_masked=True), True, "In an emergency a professional"),
        (
            AccessSettings(emergency_regulation=False, emergency_professionals=False),
            False,
            "You shut emergency access",
        ),
    ],
)
def test_an_emergency_is_told_by_the_persons_switches(settings, is_masked, begins):
    """What an emergency could open is said before it happens."""
    assert words.in_an_emergency(entry(), settings, is_masked=is_masked).en.startswith(begins)


def test_a_profession_is_told_by_its_name():
    """A decision that has no words of its own for professions is told as a no."""
    denied = words.profession_sight("70", Decision(allow=False, reason=Reason.NOTHING_ALLOWS))

    assert denied.text.fr == (
        "Masseur-kinésithérapeute : ne pourrait pas le lire, les règles ne le permettent pas."
    )
