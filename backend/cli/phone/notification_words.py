"""What the phone says about how one is reminded, in French and in English."""

NOTIFICATION_WORDS: dict[str, tuple[str, str]] = {
    "channel-email": ("e-mail", "e-mail"),
    "channel-letter": ("lettre", "letter"),
    "channel-push": ("notification", "notification"),
    "channel-sms": ("SMS", "SMS"),
    "kind-appointment": ("rendez-vous", "appointments"),
    "kind-check": ("visites de prévention", "prevention visits"),
    "kind-examination": ("examens de l'enfant", "a child's examinations"),
    "kind-own": ("mes propres rappels", "my own reminders"),
    "kind-screening": ("dépistages", "screenings"),
    "kind-vaccine": ("vaccins", "vaccines"),
    "reminders-address": ("Adresse des lettres : {address}.", "Address of letters: {address}."),
    "reminders-channels": ("Dans cet ordre : {which}.", "In this order: {which}."),
    "reminders-kinds": ("Rappels de : {which}.", "Reminders of: {which}."),
    "reminders-no-quiet": (
        "À toute heure. Pour des heures calmes : `--quiet 21:00-08:00`.",
        "At any hour. For quiet hours: `--quiet 21:00-08:00`.",
    ),
    "reminders-quiet": (
        "Rien ne sonne de {starts} à {ends} ({zone}).",
        "Nothing rings from {starts} to {ends} ({zone}).",
    ),
    "reminders-reached": (
        "Aujourd'hui vous êtes joignable par : {which}.",
        "Today you are reached by: {which}.",
    ),
    "reminders-unreached": (
        "Aujourd'hui aucun de ces moyens ne vous joint : seul un téléphone qui sonne de lui-même "
        "vous rappelle. Ajoutez par exemple --by sms.",
        "Today none of these reaches you: only a phone that rings by itself reminds you. "
        "Add --by sms, for example.",
    ),
}
