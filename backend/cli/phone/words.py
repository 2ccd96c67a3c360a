"""What the phone says to people, in French and in English."""

from backend.cli.language import LANGUAGES
from backend.cli.phone.notification_words import NOTIFICATION_WORDS
from backend.cli.phone.reminder_words import REMINDER_WORDS
from backend.cli.phone.rights_words import RIGHTS_WORDS

_WORDS: dict[str, tuple[str, str]] = {
    "access-ended": (
        "L'accès au carnet de {name} a pris fin. Ce qui en était ici a été effacé.",
        "Access to the record of {name} has ended. What was here of it has been erased.",
    ),
    "another-login": (
        "Ce dossier est le téléphone de {login}. Choisissez-en un autre avec --home, "
        "ou effacez-le avec `carnet phone forget`.",
        "This folder is the phone of {login}. Choose another one with --home, "
        "or erase it with `carnet phone forget`.",
    ),
    "box-against": ("Protège contre : {names}.", "Protects against: {names}."),
    "box-generic": (
        "C'est un type de vaccin, sans marque précise.",
        "This is a kind of vaccine, of no brand.",
    ),
    "box-lot": ("Lot : {lot}.", "Lot: {lot}."),
    "box-until": ("À utiliser jusqu'au {day}.", "To be used by {day}."),
    "busy": (
        "Une autre commande se sert de ce téléphone. Attendez qu'elle finisse.",
        "Another command is using this phone. Wait until it is done.",
    ),
    "code": ("Code reçu", "Code received"),
    "code-bad": (
        "Ce code ne convient pas. Relisez-le et tapez-le de nouveau.",
        "This code does not fit. Read it again and type it once more.",
    ),
    "code-sent": ("Un code a été envoyé à {to}.", "A code was sent to {to}."),
    "code-shown": (
        "Le code est dans votre application de codes.",
        "The code is in your authenticator app.",
    ),
    "confirm-draft": (
        "Lu dans un document. Si c'est juste : `carnet phone edit {id} draft_state=confirmed`, "
        "sinon `draft_state=rejected`.",
        "Read in a document. If it is right: `carnet phone edit {id} draft_state=confirmed`, "
        "else `draft_state=rejected`.",
    ),
    "confirm-forget": (
        "Effacer ce téléphone ? {waiting} changement(s) en attente seront perdus.",
        "Erase this phone? {waiting} waiting change(s) will be lost.",
    ),
    "conflict": ("cela a changé ailleurs d'abord.", "it had changed elsewhere first."),
    "damaged": (
        "La copie de ce téléphone ne se lit plus ({why}). Effacez-la avec "
        "`carnet phone forget`, puis reconnectez-vous.",
        "The copy on this phone cannot be read ({why}). Erase it with "
        "`carnet phone forget`, then sign in again.",
    ),
    "deleted": ("Supprimé : {id}.", "Deleted: {id}."),
    "device-revoked": (
        "Cet appareil a été déconnecté à distance. Tout ce qu'il contenait est effacé.",
        "This device was signed out from afar. Everything it held is erased.",
    ),
    "diverged": (
        "La copie du carnet de {name} diffère de celle du serveur. Elle sera reprise en entier "
        "à une prochaine synchronisation.",
        "The copy of the record of {name} differs from the server's. A later sync will fetch "
        "all of it again.",
    ),
    "draft": ("à confirmer", "to confirm"),
    "dropped": (
        "{count} changement(s) en attente ont été effacés avec leur élément, qui n'est plus ici.",
        "{count} waiting change(s) were erased with their record, which is no longer here.",
    ),
    "empty": ("Rien ici.", "Nothing here."),
    "empty-nil-known": (
        "Quelqu'un a indiqué qu'il n'y a rien à noter.",
        "Somebody said that there is nothing to note.",
    ),
    "empty-unknown": (
        "Personne n'a encore rien indiqué.",
        "Nobody has said anything about it yet.",
    ),
    "ended": ("accès terminé", "access ended"),
    "equal": ("identique", "equal"),
    "equal-not": ("différente", "different"),
    "equal-unknown": ("jamais vérifiée", "never checked"),
    "fault-chain": (
        "une ligne ne suit pas celle d'avant",
        "a line does not follow from the one before",
    ),
    "fault-commitment": (
        "une ligne a été modifiée",
        "a line was changed",
    ),
    "fault-gap": ("il manque une ligne", "a line is missing"),
    "fault-inclusion": (
        "ce journal n'est pas dans le registre tel qu'il a été lu",
        "this journal is not in the log as it was read",
    ),
    "fault-kept-out": (
        "le registre laisse une ligne de côté",
        "the log leaves a line out",
    ),
    "fault-key": (
        "le registre est signé par une clé inconnue",
        "the log is signed by an unknown key",
    ),
    "fault-log-replaced": (
        "le registre a été remplacé sans que le serveur le dise",
        "the log was replaced, and the server does not say so",
    ),
    "fault-log-rewritten": (
        "le passé du registre a été réécrit",
        "the past of the log was rewritten",
    ),
    "fault-log-shortened": ("le registre a perdu des lignes", "the log has lost lines"),
    "fault-place": (
        "une ligne vient d'un autre journal",
        "a line is from another journal",
    ),
    "fault-rewritten": (
        "une ligne déjà lue ici n'est plus la même",
        "a line that was read here is no longer the same",
    ),
    "fault-shortened": (
        "des lignes déjà lues ici ont disparu",
        "lines that were read here are gone",
    ),
    "fault-signature": (
        "la signature du registre est fausse",
        "the signature of the log is wrong",
    ),
    "field-form": (
        "« {text} » ne se lit pas. Écrivez champ=valeur, par exemple title=Courses.",
        "{text!r} cannot be read. Write field=value, for example title=Shopping.",
    ),
    "forgotten": ("Ce téléphone ne contient plus rien.", "This phone holds nothing any more."),
    "invalid-fields": (
        "Ces valeurs ne peuvent pas être envoyées : trop longues, ou d'une forme impossible.",
        "These values cannot be sent: too long, or of an impossible form.",
    ),
    "journal-alarm": ("Alerte du {at} : {what}.", "Alarm of {at}: {what}."),
    "journal-fault": (
        "Ce journal n'est pas fiable : {what}. Gardez ce téléphone tel quel et signalez-le au "
        "service ; rien de ce qui a été lu ici n'est effacé.",
        "This journal cannot be trusted: {what}. Keep this phone as it is and report it to the "
        "service; nothing that was read here is erased.",
    ),
    "journal-head": (
        "Registre : {size} feuilles au {at}, racine {root}.",
        "Log: {size} leaves at {at}, root {root}.",
    ),
    "journal-restored": (
        "Le {at}, le serveur a dit avoir été remis à une copie antérieure. "
        "{lost} ligne(s) lues ici n'y sont plus.",
        "On {at}, the server said that it was put back to an earlier copy. "
        "{lost} line(s) that were read here are gone.",
    ),
    "journal-true": (
        "{lines} ligne(s) vérifiées : rien n'a été changé ni retiré depuis que ce téléphone les "
        "suit ; le registre en contient {merged}.",
        "{lines} line(s) checked: nothing was changed or taken away since this phone follows "
        "them; the log holds {merged}.",
    ),
    "lost": ("N'a pas été retenu", "Did not stand"),
    "lost-deletion": ("la suppression demandée", "the deletion that was asked for"),
    "lost-hint": (
        "{count} valeur(s) n'ont pas été retenues dans {id}. Voyez `carnet phone show {id}` ; "
        "--seen les range.",
        "{count} value(s) did not stand in {id}. See `carnet phone show {id}`; --seen puts "
        "them away.",
    ),
    "never": ("jamais", "never"),
    "no-profile": (
        "Aucun carnet ici ne répond à « {name} ». Voyez `carnet phone profiles`.",
        "No record here answers to {name!r}. See `carnet phone profiles`.",
    ),
    "no-record": (
        "Aucun élément ici ne commence par « {id} ». Voyez `carnet phone list`.",
        "Nothing here starts with {id!r}. See `carnet phone list`.",
    ),
    "no-space": (
        "Aucun carnet sur ce téléphone. Faites `carnet phone sync`.",
        "There is no record on this phone. Run `carnet phone sync`.",
    ),
    "not-signed-in": (
        "Personne n'est connecté sur ce téléphone. Faites `carnet phone login {login}`.",
        "Nobody is signed in on this phone. Run `carnet phone login {login}`.",
    ),
    "not-written": (
        "La copie de ce téléphone ne peut pas être écrite ({why}). Libérez de la place ou "
        "vérifiez le dossier, puis recommencez.",
        "The copy on this phone cannot be written ({why}). Make room or check the folder, "
        "then try again.",
    ),
    "not-https": (
        "{server} n'est pas chiffré : vos données passeraient en clair. Utilisez https://, "
        "ou --plain sur un réseau d'essai.",
        "{server} is not encrypted: your data would travel in clear. Use https://, "
        "or --plain on a test network.",
    ),
    "offline": (
        "Pas de réseau : voici ce que ce téléphone contenait déjà.",
        "No network: this is what this phone held already.",
    ),
    "password": ("Mot de passe", "Password"),
    "password-bad": (
        "Le code n'ouvre rien : il est faux ou trop ancien, ou le mot de passe ne va pas. "
        "Recommencez la connexion.",
        "The code opens nothing: it is wrong or too old, or the password does not fit. "
        "Sign in again.",
    ),
    "queued": (
        "Gardé sur ce téléphone : {id}. Partira à la prochaine synchronisation.",
        "Kept on this phone: {id}. It leaves with the next sync.",
    ),
    "refused": (
        "Le serveur a refusé : {why} Vos mots sont gardés : `carnet phone show {id}`.",
        "The server refused: {why} Your words are kept: `carnet phone show {id}`.",
    ),
    "rejected": ("rejeté", "rejected"),
    "restarted": (
        "Le carnet de {name} a été repris en entier.",
        "The record of {name} was fetched again from nothing.",
    ),
    "seen": ("Oublié.", "Forgotten."),
    "sent": ("Envoyé : {id}.", "Sent: {id}."),
    "server-said": ("Le serveur a refusé : {why}", "The server refused: {why}"),
    "several-profiles": (
        "Ce téléphone a plusieurs carnets. Choisissez avec --profile : {names}.",
        "This phone has several records. Choose with --profile: {names}.",
    ),
    "several-records": (
        "Plusieurs éléments commencent par « {id} ». Écrivez-en davantage.",
        "Several things start with {id!r}. Write more of it.",
    ),
    "sign-in": (
        "Votre session a pris fin. Faites `carnet phone login {login}`.",
        "Your session has ended. Run `carnet phone login {login}`.",
    ),
    "sign-in-shown": (
        "Votre session a pris fin : voici ce que ce téléphone contenait déjà. "
        "Faites `carnet phone login {login}`.",
        "Your session has ended: this is what this phone held already. "
        "Run `carnet phone login {login}`.",
    ),
    "signed-in": ("Connecté : {names}.", "Signed in: {names}."),
    "store-new": (
        "Une version plus récente a écrit ce téléphone. Mettez ce programme à jour.",
        "A later version wrote this phone. Update this program.",
    ),
    "synced": (
        "Envoyé : {sent}. Reçu : {received}. Effacé : {gone}. Copie {equal}.",
        "Sent: {sent}. Received: {received}. Erased: {gone}. Copy {equal}.",
    ),
    "unknown-server": (
        "Rien ne répond à {server}. Vérifiez que le serveur tourne, ou donnez son adresse avec "
        "`carnet phone --server`.",
        "Nothing answers at {server}. Check that the server runs, or give its address with "
        "`carnet phone --server`.",
    ),
    "unreachable": (
        "Le serveur ne répond pas. Rien n'est perdu : {waiting} changement(s) en attente. "
        "Réessayez avec `carnet phone sync`.",
        "The server does not answer. Nothing is lost: {waiting} change(s) wait. "
        "Try again with `carnet phone sync`.",
    ),
    "wait": ("Revenez dans {seconds} s.", "Come back in {seconds} s."),
    "waits": (
        "Rien n'est perdu : {waiting} changement(s) en attente.",
        "Nothing is lost: {waiting} change(s) wait.",
    ),
    "waiting": ("en attente d'envoi", "waiting to be sent"),
    "h-access": ("En tant que", "As"),
    "h-copy": ("Copie", "Copy"),
    "h-id": ("Identifiant", "Identifier"),
    "h-lost": ("Non retenus", "Lost"),
    "h-name": ("Carnet de", "Record of"),
    "h-records": ("Éléments", "Records"),
    "h-state": ("État", "State"),
    "h-synced": ("Synchronisé", "Last sync"),
    "h-waiting": ("En attente", "Waiting"),
    "h-what": ("Contenu", "What"),
    "now-stands": ("Vaut maintenant", "Stands now"),
    "role-caregiver": ("aidant", "caregiver"),
    "role-holder": ("titulaire", "holder"),
    "role-professional": ("professionnel", "professional"),
    "role-representative": ("représentant", "representative"),
    **NOTIFICATION_WORDS,
    **REMINDER_WORDS,
    **RIGHTS_WORDS,
}


def say(language: str, key: str, **values: object) -> str:
    """Return a sentence in one language."""
    return _WORDS[key][LANGUAGES.index(language)].format(**values)


def role_in(language: str, role: str) -> str:
    """Return a role in words; one that a later server knows is shown as it is."""
    key = f"role-{role}"
    return say(language, key) if key in _WORDS else role
