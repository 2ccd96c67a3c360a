"""Who looks into an emergency reads how often its professional declares one."""

from tests.clinic import Clinic
from tests.journeys import Json


async def opened(clinic: Clinic, last: int = -1) -> Json:
    """Read a review, the newest when left out."""
    waiting = (await clinic.operator("GET", "/v1/operator/reviews")).json()["reviews"][last]
    path = f"/v1/operator/reviews/{waiting['space_id']}/{waiting['review_id']}"
    found: Json = (await clinic.operator("GET", path)).json()
    return found


async def test_a_review_says_who_declares_more_than_three_times_as_often(clinic: Clinic) -> None:
    """Over 90 days and among those of the profession; what opened nothing counts for nothing."""
    often, once, other = await clinic.doctor(), await clinic.doctor(), await clinic.doctor()
    nurse = await clinic.doctor(profession_code="60")
    for doctor in (once, other, nurse):
        await clinic.declare(doctor)
    alone = (await opened(clinic))["peers"]
    doctor = often
    for n in range(4):
        with clinic.later(days=2 * n + 1):
            doctor = await clinic.sign_in("10000000001")
            answer = await clinic.declare(doctor)
            assert answer.status_code == 201, answer.text
            await doctor.post(f"/v1/spaces/{clinic.space_id}/emergency/end")
    with clinic.later(days=8):
        compared = (await opened(clinic))["peers"]
    with clinic.later(days=200):
        after = (await opened(clinic))["peers"]

    assert alone == {"declared": 1, "peers": 0, "median_of_peers": None, "is_far_above": False}
    assert compared == {"declared": 4, "peers": 2, "median_of_peers": 1.0, "is_far_above": True}
    assert (after["declared"], after["is_far_above"]) == (0, False)
