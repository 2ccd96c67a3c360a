"""The words of an emergency, its switches, and what a depositor sees."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.access.emergency.errors import EmergencyReasonInvalid, SignInTooOld
from backend.access.emergency.model import Asked
from backend.access.emergency.reasons import check_reason, check_sign_in, reasons
from backend.access.model import Confidentiality, Entry, Reason
from backend.access.rules.depositors import own_eye
from backend.access.rules.visibility import decide
from backend.access.switches.model import Switches, loosens
from backend.identity.model import Ins, InsOid
from backend.identity.spaces.finding import Whom
from backend.kernel.ids import PartyId

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WHOM = Whom(ins=Ins(value="261046322012345", oid=InsOid.NIR_TEST), birth_date=NOW.date())


def asked(reason: str, code: str = "unable-to-answer") -> Asked:
    """Declare an emergency."""
    return Asked(whom=WHOM, reason_code=code, reason=reason)


def test_every_reason_has_its_words_in_two_languages() -> None:
    """A reason is for the patient to read."""
    for one in reasons().values():
        assert one.label.fr.strip()
        assert one.label.fr != one.label.en


@pytest.mark.parametrize("words", ["", "urgence", "x" * 40, "ab " * 20, " " * 40, "é" * 1_001])
def test_too_few_words_are_no_reason(words: str) -> None:
    """Fifteen characters that say something, a thousand at most."""
    with pytest.raises(EmergencyReasonInvalid):
        check_reason(asked(words))


@pytest.mark.parametrize("control", ["\x1b[2J", "\x07", "\x9b2J", "\u202e", "\x00"])
def test_a_reason_gives_no_orders_to_a_terminal(control: str) -> None:
    """Who looks into it reads words, and not what hides them."""
    with pytest.raises(EmergencyReasonInvalid):
        check_reason(asked(f"Trouvée inconsciente{control} chez elle"))


def test_a_reason_is_put_in_order() -> None:
    """One line, as it will be read; a code that is not in the list is none."""
    assert check_reason(asked("  Trouvée \n inconsciente ")) == "Trouvée inconsciente"
    with pytest.raises(EmergencyReasonInvalid):
        check_reason(asked("Trouvée inconsciente", "curiosity"))


def test_a_sign_in_is_fresh_for_five_minutes() -> None:
    """The instant of the fifth minute is too late."""
    check_sign_in(NOW - timedelta(seconds=299), NOW)
    with pytest.raises(SignInTooOld):
        check_sign_in(NOW - timedelta(minutes=5), NOW)


@given(before=st.tuples(*[st.booleans()] * 3), after=st.tuples(*[st.booleans()] * 3))
def test_a_change_loosens_when_any_switch_opens(
    before: tuple[bool, bool, bool], after: tuple[bool, bool, bool]
) -> None:
    """One that opens is enough, whatever the others do."""
    names = ("emergency_regulation", "emergency_professionals", "emergency_masked")
    was, is_ = (Switches(**dict(zip(names, one, strict=True))) for one in (before, after))

    opens = any(b and not a for a, b in zip(before, after, strict=True))
    assert loosens(was, is_) is opens


@given(
    is_own=st.booleans(),
    collection=st.sampled_from(["documents", "conditions", "notes", "consents", "emergencies"]),
    orders=st.integers(0, 255).map(Confidentiality),
    deleted=st.booleans(),
)
def test_a_depositor_sees_what_they_brought_and_nothing_else(
    is_own: bool, collection: str, orders: Confidentiality, deleted: bool
) -> None:
    """Whatever orders and masks it has; acts of rights are nobody's deposit."""
    me, other = PartyId(uuid4()), PartyId(uuid4())
    entry = Entry(
        collection=collection,
        category=collection,
        depositor_id=me if is_own else other,
        orders=orders,
        deleted=deleted,
    )

    decision = decide(own_eye(me), entry, NOW)

    is_act = collection in ("consents", "emergencies")
    assert decision.allow is (is_own and not deleted and not is_act)
    assert decision.allow is (decision.reason is Reason.DEPOSITOR)
