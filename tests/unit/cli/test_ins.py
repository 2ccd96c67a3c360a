"""How an INS is named on the command line."""

import click
import pytest
from click.testing import CliRunner

from backend.cli.ins import ins_oid_option


@click.command()
@ins_oid_option
def told(ins_oid: str) -> None:
    click.echo(ins_oid)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ([], "urn:oid:1.2.250.1.213.1.4.8"),
        (["--ins-oid", "1.2.250.1.213.1.4.10"], "urn:oid:1.2.250.1.213.1.4.10"),
        (["--ins-oid", "urn:oid:1.2.250.1.213.1.4.10"], "urn:oid:1.2.250.1.213.1.4.10"),
    ],
)
def test_an_oid_is_taken_bare_or_as_a_urn(typed: list[str], read: str) -> None:
    """The register of France is meant when nothing is said."""
    assert CliRunner().invoke(told, typed).output.strip() == read


def test_an_oid_of_no_register_is_refused_with_those_that_are() -> None:
    """Before anything is sent."""
    refused = CliRunner().invoke(told, ["--ins-oid", "1.2.3"])

    assert refused.exit_code == 2
    assert "urn:oid:1.2.250.1.213.1.4.8" in refused.output
