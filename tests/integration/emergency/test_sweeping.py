"""The tick that brings spaces up to date when nobody asks."""

from datetime import UTC, datetime, timedelta

from backend.kernel.metrics import Metrics
from backend.operations.housekeeping import keep_rights
from tests.clinic import Clinic
from tests.integration.emergency.depositing import add


def numbers(metrics: Metrics) -> dict[str, str]:
    """Read the metrics of sweeping."""
    lines = metrics.text().decode().splitlines()
    return dict(line.split(" ") for line in lines if line.startswith("carnet_spaces_"))


async def test_a_tick_opens_what_time_has_opened(clinic: Clinic) -> None:
    """The feed moves with no contact of the phone, once; the metrics say so."""
    metrics, office, host = Metrics(), clinic.office, clinic.host
    at = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
    await add(await clinic.doctor(), visible_to_patient=at)
    held = await clinic.phone.whole(clinic.space_id)

    await keep_rights(office, host, metrics)
    early = numbers(metrics)
    with clinic.later(minutes=11):
        await keep_rights(office, host, metrics)
        once = numbers(metrics)
        await keep_rights(office, host, metrics)
        changes = await clinic.phone.pull(held)

    assert float(early["carnet_spaces_swept_total"]) == 0
    assert (float(once["carnet_spaces_due"]), float(once["carnet_spaces_swept_total"])) == (1, 1)
    assert (float(numbers(metrics)["carnet_spaces_due"]), changes) == (0, 1)


async def test_an_emergency_that_is_over_is_swept(clinic: Clinic) -> None:
    """Its viewer is judged anew at its end."""
    metrics = Metrics()
    await clinic.declare(await clinic.doctor())

    with clinic.later(hours=4, minutes=1):
        await keep_rights(clinic.office, clinic.host, metrics)

    assert float(numbers(metrics)["carnet_spaces_swept_total"]) == 1
