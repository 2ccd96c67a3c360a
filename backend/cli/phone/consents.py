"""`carnet phone consents | answer | end-consent | emergency-settings`: what a person agrees to."""

from uuid import UUID

import click
import msgspec

from backend.access.consents.model import ConsentView
from backend.access.switches.model import Switches
from backend.cli.phone import view
from backend.cli.phone.doors import (
    Proof,
    ask,
    ask_proven,
    code_option,
    id_starting,
    password_option,
    read,
    read_list,
)
from backend.cli.phone.pocket import Options, Pocket, opened
from backend.cli.phone.shared import choose_profile, freshen, json_option, profile_option

_ON, _OFF = "on", "off"
_switch = click.Choice([_ON, _OFF])


@click.command()
@profile_option
@json_option
@click.pass_obj
def consents(options: Options, named: str | None, *, as_json: bool) -> None:
    """List what professionals ask of you, and what you agreed to."""
    with opened(options) as pocket:
        freshen(pocket, offline=False)
        found = _all(pocket, choose_profile(pocket, named).space_id)
        if as_json:
            view.as_json(found)
            return
        rows = [_row(pocket, one) for one in found]
        view.table(pocket, ("h-id", "h-who", "h-state", "h-copy-kept", "h-until", "h-code"), rows)


def _row(pocket: Pocket, one: ConsentView) -> tuple[str, ...]:
    consent = one.consent
    is_request = one.status in ("asked", "expired")
    until = consent.expires_at if is_request else consent.ended_at or consent.ends_at
    says = consent.code_expires_at is not None and pocket.outside.clock.now() < (
        consent.code_expires_at
    )
    return (
        str(one.record_id)[: view.SHORT_ID],
        consent.name,
        pocket.say(f"consent-{one.status}"),
        pocket.say("yes" if consent.keeps_copy else "no"),
        "—" if until is None else view.moment(pocket, until),
        consent.code or "" if one.status == "asked" and says else "",
    )


@click.command()
@click.argument("consent_id")
@click.argument("given", type=click.Choice(["give", "refuse"]))
@click.option("--no-copy", is_flag=True, help="Give it, but no copy.")
@profile_option
@json_option
@click.pass_obj
def answer(
    options: Options,
    consent_id: str,
    given: str,
    named: str | None,
    *,
    no_copy: bool,
    as_json: bool,
) -> None:
    """Answer a professional who asks: give, or refuse."""
    with opened(options) as pocket:
        space_id = _space(pocket, named)
        record_id = _meant(pocket, space_id, consent_id)
        body = {"answer": given, **({"keeps_copy": False} if no_copy else {})}
        path = f"/v1/spaces/{space_id}/consents/{record_id}/answer"
        made = read(ask(pocket, "POST", path, body), ConsentView)
        if as_json:
            view.as_json(made)
            return
        key = "consent-now-given" if made.consent.status == "given" else "consent-now-refused"
        ends_at = made.consent.ends_at
        until = "—" if ends_at is None else view.moment(pocket, ends_at)
        view.tell(pocket.say(key, name=made.consent.name, until=until))


@click.command("end-consent")
@click.argument("consent_id")
@profile_option
@click.pass_obj
def end_consent(options: Options, consent_id: str, named: str | None) -> None:
    """End a consent: the record closes to that professional from now on."""
    with opened(options) as pocket:
        space_id = _space(pocket, named)
        record_id = _meant(pocket, space_id, consent_id)
        ask(pocket, "POST", f"/v1/spaces/{space_id}/consents/{record_id}/end")
        view.tell(pocket.say("consent-over"))


@click.command("emergency-settings")
@click.option("--regulation", type=_switch, help="The doctor who answers an emergency call.")
@click.option("--professionals", type=_switch, help="Other professionals, who say why.")
@click.option("--masked", type=_switch, help="In an emergency, masked records are read too.")
@profile_option
@password_option
@code_option
@json_option
@click.pass_obj
def emergency_settings(
    options: Options,
    *,
    regulation: str | None,
    professionals: str | None,
    masked: str | None,
    named: str | None,
    password: str | None,
    code: str | None,
    as_json: bool,
) -> None:
    """Show, or decide, who may open your record in an emergency."""
    with opened(options) as pocket:
        path = f"/v1/spaces/{_space(pocket, named)}/access-settings"
        answer = ask(pocket, "GET", path)
        standing = read(answer, Switches)
        wanted = Switches(
            emergency_regulation=_set(regulation, was=standing.emergency_regulation),
            emergency_professionals=_set(professionals, was=standing.emergency_professionals),
            emergency_masked=_set(masked, was=standing.emergency_masked),
        )
        if wanted != standing:
            tag = {"If-Match": answer.headers["ETag"]}
            proof = Proof(password=password, code=code)
            changed = ask_proven(pocket, "PUT", path, wanted, proof=proof, headers=tag)
            standing = read(changed, Switches)
        if as_json:
            view.as_json(standing)
            return
        for name, is_on in msgspec.structs.asdict(standing).items():
            word = pocket.say("on" if is_on else "off")
            view.tell(pocket.say(name.replace("_", "-"), state=word))


def _set(given: str | None, *, was: bool) -> bool:
    return was if given is None else given == _ON


def _space(pocket: Pocket, named: str | None) -> UUID:
    freshen(pocket, offline=False)
    return choose_profile(pocket, named).space_id


def _all(pocket: Pocket, space_id: UUID) -> list[ConsentView]:
    return read_list(ask(pocket, "GET", f"/v1/spaces/{space_id}/consents"), ConsentView)


def _meant(pocket: Pocket, space_id: UUID, start: str) -> UUID:
    return id_starting(start, [one.record_id for one in _all(pocket, space_id)])
