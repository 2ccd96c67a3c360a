"""What is wrong with a command, in French: what the library refuses, and the machine."""

import errno
import sqlite3
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from backend.cli.ask import confirm
from backend.cli.main import carnet
from backend.cli.spoken import Spoken
from notifications import customs
from notifications.core.customs import CustomsInvalid
from tests.unit.cli.test_help import COMMANDS, FRENCH

ENGLISH_WORDS = (
    *("Usage:", "Error:", "Try '", "Missing", "No such", "Invalid value", "Aborted", "Did you"),
    *("does not exist", "is not a valid", "is not one of", "unexpected", "requires"),
)


def typed(*words: str, env: dict[str, str] | None = None, said: str | None = None) -> Result:
    """Type a command in a French terminal."""
    return CliRunner().invoke(carnet, list(words), env=FRENCH | (env or {}), input=said)


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve", "--bogus"), "L'option '--bogus' n'existe pas."),
        (("serve", "--prot", "1"), "Vouliez-vous dire l'un de ceux-ci : '--host', '--port' ?"),
        (("phnoe",), "La commande 'phnoe' n'existe pas. Vouliez-vous dire 'phone' ?"),
        (("review", "show"), "Il manque 'SPACE_ID'."),
        (("agent", "add", "--name", "A"), "Il manque l'option '--organization'."),
        (("serve", "--port", "abc"), "'abc' n'est pas un nombre entier."),
        (("serve", "--port"), "L'option '--port' attend une valeur."),
        (("serve", "--demo=1"), "L'option '--demo' ne prend pas de valeur."),
        (("demo", "more"), "Il y a un mot de trop : more"),
        (("demo", "more", "words"), "Il y a des mots de trop : more words"),
        (("agent", "end", "7"), "'7' n'est pas un identifiant"),
        (("matrix", "check", "/nowhere"), "Le fichier '/nowhere' n'existe pas."),
        (("restore", "/nowhere"), "Le dossier '/nowhere' n'existe pas."),
        (("matrix", "check", "/"), "'/' est un dossier."),
        (("matrix", "export", "--version", "-1"), "-1 est hors des bornes x>=0."),
        (("calendar", "explain", "--born", "1.2.3"), "« 1.2.3 » n'est pas un jour."),
        (("review", "list", "--state", "x"), "n'est pas l'une des valeurs possibles"),
        (("phone", "mask"), "Nommez un élément, ou une partie"),
        (("space", "open"), "Il manque : --family-name"),
    ],
)
def test_what_was_typed_wrongly_is_said_in_french(words: tuple[str, ...], said: str) -> None:
    """With how the command is used, where its help is, and the exit code of misuse."""
    refused = typed(*words)
    told = plain(refused.stderr)

    assert refused.exit_code == 2
    assert said in told
    assert "Utilisation : carnet" in told
    assert "Pour l'aide : carnet" in told
    assert not [one for one in ENGLISH_WORDS if one in told]
    assert refused.stdout == ""


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_every_command_refuses_in_french_what_it_does_not_know(path: str) -> None:
    """Walked through the tree: a command that is added cannot be forgotten."""
    refused = typed(*path.split()[1:], "--surely-no-option-of-ours")
    told = plain(refused.stderr)

    assert refused.exit_code == 2
    assert "L'option '--surely-no-option-of-ours' n'existe pas." in told
    assert not [one for one in ENGLISH_WORDS if one in told]


def test_the_language_that_is_asked_for_is_that_of_errors_too() -> None:
    """Whatever the terminal speaks."""
    runner = CliRunner()

    french = runner.invoke(carnet, ["phone", "--lang", "fr", "show"], env={"LC_ALL": "C"})
    english = runner.invoke(carnet, ["phone", "--lang", "en", "show"], env=FRENCH)

    assert "Erreur : Il manque 'RECORD_ID'." in french.stderr
    assert "Error: Missing argument 'RECORD_ID'." in english.stderr


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (KeyboardInterrupt(), "Arrêté."),
        (EOFError(), "Arrêté."),
        (click.Abort(), "Arrêté."),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x : accès refusé."),
        (OSError(errno.ENOSPC, "No space left on device"), "il n'y a plus de place"),
        (sqlite3.OperationalError("database is locked"), "un autre programme écrit dans la base"),
        (click.FileError("/x", "Permission denied"), "Le fichier"),
    ],
)
def test_what_the_machine_refuses_is_a_sentence(raised: BaseException, said: str) -> None:
    """With what to do, and the exit code of a failure; never a trace."""

    @click.group(cls=Spoken)
    def group() -> None:
        pass

    @group.command()
    def fail() -> None:
        raise raised

    failed = CliRunner().invoke(group, ["fail"], env=FRENCH)

    assert failed.exit_code == 1
    assert isinstance(failed.exception, SystemExit)
    assert said in plain(failed.stderr)


@pytest.mark.parametrize(
    ("answer", "goes_on"),
    [("o\n", True), ("oui\n", True), ("Y\n", True), ("peut-être\no\n", True), ("n\n", False)],
)
def test_a_question_is_answered_in_french_or_in_english(answer: str, goes_on: bool) -> None:
    """And nothing is done without a yes."""

    @click.group(cls=Spoken)
    def group() -> None:
        pass

    @group.command()
    def ask() -> None:
        confirm("Vraiment ?")
        click.echo("fait")

    asked = CliRunner().invoke(group, ["ask"], env=FRENCH, input=answer)

    assert (asked.stdout == "fait\n") is goes_on
    assert asked.exit_code == (0 if goes_on else 1)
    assert ("Rien n'a été fait." in asked.stderr) is not goes_on


def test_a_question_to_nobody_says_how_to_answer_it(tmp_path: Path) -> None:
    """A script that forgot an option is told so."""
    refused = typed("journal", "restored", env={"CARNET_DATA": str(tmp_path)}, said="")

    assert refused.exit_code == 1
    assert "relancez la commande" in plain(refused.stderr)


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("doctor",)])
def test_rings_that_would_all_be_late_start_no_server(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server refuses in both languages, and the doctor finds it."""

    def refuse() -> None:
        raise CustomsInvalid(
            "A reminder is late after 30 minutes, and phones are waited for during 31: "
            "set grace_minutes from 0 to 29 in rings.toml."
        )

    monkeypatch.setattr(customs, "customs", refuse)
    env = {"CARNET_DATA": str(tmp_path / "data")}

    french = typed(*command, env=env)
    english = CliRunner().invoke(carnet, list(command), env={"LC_ALL": "C", **env})

    assert french.exit_code == english.exit_code == 1
    assert "mettez grace_minutes entre 0 et 29 dans rings.toml" in plain(french.output)
    assert "set grace_minutes from 0 to 29 in rings.toml" in plain(english.output)


def test_the_doctor_speaks_french(tmp_path: Path) -> None:
    """All that it finds on a machine where nothing is yet."""
    found = typed("doctor", env={"CARNET_DATA": str(tmp_path / "data")})

    told = plain(found.output)
    assert found.exit_code == 0
    for said in (
        "Profil development, données dans",
        "Les messages s'écrivent dans un fichier",
        "Le dossier de données n'existe pas encore",
        "Il n'y a pas encore de base de données",
        "L'horloge dit",
    ):
        assert said in told


@pytest.mark.parametrize("url", ["mysql://x", "/tmp/carnet.sqlite3", "postgres"])
def test_an_address_of_no_database_is_refused_before_anything_is_made(
    url: str, tmp_path: Path
) -> None:
    """It would be found out by a trace, after the start."""
    env = {"CARNET_DATABASE_URL": url, "CARNET_DATA": str(tmp_path / "data")}

    refused = typed("migrate", env=env)

    assert refused.exit_code == 1
    assert "CARNET_DATABASE_URL vaut sqlite, ou commence par postgresql://." in refused.stderr
    assert not (tmp_path / "data").exists()
