"""Who gave an INS number out, as operators and software name it."""

import click

from backend.identity.model import InsOid

_PREFIX = "urn:oid:"


class _Oid(click.Choice[str]):
    """An OID of the INS, bare or as a URN."""

    def __init__(self) -> None:
        super().__init__([one.value for one in InsOid])

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        urn = value if value.startswith(_PREFIX) else _PREFIX + value
        return super().convert(urn, param, ctx)


ins_oid_option = click.option(
    "--ins-oid",
    type=_Oid(),
    default=InsOid.NIR.value,
    help="Who gave the INS out. [the national register]",
)
