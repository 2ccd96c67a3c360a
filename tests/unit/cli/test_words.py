"""Every text of the command line is there twice, and nothing is said in one language alone."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from backend.cli import heard
from backend.cli.words import catalogue, counted, counted_in, known, say_in
from notifications import calendars
from notifications.core.pack_check import doubts

ROOT = Path(__file__).parents[3]
COMMANDS = sorted((ROOT / "backend" / "cli").rglob("*.py"))
# What people read is written by these; each is given a text of the catalogue.
SINKS = frozenset(
    {
        *("echo", "secho", "print", "prompt", "confirm", "status", "update", "add_task"),
        *("show", "note", "fail", "add_column", "add_row"),
        *("Failure", "Stopped", "ClickException", "UsageError", "BadParameter", "SystemExit"),
    }
)
# Texts by their key, at the place given.
SAYING = {"say": 0, "tell": 0, "say_in": 1, "_found": 1}
MARKUP = re.compile(r"\[/?[a-z]+\]")
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
# Names of the same in every language, in lines that are told as they are.
SAME = frozenset({"RPPS"})
# Layers below, and who of them raises or returns sentences that operators read.
BELOW = (
    ("backend/settings.py", {"SettingsInvalid"}),
    ("backend/calendars.py", {"SettingsInvalid"}),
    ("backend/kernel/sealing.py", {"KeyFileUnsafe"}),
    ("backend/kernel/db_sqlite.py", {"DatabaseInUse"}),
    ("backend/access/rules/matrix_review.py", {"Complaint"}),
    ("backend/access/journal/audit.py", {"JournalDamaged"}),
    ("backend/operations/service.py", {"BackupRefused", "Progress"}),
    ("notifications/core/customs.py", {"CustomsInvalid"}),
    ("notifications/core/spans.py", {"SpanInvalid"}),
)
CHECKS = (
    "pack_check.py",
    "pack_decode.py",
    "screenings/check.py",
    "vaccines/checks/files.py",
    "vaccines/checks/schemes.py",
    "vaccines/checks/spelling.py",
    "vaccines/checks/words.py",
)
FILLED = "'17'"
# The ends of a sentence that begins with the two windows it is about.
PARTS = ("overlap:", "leave a gap", "leave no gap")


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call with the name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            yield name, node


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the words that stand in an argument itself, not in what it calls."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.Constant):
                yield str(part.value)
    elif isinstance(node, ast.BinOp | ast.IfExp | ast.BoolOp | ast.Starred | ast.Tuple | ast.List):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from literals(child)


def filled(node: ast.expr) -> str | None:
    """Return a sentence of the code as it may read, or None where it is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else FILLED for p in node.values]
        return "".join(map(str, parts))
    return None


def docstrings(tree: ast.AST) -> set[int]:
    """Return the constants that are the words of nobody but a developer."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def test_no_words_reach_a_person_without_their_pair() -> None:
    """What is written to a screen comes from the catalogue, whatever command it is."""
    found = []
    for file in COMMANDS:
        for name, call in calls(ast.parse(file.read_text("utf-8"))):
            given = [*call.args] if name in SINKS else []
            for text in (text for one in given for text in literals(one)):
                words = set(WORD.findall(MARKUP.sub("", text))) - SAME
                if words:
                    found.append(f"{file.relative_to(ROOT)}:{call.lineno}: {text!r}")

    assert not found


def test_no_sentence_stands_in_the_code_of_a_command() -> None:
    """Not on its way to a screen either: help and what developers read apart."""
    found = []
    for file in COMMANDS:
        tree = ast.parse(file.read_text("utf-8"))
        silent = docstrings(tree)
        for name, call in calls(tree):
            # A bug, and what no person reads: their words are for developers.
            if name.endswith(("Error", "Unusable", "Unreachable", "Revoked")):
                silent |= {id(node) for node in ast.walk(call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) and node.msg is not None:
                silent |= {id(one) for one in ast.walk(node.msg)}
            if isinstance(node, ast.keyword) and node.arg == "help":
                silent |= {id(one) for one in ast.walk(node.value)}
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_COMMANDS":
                silent |= {id(one) for one in ast.walk(node)}
        found += [
            f"{file.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
            and len(WORD.findall(node.value)) > 2
            and node.value.rstrip().endswith((".", "?", "!", "…"))
        ]

    assert not found


def test_every_text_that_is_said_is_in_the_catalogue() -> None:
    """Under the key that the code names; and what is there has both languages."""
    texts = catalogue()
    missing = []
    for file in COMMANDS:
        for name, call in calls(ast.parse(file.read_text("utf-8"))):
            place = SAYING.get(name)
            if place is None or len(call.args) <= place:
                continue
            key = call.args[place]
            if isinstance(key, ast.Constant) and key.value not in texts:
                missing.append(f"{file.relative_to(ROOT)}:{call.lineno}: {key.value}")

    assert not missing
    assert all(one.fr.strip() and one.en.strip() for one in texts.values())


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_both_languages_are_filled_in_alike(key: str) -> None:
    """A name that one of them lacks would be a fact that half of the people miss."""
    words = catalogue()[key]

    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    assert names(words.fr) == names(words.en)


def test_a_text_names_its_number_and_an_unknown_word_stays_itself() -> None:
    """As later servers may send words that this command line has not learnt."""
    assert counted(1, "import-drafts") != counted(2, "import-drafts").replace("2", "1")
    assert counted_in("fr", 0, "waits") == counted_in("fr", 1, "waits").replace("1", "0")
    assert counted_in("en", 0, "waits") == counted_in("en", 2, "waits").replace("2", "0")
    assert known("review-kind", "of_tomorrow") == "of tomorrow"
    assert say_in("fr", "yes") == "oui"


def below() -> Iterator[tuple[str, str]]:
    """Yield every sentence that a layer below says to operators, filled in."""
    for place, raised in BELOW:
        for name, call in calls(ast.parse((ROOT / place).read_text("utf-8"))):
            if name in raised:
                given = [*call.args, *(one.value for one in call.keywords)]
                yield from ((place, said) for one in given if (said := filled(one)) is not None)
    for part in CHECKS:
        text = (ROOT / "notifications" / "core" / part).read_text("utf-8")
        yield from ((part, said) for said in faults_in(ast.parse(text)))


def faults_in(tree: ast.AST) -> Iterator[str]:
    """Yield the faults of a calendar that a file of checks tells, each as a whole sentence."""
    silent = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            silent |= {id(one) for one in node.values}
    for node in ast.walk(tree):
        said = filled(node) if isinstance(node, ast.expr) and id(node) not in silent else None
        if said is not None and said.endswith(".") and len(WORD.findall(said)) > 2:
            is_part = said.startswith(PARTS)
            yield f"the windows {FILLED} and {FILLED} {said}" if is_part else said


@pytest.mark.parametrize(("place", "sentence"), sorted(set(below())))
def test_what_layers_below_say_has_its_french(place: str, sentence: str) -> None:
    """A sentence that is added there, or changed, needs its French beside the others."""
    assert heard.in_french(sentence) != sentence, f"{place}: add it to {heard.FILE.name}."


def test_sentences_from_below_are_looked_for_where_they_are() -> None:
    """The search itself finds what is known to be there."""
    assert len(set(below())) > 80


def library() -> Iterator[str]:
    """Yield the sentences of the library by which it refuses what was typed."""
    folder = Path(click.__file__).parent
    for name in ("core.py", "exceptions.py", "parser.py", "types.py"):
        for called, call in calls(ast.parse((folder / name).read_text("utf-8"))):
            if called in ("_", "ngettext"):
                texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
                yield from (text for text in texts if isinstance(text, str))


# Said to developers who declare a command wrongly, or as a part of what is tested elsewhere.
NOT_READ = (
    *("DeprecationWarning", "Could not determine", "No options defined", "Arguments take exactly"),
    *("Name '", "Boolean option", "Error: {message}", "Aborted!", "deprecated", "(dynamic)"),
    *("Try '", "Missing argument", "Missing option", "Missing parameter", "Missing {param_type}"),
    *("Choice(", "Invalid start character", "file", "directory", "path"),
)


@pytest.mark.parametrize("sentence", sorted({s for s in library() if not s.startswith(NOT_READ)}))
def test_what_the_library_says_has_its_french(sentence: str) -> None:
    """A release of it that says something new fails here, not on somebody's screen."""
    said = re.sub(r"\{(\w+)(!r)?\}", FILLED, sentence)

    known_alike = {"Options"}
    assert heard.in_french(said) != said or said in known_alike


@pytest.mark.parametrize("english", sorted(heard.sentences()))
def test_no_sentence_is_taken_for_another(english: str) -> None:
    """The first that fits is told: a wide one has to come after a narrow one."""
    names = re.findall(r"\{(\w+)\}", english)
    values = {name: f"'{index}17'" for index, name in enumerate(names)}

    assert heard.in_french(english.format(**values)) == heard.sentences()[english].format(**values)


def test_every_doubt_of_our_calendars_has_its_french() -> None:
    """Reviewers of the French calendar read French."""
    for country in calendars.countries():
        for _, doubt in doubts(calendars.load(country)):
            assert heard.in_french(doubt) != doubt, doubt
