"""`carnet phone box`: what is in a box of vaccine, before anything is written."""

import click

from backend.cli.phone import view
from backend.cli.phone.doors import ask, read
from backend.cli.phone.pocket import Options, opened
from backend.cli.phone.shared import json_option
from backend.prevention.model import VaccineFound


@click.command("box")
@click.argument("code")
@json_option
@click.pass_obj
def box(options: Options, code: str, *, as_json: bool) -> None:
    """Say which vaccine is in a box, from the code that is scanned or printed on it."""
    with opened(options) as pocket:
        answer = ask(pocket, "POST", "/v1/vaccines/resolve", {"box_code": code})
        found = read(answer, VaccineFound)
        if as_json:
            view.as_json(found)
            return
        is_french = pocket.language == "fr"
        names = [one.name.fr if is_french else one.name.en for one in found.diseases]
        view.tell(found.label)
        view.tell(pocket.say("box-against", names=", ".join(names)))
        if found.is_generic:
            view.tell(pocket.say("box-generic"))
        if found.lot_number is not None:
            view.tell(pocket.say("box-lot", lot=found.lot_number))
        if found.expires_on is not None:
            view.tell(pocket.say("box-until", day=found.expires_on.isoformat()))
