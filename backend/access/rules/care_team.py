"""What a place in the care team may be.

Source: CSP L1110-12 and CSS L162-5-3; docs/decisions/0023-consent.md.
"""

from datetime import datetime

from backend.access.care_team.errors import AttendingIsDoctor, PlaceInvalid
from backend.access.care_team.limits import PLACE_LIFE
from backend.access.model import TeamMember

ATTENDING = "attending"
MEMBER = "member"
DOCTOR = "10"


def check_place(member: TeamMember, now: datetime) -> None:
    """Refuse a place that cannot be.

    Whoever sees what is masked does from the moment on which the patient says so.

    Raises:
        AttendingIsDoctor: The attending doctor is of another profession.
        PlaceInvalid: It starts a hundred years ago, ends before it starts, in the past or after
            a hundred years, or is to start later where only a plain member's place may.
    """
    if member.role == ATTENDING and member.profession != DOCTOR:
        raise AttendingIsDoctor("The attending doctor is a doctor.", pointer="/role")
    if now - member.starts_at > PLACE_LIFE:
        raise PlaceInvalid("Nobody treats anybody for so long.", pointer="/starts_at")
    if member.ends_at is not None and member.ends_at <= max(now, member.starts_at):
        raise PlaceInvalid("It ends before it starts, or in the past.", pointer="/ends_at")
    if member.ends_at is not None and member.ends_at - now > PLACE_LIFE:
        raise PlaceInvalid("Leave the end out where there is none.", pointer="/ends_at")
    if member.role != MEMBER and member.starts_at > now:
        raise PlaceInvalid("This place starts at once.", pointer="/starts_at")


def sees_masked(role: str) -> bool:
    """Say whether a role sees what is masked, where the deployment lets it."""
    return role != MEMBER
