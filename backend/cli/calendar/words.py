"""The words around a plan, in French and in English."""

from collections.abc import Mapping

from notifications.core.text import Text

Language = str

_WORDS: Mapping[str, Text] = {
    "due": Text(fr="À faire maintenant", en="To do now"),
    "unknown": Text(fr="À préciser", en="To be answered"),
    "offered": Text(fr="Possible, sans relance", en="May be offered, nobody is chased"),
    "next": Text(fr="Ensuite", en="What comes next"),
    "blocked": Text(fr="Déconseillé ou refusé", en="Advised against, or refused"),
    "done": Text(fr="Déjà fait", en="Done"),
    "silent": Text(fr="Rien à faire", en="Nothing to do"),
    "sources": Text(fr="Sources", en="Sources"),
    "h-what": Text(fr="quoi", en="what"),
    "h-from": Text(fr="à partir du", en="from"),
    "h-on": Text(fr="le", en="on"),
    "h-until": Text(fr="jusqu'au", en="until"),
    "h-why": Text(fr="pourquoi", en="why"),
    "born": Text(fr="naissance :", en="born:"),
    "any-day": Text(fr="n'importe quand", en="any day"),
    "products": Text(fr="Produits :", en="Products:"),
    "asks": Text(fr="Question :", en="Question:"),
    "recalls": Text(fr="Relances :", en="Asked again:"),
    "tally": Text(
        fr="{items} règles, {sources} sources, {situations} situations.",
        en="{items} items, {sources} sources, {situations} situations.",
    ),
    "doubts": Text(
        fr="valeurs à confirmer avec un professionnel :",
        en="values to confirm with a professional:",
    ),
    "none": Text(fr="Rien n'est à faire ce jour.", en="Nothing is due on this day."),
    "no-change": Text(fr="Aucune différence.", en="No difference."),
    "persons-same": Text(fr="Aucune personne ne change.", en="No person changes."),
}


def say(key: str, language: Language) -> str:
    """Return a word of ours."""
    return in_language(_WORDS[key], language)


def in_language(text: Text, language: Language) -> str:
    """Return a text in one language."""
    return text.fr if language == "fr" else text.en
