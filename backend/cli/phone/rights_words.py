"""What the phone says about who sees what, in French and in English."""

RIGHTS_WORDS: dict[str, tuple[str, str]] = {
    "accepted": (
        "Vous aidez maintenant {name}, jusqu'au {until}.",
        "You now help {name}, until {until}.",
    ),
    "action-add": ("ajouter", "add"),
    "action-change": ("changer", "change"),
    "action-message": ("écrire des messages", "write messages"),
    "action-read": ("lire", "read"),
    "agenda-neutral": (
        "Un autre agenda peut montrer vos rendez-vous par un lien, sans titres, depuis le {since}. "
        "Dernière lecture : {read_on}.",
        "Another calendar can show your appointments by a link, without titles, since {since}. "
        "Last read: {read_on}.",
    ),
    "agenda-none": (
        "Aucun lien. Pour en faire un : `carnet phone agenda share`.",
        "No link. To make one: `carnet phone agenda share`.",
    ),
    "agenda-over": (
        "C'est terminé : ce lien ne montre plus rien. Ce qu'un autre agenda a déjà copié y reste "
        "jusqu'à ce que vous l'y supprimiez.",
        "It is over: this link shows nothing any more. What another calendar has copied stays "
        "there until you remove it there.",
    ),
    "agenda-shown": (
        "Un autre agenda peut montrer vos rendez-vous par un lien, titres compris, depuis le "
        "{since}. Dernière lecture : {read_on}.",
        "Another calendar can show your appointments by a link, titles too, since {since}. "
        "Last read: {read_on}.",
    ),
    "agenda-sure": ("Montrer les titres ?", "Show the titles?"),
    "asked": (
        "Demande envoyée, si cette personne a un carnet ici. Elle peut répondre sur son "
        "téléphone jusqu'au {until}, ou vous dire leur code : `carnet phone type-code`. "
        "Ensuite : `{then}`.",
        "Asked, if this person has a record here. They can answer on their phone until {until}, "
        "or tell you their code: `carnet phone type-code`. Then: `{then}`.",
    ),
    "blocked": (
        "{name} n'a plus accès à ce carnet, dès maintenant.",
        "{name} has no access to this record any more, from now on.",
    ),
    "consent-asked": ("demandé : répondez", "asked: please answer"),
    "consent-ended": ("terminé", "ended"),
    "consent-expired": ("resté sans réponse", "was not answered in time"),
    "consent-given": ("accordé", "given"),
    "consent-now-given": (
        "Accordé à {name}, jusqu'au {until}.",
        "Given to {name}, until {until}.",
    ),
    "consent-now-refused": (
        "Refusé à {name}. Aucune raison ne lui est donnée.",
        "Refused to {name}. They are told no reason.",
    ),
    "consent-over": (
        "C'est terminé : ce carnet est fermé à ce professionnel dès maintenant.",
        "It is over: this record is closed to that professional from now on.",
    ),
    "consent-refused": ("refusé", "refused"),
    "code-taken": (
        "C'est un accord, jusqu'au {until}. Lisez avec `carnet phone read --profile {id}`.",
        "It is a consent, until {until}. Read with `carnet phone read --profile {id}`.",
    ),
    "deposit-known": (
        "Ce fichier y était déjà, par vous : {id}. Rien n'a été écrit.",
        "This file was there already, by you: {id}. Nothing was written.",
    ),
    "deposit-released": (
        "La personne le voit maintenant.",
        "The person sees it now.",
    ),
    "deposit-withdrawn": (
        "C'est repris. Le journal de la personne garde que c'était là.",
        "It is taken back. The person's journal keeps that it was there.",
    ),
    "deposited": (
        "C'est déposé : {id}. À suivre avec `carnet phone deposits`.",
        "It is deposited: {id}. To be followed with `carnet phone deposits`.",
    ),
    "emergency-masked": (
        "En urgence, ce qui est masqué se lit aussi : {state}.",
        "In an emergency, what is masked is read too: {state}.",
    ),
    "emergency-open": (
        "Ouvert jusqu'au {until}. La personne est prévenue, et chaque usage est examiné. "
        "Lisez avec `carnet phone read --profile {id}`.",
        "Open until {until}. The person is told, and each use is looked into. "
        "Read with `carnet phone read --profile {id}`.",
    ),
    "emergency-over": ("Ce carnet vous est refermé.", "This record is closed to you again."),
    "emergency-professionals": (
        "En urgence, un autre professionnel qui dit pourquoi : {state}.",
        "In an emergency, another professional who says why: {state}.",
    ),
    "emergency-regulation": (
        "En urgence, le médecin qui répond à l'appel : {state}.",
        "In an emergency, the doctor who answers the call: {state}.",
    ),
    "invited": (
        "Invitation envoyée à {to}. Le code, montré cette fois seulement : {code}. "
        "Il sert jusqu'au {until}, avec `carnet phone accept`.",
        "Invitation sent to {to}. The code, shown this once: {code}. "
        "It works until {until}, with `carnet phone accept`.",
    ),
    "left": ("Vous n'aidez plus {name}.", "You help {name} no longer."),
    "mandate-active": ("en cours", "in force"),
    "mandate-changed": (
        "Ce que {name} peut faire a changé, dès maintenant.",
        "What {name} may do has changed, from now on.",
    ),
    "mandate-confirmed": (
        "{name} vous aide toujours, jusqu'au {until}, si vous le confirmez encore avant le "
        "{again}.",
        "{name} goes on helping you, until {until}, if you confirm it again before {again}.",
    ),
    "mandate-renewed": (
        "{name} vous aide toujours, jusqu'au {until}.",
        "{name} goes on helping you, until {until}.",
    ),
    "mandate-ended": ("terminé", "ended"),
    "mandate-expired": ("invitation sans réponse", "invitation not answered"),
    "mandate-invited": ("invitation envoyée", "invited"),
    "mandate-over": (
        "C'est terminé. Cette personne verra seulement que son accès a pris fin.",
        "It is over. This person will only see that their access has ended.",
    ),
    "mandate-refused": ("refusé", "refused"),
    "mask-covers": (
        "Ce masque porte sur {count} élément(s). Ce que chacun en voit :",
        "This mask is on {count} record(s). What each sees of them:",
    ),
    "masked": (
        "Masqué. Pour revenir en arrière : `carnet phone unmask {id}`.",
        "Masked. To undo it: `carnet phone unmask {id}`.",
    ),
    "no": ("non", "no"),
    "no-party": (
        "Personne dans ce carnet ne répond à « {name} ». Voyez `carnet phone parties`.",
        "Nobody in this record answers to {name!r}. See `carnet phone parties`.",
    ),
    "no-patient": (
        "Aucun carnet ne vous est ouvert sous ce nom. Voyez `carnet phone patients`.",
        "No record is open to you by that name. See `carnet phone patients`.",
    ),
    "no-request": (
        "Aucune demande n'attend. Voyez `carnet phone asked`.",
        "No request waits. See `carnet phone asked`.",
    ),
    "no-preview": (
        "Pas de réseau : on ne peut pas montrer d'avance qui verrait encore cet élément.",
        "No network: who would still see it cannot be shown beforehand.",
    ),
    "not-masked": (
        "Rien de « {id} » n'est masqué ici. Voyez `carnet phone list masks`.",
        "Nothing of {id!r} is masked here. See `carnet phone list masks`.",
    ),
    "off": ("non", "off"),
    "on": ("oui", "on"),
    "party-blocked": ("bloqué", "blocked"),
    "party-ended": ("terminé", "ended"),
    "party-in-force": ("en cours", "in force"),
    "party-sees": (
        "{name} voit {sees} élément(s) de ce carnet, et n'en voit pas {hidden}.",
        "{name} sees {sees} record(s) here, and does not see {hidden}.",
    ),
    "party-to-come": ("à venir", "to come"),
    "professions-lose": (
        "Avec votre accord, ne verraient plus cela non plus : {names}.",
        "With your agreement, these would not see it any more either: {names}.",
    ),
    "professions-see": (
        "Avec votre accord, verraient cela : {names}.",
        "With your agreement, these would see it: {names}.",
    ),
    "prove-again": (
        "Cet acte demande de prouver que c'est bien vous.",
        "This act asks to prove that it is you.",
    ),
    "request-ended": ("terminé", "ended"),
    "request-expired": ("resté sans réponse", "was not answered in time"),
    "request-given": ("accordé", "given"),
    "request-refused": ("refusé", "refused"),
    "request-waiting": ("en attente", "waiting"),
    "several-requests": (
        "Plusieurs demandes attendent : dites laquelle avec --request. Voyez `carnet phone asked`.",
        "Several requests wait: say which with --request. See `carnet phone asked`.",
    ),
    "several-parties": (
        "Plusieurs personnes de ce carnet répondent à « {name} ». Écrivez son nom entier, ou "
        "son identifiant.",
        "Several people of this record answer to {name!r}. Write the whole name, or the "
        "identifier.",
    ),
    "team-administrator": ("administrateur", "administrator"),
    "team-attending": ("médecin traitant", "attending doctor"),
    "team-member": ("membre", "member"),
    "team-named": (
        "{name} est dans l'équipe de soins : {place}. Cela n'ouvre rien sans votre accord.",
        "{name} is in the care team: {place}. This opens nothing without your consent.",
    ),
    "team-over": (
        "Cette personne n'est plus dans l'équipe de soins.",
        "This person is in the care team no longer.",
    ),
    "unblocked": (
        "Le blocage de {name} est levé. Pour lui rouvrir ce carnet, donnez votre accord : "
        "`carnet phone let-in`.",
        "The block of {name} is lifted. To open this record to them again, agree: "
        "`carnet phone let-in`.",
    ),
    "unmasked": ("Ce masque est retiré.", "This mask is off."),
    "yes": ("oui", "yes"),
    "h-actions": ("Peut", "May"),
    "h-after": ("Après", "After"),
    "h-code": ("Code à dire", "Code to say"),
    "h-collection": ("Partie", "Part"),
    "h-copy-kept": ("Garde une copie", "Keeps a copy"),
    "h-now": ("Maintenant", "Now"),
    "h-number": ("Numéro INS", "INS number"),
    "h-place": ("Place", "Place"),
    "h-sees-masked": ("Voit le masqué", "Sees masked"),
    "h-sections": ("Voit", "Sees"),
    "h-sees": ("Voit", "Sees"),
    "h-until": ("Jusqu'à", "Until"),
    "h-usual": ("D'office", "Usual"),
    "h-when": ("Quand", "When"),
    "h-who": ("Qui", "Who"),
    "h-why": ("Pourquoi", "Why"),
}
