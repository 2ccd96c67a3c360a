"""`carnet phone care-team | name-member | end-member | let-in | unblock`: whom a person lets in."""

from datetime import datetime
from typing import get_args
from uuid import UUID

import click

from backend.access.care_team.model import MemberView
from backend.access.consents.model import ConsentView
from backend.access.model import TeamRole
from backend.cli.phone import view
from backend.cli.phone.doors import ask, id_starting, in_words, read, read_end, read_list
from backend.cli.phone.pocket import Options, Pocket, opened
from backend.cli.phone.shared import choose_profile, freshen, json_option, profile_option
from backend.cli.phone.sight import party_of
from backend.cli.phone.values import named_like
from backend.cli.spoken import Failure

_end = click.option("--until", "ends_at", callback=read_end, help="Its last day. [no end]")


@click.command("care-team")
@profile_option
@json_option
@click.pass_obj
def care_team(options: Options, named: str | None, *, as_json: bool) -> None:
    """List the care team, with who also sees what is masked."""
    with opened(options) as pocket:
        found = _team(pocket, _space(pocket, named))
        if as_json:
            view.as_json(found)
            return
        rows = [
            (
                str(one.record_id)[: view.SHORT_ID],
                one.member.name,
                pocket.say(f"team-{one.member.role}"),
                pocket.say("yes" if one.sees_masked else "no"),
                "—" if one.member.ends_at is None else view.moment(pocket, one.member.ends_at),
            )
            for one in found
        ]
        view.table(pocket, ("h-id", "h-who", "h-place", "h-sees-masked", "h-until"), rows)


@click.command("name-member")
@click.argument("party")
@click.option(
    "--role",
    type=click.Choice(get_args(TeamRole)),
    default="member",
    show_default=True,
    help="Attending doctor and administrator also see what is masked.",
)
@_end
@profile_option
@json_option
@click.pass_obj
def name_member(
    options: Options,
    party: str,
    role: str,
    *,
    ends_at: datetime | None,
    named: str | None,
    as_json: bool,
) -> None:
    """Give a professional a place in the care team, or another one than they have."""
    with opened(options) as pocket:
        space_id = _space(pocket, named)
        party_id = party_of(pocket, space_id, party)
        path = f"/v1/spaces/{space_id}/care-team"
        body = {"role": role, **({} if ends_at is None else {"ends_at": ends_at})}
        held = [one for one in _team(pocket, space_id) if one.member.party_id == party_id]
        if held:
            answer = ask(pocket, "PATCH", f"{path}/{held[0].record_id}", body)
        else:
            answer = ask(pocket, "POST", path, {"party_id": party_id, **body})
        made = read(answer, MemberView)
        if as_json:
            view.as_json(made)
            return
        place = pocket.say(f"team-{made.member.role}")
        view.tell(pocket.say("team-named", name=made.member.name, place=place))
        if made.notice is not None:
            view.tell(in_words(pocket, made.notice))


@click.command("end-member")
@click.argument("party")
@profile_option
@click.pass_obj
def end_member(options: Options, party: str, named: str | None) -> None:
    """End somebody's place in the care team, from now on."""
    with opened(options) as pocket:
        space_id = _space(pocket, named)
        found = {one.record_id: one.member.name for one in _team(pocket, space_id)}
        record_id = _meant(pocket, found, party)
        ask(pocket, "DELETE", f"/v1/spaces/{space_id}/care-team/{record_id}")
        view.tell(pocket.say("team-over"))


@click.command("let-in")
@click.argument("party")
@click.option(
    "--section", "sections", multiple=True, help="What they may see; again for more. [all]"
)
@click.option("--copy", "keeps_copy", is_flag=True, help="Their software may keep a copy.")
@click.option("--team", "extends_to_team", is_flag=True, help="It reaches their care team.")
@click.option("--days", type=click.IntRange(1), help="For how many days. [a year]")
@profile_option
@json_option
@click.pass_obj
def let_in(  # What a consent says, each by an option.
    options: Options,
    party: str,
    *,
    sections: tuple[str, ...],
    keeps_copy: bool,
    extends_to_team: bool,
    days: int | None,
    named: str | None,
    as_json: bool,
) -> None:
    """Give consent, unasked, to a professional whom the record has met."""
    with opened(options) as pocket:
        space_id = _space(pocket, named)
        body = {
            "party_id": party_of(pocket, space_id, party),
            "sections": sections,
            "keeps_copy": keeps_copy,
            "extends_to_team": extends_to_team,
            "days": days,
        }
        path = f"/v1/spaces/{space_id}/consents"
        made = read(ask(pocket, "POST", path, body), ConsentView)
        if as_json:
            view.as_json(made)
            return
        ends_at = made.consent.ends_at
        until = "—" if ends_at is None else view.moment(pocket, ends_at)
        view.tell(pocket.say("consent-now-given", name=made.consent.name, until=until))


@click.command()
@click.argument("party")
@profile_option
@click.pass_obj
def unblock(options: Options, party: str, named: str | None) -> None:
    """Lift a block. What it ended stays ended: to let them in again, agree anew."""
    with opened(options) as pocket:
        space_id = _space(pocket, named)
        blocks = {
            shown.record_id: str(shown.fields.get("name", ""))
            for shown in pocket.replica.records(space_id, "blocks")
        }
        record_id = _meant(pocket, blocks, party)
        ask(pocket, "DELETE", f"/v1/spaces/{space_id}/blocks/{record_id}")
        view.tell(pocket.say("unblocked", name=blocks[record_id]))


def _space(pocket: Pocket, named: str | None) -> UUID:
    freshen(pocket, offline=False)
    return choose_profile(pocket, named).space_id


def _team(pocket: Pocket, space_id: UUID) -> list[MemberView]:
    return read_list(ask(pocket, "GET", f"/v1/spaces/{space_id}/care-team"), MemberView)


def _meant(pocket: Pocket, found: dict[UUID, str], word: str) -> UUID:
    """Return the record of whom a name means, or the start of the record's identifier.

    Raises:
        Failure: The name means several.
        RecordUnknown: It means nobody.
    """
    meant = [record_id for record_id, name in found.items() if named_like(name, word)]
    if len(meant) > 1:
        raise Failure(pocket.say("several-parties", name=word))
    return meant[0] if meant else id_starting(word, [*found])
