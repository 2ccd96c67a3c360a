"""Sentences that every calendar needs, in every language that is served: no country is in them."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from notifications.core.recommendation import Level, Status
from notifications.core.text import Text

_MONTHS_FR = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


_LEVELS: Mapping[Level, Text] = {
    Level.MANDATORY: Text(fr="obligatoire", en="mandatory"),
    Level.RECOMMENDED: Text(fr="recommandé", en="recommended"),
    Level.RISK: Text(fr="recommandé, du fait d'un risque", en="recommended, because of a risk"),
    Level.OPTIONAL: Text(fr="peut être proposé", en="may be offered"),
    Level.PENDING: Text(fr="prévu par la loi, pas encore en vigueur", en="not in force yet"),
}
_STATUSES: Mapping[Status, Text] = {
    Status.NOT_YET: Text(fr="plus tard", en="not yet"),
    Status.DUE: Text(fr="à faire", en="due"),
    Status.OVERDUE: Text(fr="en retard", en="overdue"),
    Status.DONE: Text(fr="fait", en="done"),
    Status.REFUSED: Text(fr="refusé", en="refused"),
    Status.CONTRAINDICATED: Text(fr="déconseillé", en="advised against"),
    Status.UNKNOWN: Text(fr="une question se pose", en="a question is open"),
}


@lru_cache(maxsize=4096)
def said(day: date) -> Text:
    """Write a day as people say it."""
    first = "1er" if day.day == 1 else str(day.day)
    return Text(
        fr=f"{first} {_MONTHS_FR[day.month - 1]} {day.year}",
        en=f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}",
    )


def joined(*texts: Text | None) -> Text:
    """Put sentences one after the other; what is None says nothing."""
    present = [text for text in texts if text is not None]
    if len(present) == 2:  # Nearly always, and many times for each person.
        first, last = present
        return Text(fr=f"{first.fr} {last.fr}", en=f"{first.en} {last.en}")
    return Text(fr=" ".join(text.fr for text in present), en=" ".join(text.en for text in present))


def named(name: Text, more: Text) -> Text:
    """Name a thing, and which of several it is."""
    return Text(fr=f"{name.fr} : {more.fr}", en=f"{name.en}: {more.en}")


def numbered(name: Text, number: int) -> Text:
    """Name one of a series."""
    return Text(fr=f"{name.fr} n° {number}", en=f"{name.en} no. {number}")


def last_one(day: date) -> Text:
    """Say when the last one was."""
    when = said(day)
    return Text(fr=f"Le dernier date du {when.fr}.", en=f"The last one was on {when.en}.")


def if_done_on(day: date) -> Text:
    """Say that a day follows from doing today what is due."""
    when = said(day)
    return Text(
        fr=f"Si le précédent est fait le {when.fr}.", en=f"If the one before is done on {when.en}."
    )


def open_until(day: date) -> Text:
    """Say until when there is time."""
    when = said(day)
    return Text(fr=f"Possible jusqu'au {when.fr}.", en=f"Possible until {when.en}.")


def closed_since(day: date, what: Text | None = None) -> Text:
    """Say since when it is too late, for the whole or for one part of it."""
    when = said(day)
    if what is None:
        return Text(fr=f"C'est terminé depuis le {when.fr}.", en=f"It is closed since {when.en}.")
    return Text(
        fr=f"{what.fr} : c'est terminé depuis le {when.fr}.",
        en=f"{what.en}: it is closed since {when.en}.",
    )


def ends_before_next(day: date) -> Text:
    """Say that the next would come after the end."""
    when = said(day)
    return Text(
        fr=f"Rien d'autre n'est prévu avant la fin du programme, le {when.fr}.",
        en=f"Nothing more is planned before the programme ends, on {when.en}.",
    )


def in_force_from(day: date) -> Text:
    """Say that a rule is for later."""
    when = said(day)
    return Text(
        fr=f"Cette règle vaut à partir du {when.fr}.", en=f"This rule holds from {when.en}."
    )


def in_force_to(day: date) -> Text:
    """Say that a rule is of the past."""
    when = said(day)
    return Text(fr=f"Cette règle a pris fin le {when.fr}.", en=f"This rule ended on {when.en}.")


def later(day: date) -> Text:
    """Say from when on it will concern a person."""
    when = said(day)
    return Text(fr=f"À partir du {when.fr}.", en=f"From {when.en}.")


def for_women() -> Text:
    """Say whom it is for."""
    return Text(fr="Cela s'adresse aux femmes.", en="This is for women.")


def for_men() -> Text:
    """Say whom it is for."""
    return Text(fr="Cela s'adresse aux hommes.", en="This is for men.")


def sex_unknown() -> Text:
    """Say that the record does not tell, and whom to ask."""
    return Text(
        fr="Le carnet ne dit pas si cela vous concerne : parlez-en à un professionnel de santé.",
        en="The record does not say whether this concerns you: ask a health professional.",
    )


def no_pregnancy() -> Text:
    """Say that it waits for a pregnancy."""
    return Text(fr="Aucune grossesse n'est connue ici.", en="No pregnancy is known here.")


def after_birth() -> Text:
    """Say that it waits for the end of a pregnancy."""
    return Text(
        fr="À faire après la naissance ; la date est une estimation.",
        en="To be done after the birth; the date is an estimate.",
    )


def to_confirm() -> Text:
    """Say that our sources do not settle a value."""
    return Text(fr="À confirmer avec un professionnel.", en="To confirm with a professional.")


def result_unknown() -> Text:
    """Say what to do where a result is not in the record."""
    return Text(
        fr="Son résultat n'est pas connu ici : s'il n'était pas normal, suivez votre médecin.",
        en="Its result is not known here: if it was not normal, follow your doctor.",
    )


def answer_when_over(question: Text) -> Text:
    """Say how one comes back to a programme that was left."""
    return Text(
        fr=f"Quand ce suivi sera terminé, dites-le ici : « {question.fr} »",
        en=f"When this follow-up is over, say so here: “{question.en}”",
    )


def refused_since(day: date) -> Text:
    """Say that a person decided."""
    when = said(day)
    return Text(
        fr=f"Vous avez dit non le {when.fr}. Vous pouvez changer d'avis.",
        en=f"You said no on {when.en}. You can change your mind.",
    )


def advised_against_since(day: date) -> Text:
    """Say that a professional decided."""
    when = said(day)
    return Text(
        fr=f"Un professionnel l'a déconseillé le {when.fr}.",
        en=f"A professional advised against it on {when.en}.",
    )


def level_said(level: Level) -> Text:
    """Say how strongly something is asked for."""
    return _LEVELS[level]


def status_said(status: Status) -> Text:
    """Say where a person stands."""
    return _STATUSES[status]
