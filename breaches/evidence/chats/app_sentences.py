"""Whole sentences that WhatsApp writes behind a name and a mark, and that are nobody's act and nobody's words.

A person can type the mark, so nothing is free in them but the name of whoever they are said to be by: no threat fits
into one. What differs by a word from these is shown as that person's, and marked.
"""

from __future__ import annotations

import re

# What stands behind the sentence: press here, in as many words.
_TAILS = (
    "(?:click|tap|press) (?:to|for|here to) (?:learn more|more info|unblock|block|change|update)(?: them| this)?",
    "learn more", "(?:tippe|tippe hier),? (?:um mehr zu erfahren|für mehr infos?|zum (?:freigeben|blockieren))",
    "mehr (?:dazu|erfahren|infos)", "(?:toca|pulsa|tócalo) (?:aquí )?para (?:obtener )?(?:más información|saber más)",
    "(?:toca|pulsa) para (?:des)?bloquear(?:lo)?", "(?:más información|saber más)",
    "appuyez (?:ici )?pour (?:en savoir plus|plus d'infos?|(?:le )?débloquer|(?:le )?bloquer)", "en savoir plus",
    "tocca (?:qui )?per (?:saperne di più|maggiori informazioni|(?:s)?bloccarlo|(?:s)?bloccare)", "scopri di più",
    "(?:dotknij|stuknij|kliknij),? (?:aby|by) (?:dowiedzieć się więcej|(?:od|za)blokować)", "dowiedz się więcej",
)  # fmt: skip
_SENTENCES = (
    # A code that changed: NAME stands for whoever the line is by.
    "your security code with NAME (?:has )?changed", "NAME'?s? security code (?:has )?changed",
    "(?:deine|die) sicherheitsnummer (?:für|von|mit) NAME (?:hat sich geändert|wurde geändert)",
    "dein sicherheitscode (?:für|mit) NAME hat sich geändert",
    "(?:tu|su|el) código de seguridad (?:con|de) NAME (?:cambió|ha cambiado)",
    "votre code de sécurité avec NAME a changé", "le code de sécurité de NAME a changé",
    "il (?:tuo )?codice di sicurezza (?:con|di) NAME è cambiato",
    "(?:twój )?kod (?:bezpieczeństwa|zabezpieczeń) (?:z|użytkownika)"
    " NAME (?:uległ zmianie|zmienił się|został zmieniony)",
    # A message that has not come yet.
    "waiting for this message[.] this may take a while",
    "(?:warten auf diese nachricht|auf diese nachricht wird gewartet|diese nachricht wird erwartet)"
    "[.] (?:dies|das) (?:kann|könnte) (?:eine weile|etwas|einen moment) dauern",
    "esperando (?:el|este) mensaje[.] (?:esto )?puede (?:tomar|tardar|demorar)"
    "(?: (?:un )?(?:tiempo|momento|rato|poco))?",
    "en attente (?:de ce|du) message[.] (?:cela|ceci|ça) peut prendre"
    " (?:un (?:moment|certain temps|peu de temps)|du temps)",
    "in attesa (?:del|di questo) messaggio[.] (?:potrebbe|può) (?:volerci|richiedere)"
    " (?:un po['’]?(?: di tempo)?|del tempo|qualche minuto)",
    "(?:oczekiwanie|czekamy|czekam) na (?:tę )?wiadomość[.] (?:to )?może (?:to )?"
    "(?:chwilę )?(?:potrwać|zająć)(?: chwilę)?",
    # An administrator of a group.
    "you're (?:now|no longer) an admin", "you are (?:now|no longer) an admin",
    "du bist (?:jetzt|nun|kein(?:e)?) (?:ein )?admin(?:istrator)?(?: mehr)?",
    "(?:ahora eres|ya no eres) (?:un )?admin(?:[.]|istrador)?(?: del grupo)?",
    "vous (?:êtes (?:désormais|maintenant|à présent)|n'êtes plus) (?:un )?admin(?:istrateur)?(?: du groupe)?",
    "(?:ora sei|sei ora|non sei più) (?:un )?amministratore(?: del gruppo)?",
    "(?:jesteś teraz|nie jesteś już) administratorem(?: grupy)?",
    # A contact who was blocked.
    "you (?:un)?blocked this (?:contact|person|business)", "du hast diesen kontakt (?:blockiert|freigegeben)",
    "(?:des)?bloqueaste a este contacto", "has (?:des)?bloqueado a? ?este contacto",
    "vous avez (?:dé)?bloqué ce contact", "hai s?bloccato questo contatto",
    "(?:za|od)blokowan[oe] ten kontakt", "(?:za|od)blokował[ae]ś ten kontakt",
    # That all of it is encrypted.
    "messages and calls are end-to-end encrypted[.] (?:no one outside of this chat, not even whatsapp, can read or"
    " listen to them|only people in this chat can read, listen to, or share them)",
    "NAME is a contact", "this chat is with a business account", "you deleted this message",
)  # fmt: skip
_TAIL = f"(?:[.] ?(?:{'|'.join(_TAILS)}))?[.]?"
_NAMELESS = re.compile(f"(?:{'|'.join(one for one in _SENTENCES if 'NAME' not in one)}){_TAIL}", re.I)
_NAMED = [tuple(one.split("NAME")) for one in _SENTENCES if "NAME" in one]
_AROUND_NAME = [(re.compile(before, re.I), re.compile(after + _TAIL, re.I)) for before, after in _NAMED]
_LONGEST = 400


def is_known_sentence(plain: str, sender: str) -> bool:
    """Whether words without marks are, from the first letter to the last, what the program writes in a line by that
    sender."""
    said = re.sub(r"\s+", " ", plain[: _LONGEST + 1]).replace("’", "'")
    if len(said) > _LONGEST:
        return False
    return _NAMELESS.fullmatch(said) is not None or any(_stands_around(said, sender, *way) for way in _AROUND_NAME)


def _stands_around(said: str, sender: str, before: re.Pattern[str], after: re.Pattern[str]) -> bool:
    """Whether a sentence is one way around the sender's name."""
    name = re.sub(r"\s+", " ", sender).replace("’", "'")
    begins = before.match(said)
    if not name or begins is None or not said.startswith(name, begins.end()):
        return False
    return after.fullmatch(said, begins.end() + len(name)) is not None
