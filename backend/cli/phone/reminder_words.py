"""What the phone says about reminders, in French and in English."""

REMINDER_WORDS: dict[str, tuple[str, str]] = {
    "at-unreadable": (
        "« {text} » n'est pas un instant. Écrivez par exemple 2026-12-24T08:00.",
        "{text!r} is no instant. Write for example 2026-12-24T08:00.",
    ),
    "h-when": ("Quand", "When"),
    "h-what-and-why": ("Quoi, et pourquoi", "What, and why"),
    "no-device": (
        "Ce téléphone n'a pas encore d'identifiant. Faites `carnet phone login {login}`.",
        "This phone has no identifier yet. Run `carnet phone login {login}`.",
    ),
    "not-a-reminder": (
        "{id} n'est pas un rappel. Voyez `carnet phone list reminders`.",
        "{id} is no reminder. See `carnet phone list reminders`.",
    ),
    "remind-answered": ("C'est noté : {id}.", "Noted: {id}."),
    "reminder-again": (
        "Puis encore {count} fois, jusqu'au {day}.",
        "Then {count} times more, until {day}.",
    ),
    "reminder-confirm": ("À confirmer avec un professionnel.", "To confirm with a professional."),
    "reminder-from": ("dès le {day}", "from {day}"),
    "reminder-now": ("dès maintenant", "from now on"),
    "reminder-over": (
        "Ce rappel est terminé : {state}. `carnet phone remind undo {id}` revient sur ce que "
        "vous aviez décidé ; un rappel annulé revient avec ce dont il parle.",
        "This reminder is over: {state}. `carnet phone remind undo {id}` takes back what you "
        "had decided; one that was cancelled comes back with what it is about.",
    ),
    "rings-nothing": ("Rien ne sonne à {at}.", "Nothing rings at {at}."),
    "state-cancelled": ("annulé", "cancelled"),
    "state-dismissed": ("laissé de côté", "put aside"),
    "state-done": ("fait", "done"),
    "state-optional": ("possible", "possible"),
    "state-overdue": ("en retard", "overdue"),
    "state-due": ("à faire", "due"),
    "state-not-yet": ("à venir", "to come"),
    "state-pending": ("pas encore en vigueur", "not in force yet"),
    "state-planned": ("prévu", "planned"),
    "state-seen": ("vu", "seen"),
    "state-sent": ("envoyé", "sent"),
    "state-snoozed": ("plus tard", "later"),
    "state-taken": ("sur téléphone", "on a phone"),
    "state-unknown": ("à préciser", "to be answered"),
    "taken": (
        "Ce téléphone sonne de lui-même pour {count} rappel(s).",
        "This phone rings by itself for {count} reminder(s).",
    ),
}
