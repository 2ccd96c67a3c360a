"""What `carnet calendar` says: plans with their sources, faults, and what changed."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.cli.main import carnet
from notifications import calendars
from notifications.core.written import read_doses

Run = Callable[..., Result]
SHIPPED = Path(calendars.__file__).parent
PERSONS = Path(__file__).parents[1] / "notifications" / "worked" / "persons.toml"
CHILD = ("--born", "2023-03-02", "--sex", "female", "--on", "2026-11-21")


def run(*words: str | Path, language: str = "C") -> Result:
    """Run a command; whatever fails, fails with a sentence."""
    result = CliRunner().invoke(carnet, ["calendar", *map(str, words)], env={"LC_ALL": language})
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def explained(*words: str | Path) -> dict[str, tuple[str, str | None]]:
    """Return the plan of a person as JSON tells it: status and day, by item and step."""
    result = run("explain", *words, "--json")
    assert result.exit_code == 0, result.output
    return {
        f"{one['item']} {one['step']}": (one["status"], one.get("due_on"))
        for one in json.loads(result.output)["recommendations"]
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the French calendar into a folder."""
    return Path(shutil.copytree(SHIPPED / "fr", tmp_path / "mine"))


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    """Change one thing in a calendar."""
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    return folder


def test_a_plan_is_printed_with_reasons_and_sources() -> None:
    """What is due, from when to when, why, by which rule, and where that is written."""
    plan = " ".join(run("explain", *CHILD).output.split())

    assert "French calendar (fr 2026.1), 21 November 2026" in plan
    assert "To do now" in plan
    assert "2026-03-02 2027-03-01 Child examination: 4th year" in plan
    assert "child_exams_20 3y-4y, mandatory" in plan
    assert "To confirm with a health professional" in plan
    assert "arr_ex: Arrêté du 26 février 2019" in plan
    assert "https://www.legifrance.gouv.fr/loda/id/JORFTEXT000038175215/" in plan
    assert "does not replace the advice of a health professional" in plan


def test_a_plan_is_printed_in_the_language_that_is_asked_for() -> None:
    """By the option, or by the terminal."""
    by_option = " ".join(run("explain", *CHILD, "--language", "fr").output.split())
    by_terminal = " ".join(run("explain", *CHILD, language="fr_FR.UTF-8").output.split())

    assert "Calendrier français (fr 2026.1), 21 novembre 2026" in by_option
    assert "À faire maintenant" in by_option
    assert "obligatoire" in by_option
    assert by_option == by_terminal


def test_a_dose_that_was_given_moves_the_next() -> None:
    """And one may be named by the beginning of its name."""
    baby = ("--born", "2026-01-10", "--on", "2026-03-10")
    before = explained(*baby)
    after = explained(*baby, "--dose", "HEXYON 2026-03-10", "--dose", "beyfortus 2026-01-11")

    assert before["hexavalent 1"] == ("due", "2026-03-10")
    assert after["hexavalent 1"][0] == "done"
    assert after["hexavalent 2"] == ("not-yet", "2026-05-10")
    assert "rsv_newborn" not in {
        key.split()[0] for key, (state, _) in after.items() if state == "due"
    }


def test_the_vaccines_of_a_plan_can_be_had_as_fhir() -> None:
    """One resource, with the codes of products."""
    result = run("explain", *CHILD, "--fhir")

    resource = json.loads(result.output)
    assert resource["resourceType"] == "ImmunizationRecommendation"
    codes = [
        coding["code"]
        for advice in resource["recommendation"]
        for vaccine in advice.get("vaccineCode", [])
        for coding in vaccine["coding"]
    ]
    assert "VAC0495" in codes


def test_exams_situations_and_refusals_are_told_in_a_line() -> None:
    """Each moves what it is about."""
    woman = ("--born", "1974-04-20", "--sex", "female", "--on", "2026-06-01")
    found = explained(
        *woman,
        *("--exam", "mammography 2025-06-01 normal"),
        *("--situation", "no-cervix"),
        *("--refused", "colorectal 2026-01-01"),
    )

    assert found["breast mammography"] == ("not-yet", "2027-06-01")
    assert not any(key.startswith("cervix") for key in found)
    assert found["colorectal fit"][0] == "refused"


@pytest.mark.parametrize("told", [("--weeks", "34"), ("--pregnant-since", "2025-05-21")])
def test_a_pregnancy_is_told_by_its_weeks_or_its_beginning(told: tuple[str, str]) -> None:
    """34 weeks on 14 January 2026 began on 21 May 2025."""
    found = explained("--born", "1992-08-08", "--sex", "female", "--on", "2026-01-14", *told)

    assert found["pertussis_pregnancy pregnancy"] == ("due", "2025-10-08")
    assert found["mtdents_pregnancy pregnancy"] == ("due", None)


def test_residence_and_country_choose_the_rules() -> None:
    """Yellow fever in French Guiana; another country has other ages."""
    guiana = explained("--born", "2020-01-01", "--on", "2026-01-01", "--residence", "GF")
    british = explained("--country", "gb", "--born", "2026-01-01", "--on", "2026-02-26")

    assert guiana["yellow_fever 1"][0] == "due"
    assert british["six_in_one 1"] == ("due", "2026-02-26")


def test_a_file_of_persons_is_explained_person_by_person() -> None:
    """The worked ones, for instance, or one's own."""
    result = run("explain", "--case", PERSONS)

    assert result.exit_code == 0
    assert [f"# {number}\n" in result.output for number in (1, 3, 28)] == [True] * 3


def test_of_a_file_those_who_can_be_planned_are_and_the_others_are_named(tmp_path: Path) -> None:
    """Nobody's plan is lost because of somebody else's date."""
    file = tmp_path / "persons.toml"
    person = "born = 2020-01-01\non = 2026-01-01\n"
    file.write_text(
        f'[[case]]\nid = "good"\n{person}'
        f'[[case]]\nid = "late"\ndoses = ["HEXYON 2026-01-02"]\n{person}'
        f'[[case]]\nid = "lost"\ndoses = ["HEXION 2020-03-01"]\n{person}'
    )

    shown, told = run("explain", "--case", file), run("explain", "--case", file, "--json")

    words = " ".join(shown.output.split())
    assert shown.exit_code == told.exit_code == 1
    assert "# good" in shown.output
    assert "# late" not in shown.output
    assert "late: The vaccine HEXYON is dated 2 January 2026, which has not come yet" in words
    assert "lost: This calendar knows no vaccine “HEXION”" in words
    assert [one["id"] for one in json.loads(told.stdout)] == ["good"]


NAMES = [
    ("Hexyon", "hexyon"),
    ("engerix b 20", "engerix-b-20"),
    ("BCG", "bcg-ajvaccines"),
    ("VAC0510", "hexyon"),
    ("TETRAVAC ACELLULAIRE", "tetravac-acellulaire"),
    ("m-m-rvaxpro", "m-m-rvaxpro"),
]


@pytest.mark.parametrize(("typed", "product"), NAMES)
def test_a_vaccine_is_known_by_any_of_its_names(typed: str, product: str) -> None:
    """Capitals, signs and units do not matter, nor words that are left out."""
    (dose,) = read_doses(calendars.load("fr"), f"{typed} 2025-01-01")

    assert dose.product == product


BAD = [
    (("--dose", "HEXYON 2026-11-22"), "22 November 2026, which has not come yet"),
    (("--dose", "HEXYON 2023-03-01"), "1 March 2023, before birth"),
    (("--dose", "HEXION 2025-01-01"), "knows no vaccine “HEXION”"),
    (("--dose", "PREVENAR 2025-01-01"), "Several vaccines are called “PREVENAR”"),
    (("--dose", "HEXYON"), "write the vaccine, then the day"),
    (("--dose", "HEXYON 2025-02-30"), "“2025-02-30” is no day"),
    (("--exam", "fit 2026-11-22"), "which has not come yet"),
    (("--exam", "fitt 2025-01-01"), "“fitt 2025-01-01” is not understood"),
    (("--exam", "fit 2025-01-01 great"), "is not understood"),
    (("--situation", "unlucky"), "“unlucky” is not understood"),
    (("--situation", "diabetes soon"), "“soon” is no day"),
    (("--situation", "diabete"), "Known words: diabetes"),
    (("--situation", "pregnant"), "tell its weeks (weeks)"),
    (("--refused", "everything"), "“everything” is not understood"),
    (("--weeks", "50"), "0 to 44 weeks"),
    (("--weeks", "10", "--pregnant-since", "2026-01-01"), "told by its beginning, or by"),
    (("--residence", "Guyane"), "“Guyane” is no place: write a code of two letters"),
    (("--on", "9999-12-31"), "The year 9999 is not from 1850 to 2199"),
    (("--country", "atlantis"), "There is no calendar 'atlantis'. Name one of fr, gb"),
]


@pytest.mark.parametrize(("words", "said"), BAD)
def test_what_cannot_be_is_refused_with_a_sentence(words: tuple[str, ...], said: str) -> None:
    """Exit code 1, and nothing is planned."""
    refused = run("explain", *CHILD, *words)

    assert refused.exit_code == 1
    assert said in " ".join(refused.output.split())
    assert "To do now" not in refused.output


def test_a_refusal_is_in_the_language_of_the_terminal() -> None:
    """The person reads what to write instead."""
    refused = run("explain", *CHILD, "--dose", "HEXION 2025-01-01", "--language", "fr")

    assert "aucun vaccin « HEXION »" in " ".join(refused.output.split())


def test_a_birth_to_come_and_none_at_all_are_refused() -> None:
    """Each says what to do."""
    future = run("explain", "--born", "2026-11-22", "--on", "2026-11-21")
    nobody = run("explain")

    assert "has not come yet" in " ".join(future.output.split())
    assert "--born" in nobody.output
    assert (future.exit_code, nobody.exit_code) == (1, 2)


def test_a_file_of_persons_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """With what is wrong in it."""
    file = tmp_path / "persons.toml"
    file.write_text("[[case]]\nid = 1\nborn = 2020-01-01\non = 2026-01-01\nvaccines = []\n")

    refused = run("explain", "--case", file)

    assert refused.exit_code == 1
    assert "unknown field `vaccines`" in " ".join(refused.output.split())


def test_the_example_of_the_guide_works(tmp_path: Path) -> None:
    """What reviewers are shown can be typed."""
    guide = (Path(__file__).parents[3] / "docs" / "calendars.md").read_text("utf-8")
    file = tmp_path / "persons.toml"
    file.write_text(guide.partition("```toml\n")[2].partition("```")[0], "utf-8")

    result = run("explain", "--case", file)

    assert result.exit_code == 0
    assert "# the neighbour" in result.output


def test_every_calendar_that_ships_is_checked_and_its_doubts_are_counted() -> None:
    """And one of them alone, by its country."""
    every, one = run("check"), run("check", "gb", "--language", "fr")

    assert every.exit_code == one.exit_code == 0
    assert "✓ fr 2026.1: " in every.output
    assert "values to confirm with a professional:" in every.output
    assert "products.toml, avaxim-80: it rests on weak sources alone: ptut (D)" in every.output
    assert "menACWY_infant: one text stops at 3 years" in every.output
    assert "✓ gb 2026.1 : " in one.output
    assert "fr 2026.1" not in one.output
    assert "valeurs à confirmer avec un professionnel" in one.output


def test_a_calendar_with_a_gap_or_an_overlap_may_not_be_used(folder: Path) -> None:
    """Neither checked, nor explained by."""
    changed(folder, "screenings.toml", 'to = "29y completed"', 'to = "28y completed"')
    changed(folder, "screenings.toml", 'from = "3m"\n', 'from = "2m"\n')

    refused, not_used = run("check", folder), run("explain", *CHILD, "--country", folder)

    for one in (refused, not_used):
        assert one.exit_code == 1
        assert "cervix: the steps cytology and hpv-test leave a gap" in one.output
        assert "the windows 2m-3m and 3m-4m overlap" in one.output
        assert "2 to mend in the calendar" in one.output


def test_what_changed_is_told_in_words(folder: Path) -> None:
    """Ages, doses, sources; and which of some persons are told otherwise."""
    changed(folder, "screenings.toml", 'from = "50y"', 'from = "45y"')
    changed(folder, "vaccines.toml", 'step = "2", at = "4m"', 'step = "2", at = "3m"')
    changed(folder, "sources.toml", 'date = "2024-05-29"', 'date = "2026-01-01"')

    told = run("diff", "fr", folder, "--case", PERSONS)
    french = run("diff", "fr", folder, "--case", PERSONS, "--language", "fr")

    assert told.exit_code == 0
    assert "screenings.toml, breast, step, mammography, first age: 50y becomes 45y." in told.output
    assert "vaccines.toml, hexavalent, scheme, no. 1, doses, 2, age: 4m becomes 3m." in told.output
    assert "arr_bilan, date: 2024-05-29 becomes 2026-01-01." in told.output
    assert (
        "14: breast mammography: not yet, recommended, 2045-03-12, 2070-03-11 becomes"
        in told.output
    )
    assert "20: " not in told.output
    assert "âge de début : 50y devient 45y." in french.output
    assert "14: breast mammography : plus tard, recommandé, 2045-03-12" in french.output


def test_items_that_come_and_go_are_told(folder: Path) -> None:
    """Added with a plus, removed with a minus."""
    file = folder / "situations.toml"
    extra = (
        '\n[[situation]]\ncode = "left-handed"\nkind = "health"\n'
        'name = { fr = "Gaucher", en = "Left-handed" }\n'
        'question = { fr = "Êtes-vous gaucher ?", en = "Are you left-handed?" }\n'
        'source = ["reco26"]\n'
    )
    file.write_text(file.read_text("utf-8") + extra, "utf-8")

    assert "+ situations.toml, left-handed: added." in run("diff", "fr", folder).output
    assert "- situations.toml, left-handed: removed." in run("diff", folder, "fr").output
    assert "No difference." in run("diff", "fr", "fr", "--case", PERSONS).output
    assert "No person changes." in run("diff", "fr", folder, "--case", PERSONS).output


def test_what_is_done_is_told_with_its_day_and_what_is_not_asked_with_its_name() -> None:
    """Nobody reads "any day" of a dose that was given, nor an id alone."""
    told = run("explain", *CHILD, "--dose", "HEXYON 2023-05-02").output.split("\nDone\n")[1]

    done, silent = (" ".join(part.split()) for part in told.split("\nNothing to do\n"))
    assert "any day" not in done
    assert "2023-05-02 Hexavalent vaccine" in done
    assert "Shingles vaccine From 2 March 2088. zoster" in silent
    assert "Adult’s diphtheria, tetanus, polio From 2 March 2048." in silent


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_terminal_of_eighty_columns_shows_every_word(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not fit goes to the next line, and is never cut."""
    monkeypatch.setenv("COLUMNS", "80")
    wide = run("explain", *CHILD, "--language", language).output
    monkeypatch.setenv("FORCE_COLOR", "1")
    marks = re.compile(r"\x1b\[[0-9;]*m")
    narrow = marks.sub("", run("explain", *CHILD, "--language", language).output)

    tables = narrow.partition("\nSources\n")[0].splitlines()
    assert max(map(len, tables)) <= 80
    assert "…" not in narrow
    assert sorted("".join(narrow.split())) == sorted("".join(wide.split()))
