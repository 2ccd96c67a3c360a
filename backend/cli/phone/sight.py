"""`carnet phone who | parties | mask | unmask | block`: who sees what, and who no longer."""

from uuid import UUID

import click
import msgspec

from backend.access.blocks.service import Blocked
from backend.access.model import From, Mask
from backend.access.sight.model import EntryAudience, MaskPreview, Party, PartyEntries, Sight
from backend.cli.phone import view
from backend.cli.phone.doors import ask, in_words, read, read_list
from backend.cli.phone.pocket import TROUBLES, Options, Pocket, opened, sentence_of
from backend.cli.phone.shared import (
    choose_profile,
    find,
    freshen,
    json_option,
    offline_option,
    profile_option,
    record_argument,
    send,
    shown_by,
)
from backend.cli.phone.values import named_like
from backend.cli.spoken import Failure
from backend.cli.words import say
from sync.replica import Fields, Refused

_PROFESSION_DIGITS_MAX = 3
# Records of a space that name somebody who was let in.
_NAMING = ("consents", "care_team", "blocks", "emergencies", "mandates")


@click.command()
@record_argument
@json_option
@click.pass_obj
def who(options: Options, record_id: str, *, as_json: bool) -> None:
    """Show who may see a record, who may not, and why."""
    with opened(options) as pocket:
        freshen(pocket, offline=False)
        shown = shown_by(pocket, record_id)
        path = f"/v1/spaces/{shown.space_id}/entries/{shown.record_id}/audience"
        found = read(ask(pocket, "GET", path), EntryAudience)
        if as_json:
            view.as_json(found)
            return
        view.tell(view.summary(shown.fields))
        rows = [_sight_row(pocket, one) for one in found.viewers]
        view.table(pocket, ("h-sees", "h-who", "h-why"), rows)
        labels = [in_words(pocket, one.label) for one in found.professions if one.allow]
        if labels:
            view.tell(pocket.say("professions-see", names=", ".join(labels)))
        view.tell(in_words(pocket, found.emergency))


def _sight_row(pocket: Pocket, one: Sight) -> tuple[str, str, str]:
    why = in_words(pocket, one.text)
    if one.next is not None:
        why = f"{why} {in_words(pocket, one.next)}"
    return pocket.say("yes" if one.allow else "no"), in_words(pocket, one.who), why


@click.command()
@click.argument("party", required=False)
@profile_option
@json_option
@click.pass_obj
def parties(options: Options, party: str | None, named: str | None, *, as_json: bool) -> None:
    """List who is or was let into a record; with PARTY, what that one sees of it."""
    with opened(options) as pocket:
        freshen(pocket, offline=False)
        space_id = choose_profile(pocket, named).space_id
        if party is not None:
            _tell_party(pocket, space_id, party, as_json=as_json)
            return
        found = read_list(ask(pocket, "GET", f"/v1/spaces/{space_id}/parties"), Party)
        if as_json:
            view.as_json(found)
            return
        rows = [
            (
                str(one.party_id)[: view.SHORT_ID],
                in_words(pocket, one.who),
                pocket.say(f"party-{one.state}"),
                "—" if one.until is None else view.moment(pocket, one.until),
            )
            for one in found
        ]
        view.table(pocket, ("h-id", "h-who", "h-state", "h-until"), rows)


def _tell_party(pocket: Pocket, space_id: UUID, party: str, *, as_json: bool) -> None:
    party_id = party_of(pocket, space_id, party)
    path = f"/v1/spaces/{space_id}/parties/{party_id}/entries"
    found = read(ask(pocket, "GET", path), PartyEntries)
    if as_json:
        view.as_json(found)
        return
    name = in_words(pocket, found.party.who)
    view.tell(pocket.counted(found.sees, "party-sees", name=name, hidden=found.does_not_see))
    rows = [
        (pocket.say("yes" if one.allow else "no"), str(one.count), in_words(pocket, one.text))
        for one in found.reasons
    ]
    view.table(pocket, ("h-sees", "h-records", "h-why"), rows)


@click.command()
@click.argument("record_id", required=False)
@click.option("--section", help="A whole section: a collection, or a kind of document.")
@click.option(
    "--from",
    "from_whom",
    default=From.PROFESSIONALS.value,
    show_default=True,
    help="professionals, the code of a profession (70), or somebody by name or identifier.",
)
@click.option("--preview", "is_preview", is_flag=True, help="Only show what would change.")
@profile_option
@offline_option
@json_option
@click.pass_obj
def mask(
    options: Options,
    record_id: str | None,
    section: str | None,
    from_whom: str,
    named: str | None,
    *,
    is_preview: bool,
    offline: bool,
    as_json: bool,
) -> None:
    """Hide a record, or a section, from professionals; online, it says first from whom."""
    if (record_id is None) is (section is None):
        raise click.UsageError(say("mask-one-thing"))
    if is_preview and offline:
        raise click.UsageError(say("preview-online"))
    with opened(options) as pocket:
        freshen(pocket, offline=offline)
        if record_id is None:
            space_id, target = choose_profile(pocket, named).space_id, None
        else:
            shown = shown_by(pocket, record_id)
            space_id, target = shown.space_id, shown.record_id
        order = _order(pocket, space_id, from_whom, Mask(record_id=target, section=section))
        if not offline:
            _foresee(pocket, space_id, order, is_only=is_preview, as_json=as_json)
        if not is_preview:
            fields = {k: v for k, v in msgspec.to_builtins(order).items() if v is not None}
            made = pocket.replica.put(space_id, "masks", None, fields)
            send(pocket, space_id, made, done="masked", offline=offline)


def _order(pocket: Pocket, space_id: UUID, from_whom: str, bare: Mask) -> Mask:
    if from_whom == From.PROFESSIONALS.value:
        return bare
    if from_whom.isdecimal() and len(from_whom) <= _PROFESSION_DIGITS_MAX:
        return msgspec.structs.replace(bare, from_whom="profession", profession=from_whom)
    party_id = party_of(pocket, space_id, from_whom)
    return msgspec.structs.replace(bare, from_whom="person", party_id=party_id)


def _foresee(pocket: Pocket, space_id: UUID, order: Mask, *, is_only: bool, as_json: bool) -> None:
    """Show who would still see what is masked; without a network, only a wish for it fails."""
    try:
        answer = ask(pocket, "POST", f"/v1/spaces/{space_id}/masks/preview", order)
    except TROUBLES as trouble:
        if is_only or isinstance(trouble, Refused):
            raise Failure(sentence_of(pocket, trouble)) from None
        view.note(pocket.say("no-preview"))
        return
    found = read(answer, MaskPreview)
    if as_json:
        view.as_json(found)
        return
    view.tell(pocket.counted(found.entries, "mask-covers"))
    rows = [
        (
            in_words(pocket, one.who),
            str(one.sees_now),
            str(one.sees_after),
            in_words(pocket, one.text),
        )
        for one in found.viewers
    ]
    view.table(pocket, ("h-who", "h-now", "h-after", "h-why"), rows)
    lost = [
        in_words(pocket, one.label) for one in found.professions if one.sees_after < one.sees_now
    ]
    if lost:
        view.tell(pocket.say("professions-lose", names=", ".join(lost)))
    view.tell(in_words(pocket, found.emergency))


@click.command()
@record_argument
@profile_option
@offline_option
@click.pass_obj
def unmask(options: Options, record_id: str, named: str | None, *, offline: bool) -> None:
    """Take masks off: of a record, of a section by its name, or one mask by its identifier."""
    with opened(options) as pocket:
        freshen(pocket, offline=offline)
        spaces = pocket.replica.profiles()
        if named is not None:
            spaces = [choose_profile(pocket, named)]
        found = [
            shown
            for space in spaces
            for shown in pocket.replica.records(space.space_id, "masks")
            if _is_meant(shown.record_id, shown.fields, record_id.casefold())
        ]
        if not found:
            find(pocket, record_id)
            raise Failure(pocket.say("not-masked", id=record_id))
        for shown in found:
            pocket.replica.delete(shown.space_id, "masks", shown.record_id)
            send(pocket, shown.space_id, shown.record_id, done="unmasked", offline=offline)


def _is_meant(mask_id: UUID, fields: Fields, word: str) -> bool:
    if fields.get("section") == word:
        return True
    return any(str(one).startswith(word) for one in (mask_id, fields.get("record_id")) if one)


@click.command()
@click.argument("party")
@profile_option
@json_option
@click.pass_obj
def block(options: Options, party: str, named: str | None, *, as_json: bool) -> None:
    """Shut a professional out of a record, from now on."""
    with opened(options) as pocket:
        freshen(pocket, offline=False)
        space_id = choose_profile(pocket, named).space_id
        body = {"party_id": party_of(pocket, space_id, party)}
        made = read(ask(pocket, "POST", f"/v1/spaces/{space_id}/blocks", body), Blocked)
        if as_json:
            view.as_json(made)
            return
        view.tell(pocket.say("blocked", name=made.block.name))


def party_of(pocket: Pocket, space_id: UUID, named: str) -> UUID:
    """Return who of a space is meant, by the start of an identifier or by names.

    What this phone holds comes first, so that somebody is found without a network.

    Raises:
        Failure: Nobody, or more than one.
        TransportFailure: There is no answer to use.
    """
    known = [
        (str(shown.fields["party_id"]), str(shown.fields.get("name", "")))
        for collection in _NAMING
        for shown in pocket.replica.records(space_id, collection)
        if shown.fields.get("party_id")
    ]
    found = _named(known, named)
    if not found:
        every = read_list(ask(pocket, "GET", f"/v1/spaces/{space_id}/parties"), Party)
        found = _named([(str(one.party_id), one.name or "") for one in every], named)
    if len(found) != 1:
        raise Failure(pocket.say("several-parties" if found else "no-party", name=named))
    return UUID(found.pop())


def _named(known: list[tuple[str, str]], named: str) -> set[str]:
    return {
        party_id
        for party_id, name in known
        if party_id.startswith(named.casefold()) or named_like(name, named)
    }
