"""A phone in a terminal: the reference client, for people who try and scripts that check."""

from backend.cli.phone.agenda import agenda
from backend.cli.phone.boxes import box
from backend.cli.phone.circle import care_team, end_member, let_in, name_member, unblock
from backend.cli.phone.commands import phone
from backend.cli.phone.consents import answer, consents, emergency_settings, end_consent
from backend.cli.phone.deposits import correct, deposit, deposits, release, withdraw
from backend.cli.phone.journal import answer_line, journal
from backend.cli.phone.mandates import (
    accept,
    change_mandate,
    end_mandate,
    invite,
    leave,
    mandates,
    renew_mandate,
)
from backend.cli.phone.notifications import notifications
from backend.cli.phone.reminders import remind, ring
from backend.cli.phone.sight import block, mask, parties, unmask, who
from backend.cli.phone.software import (
    ask_consent,
    asked,
    emergency,
    end_emergency,
    patients,
    read_online,
    type_code,
)

for _command in (
    *(agenda, box, notifications, remind, ring),
    *(journal, answer_line, who, parties, mask, unmask, block, unblock),
    *(invite, mandates, change_mandate, renew_mandate, end_mandate, accept, leave),
    *(consents, answer, let_in, end_consent, emergency_settings),
    *(care_team, name_member, end_member),
    *(ask_consent, asked, type_code, emergency, end_emergency, patients, read_online),
    *(deposit, deposits, correct, withdraw, release),
):
    phone.add_command(_command)

__all__ = ["phone"]
