"""The page behind the address in a message: plain HTML, two languages, no script.

Looking at it changes nothing: programs that check mail follow every link.
"""

import tomllib
from functools import cache
from html import escape
from importlib.resources import files

import msgspec

from backend.preferences.model import Standing

LANGUAGES = ("fr", "en")
# Nothing is loaded, nobody may frame it, and its form leads back here.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"

_STYLE = (
    "body{font:1.2rem/1.5 sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem;"
    "color:#111;background:#fff}button{font:inherit;padding:.8rem 1.2rem;margin:.4rem 0;"
    "width:100%;border:2px solid #111;border-radius:.4rem;background:#fff;color:#111;"
    "cursor:pointer}"
)


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The page in one language."""

    title: str
    on: str
    kind_off: str
    all_off: str
    spent: str
    next_step: str
    stop_kind: str
    stop_all: str
    back: str


@cache
def words() -> dict[str, Words]:
    """Read the words of the page."""
    text = files("backend.preferences").joinpath("data", "page.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Words])


def page_of(standing: Standing) -> str:
    """Write the page of an address that leads somewhere."""
    said = words()[standing.language if standing.language in LANGUAGES else LANGUAGES[0]]
    stop_all, back = ("all", said.stop_all), ("back", said.back)
    if standing.is_kind_on:
        state, buttons = said.on, [("kind", said.stop_kind), stop_all]
    elif standing.is_any_on:
        state, buttons = said.kind_off, [back, stop_all]
    else:
        state, buttons = said.all_off, [back]
    forms = "".join(
        f'<form method="post"><button name="scope" value="{value}">{escape(label)}</button></form>'
        for value, label in buttons
    )
    return _html(standing.language, said, f"<p>{escape(state)}</p>{forms}")


def page_of_spent(language: str) -> str:
    """Write the page of an address that leads nowhere."""
    said = words()[language if language in LANGUAGES else LANGUAGES[0]]
    return _html(language, said, f"<p>{escape(said.spent)}</p>")


def _html(language: str, said: Words, body: str) -> str:
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{escape(said.title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(said.title)}</h1>{body}<p>{escape(said.next_step)}</p>"
        "</main></body></html>"
    )
