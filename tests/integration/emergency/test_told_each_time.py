"""What is never done in silence, however often it is done."""

from backend.access.notices import NOTICES
from tests.clinic import Clinic


async def test_every_emergency_is_told(clinic: Clinic) -> None:
    """Other notices are a few an hour; this one is sent to the person each time."""
    doctors = [await clinic.doctor(f"NOM{chr(65 + n)}") for n in range(NOTICES[0].most + 2)]

    answers = [await clinic.declare(doctor) for doctor in doctors]

    assert {one.status_code for one in answers} == {201}
    assert len(clinic.notices("emergency-access")) == len(doctors)
