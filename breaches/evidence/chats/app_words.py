"""The words that WhatsApp puts into an export by itself: what somebody did, and what nobody did.

A left-to-right mark (U+200E) right after "NAME: " says that the text is the program's own. Anybody can type one, so it
never takes a person's words from them by itself: only a line that begins with a mark too (nobody can type that), or
words that are on the list, are the program's. What the program says of an act of the sender (a missed call, a deleted
message) stays the sender's.

The lists are what exports in these languages hold; what is in none of them is shown and said to be in doubt.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from breaches.evidence.chats.app_sentences import is_known_sentence

MARK = "\u200e"
_INVISIBLE = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
# "<attached: 0001-PHOTO.jpg>" of iOS and "IMG-1.jpg (file attached)" of Android: the same form in every language.
_ATTACHED = re.compile(
    r"<[^<>:：]{2,40}[:：]\s?[^<>]{1,200}\.\w{2,5}>|^[^\n()]{1,200}\.\w{2,5} \([^()\n]{4,60}\)(?:\n|$)"
)
_LONGEST_ACT = 200
_ONLY_BRACKETS = re.compile(r"<[^<>]{3,60}>")
# Blanks around it are taken off by hand: a pattern that begins with them looks at a long row of them again from each.
_EDITED = re.compile(rf"{MARK}<[^<>]{{5,60}}>$")
_EDITED_WORDS = re.compile(
    r"<(?:this message was edited|se editó este mensaje\.?|ce message a été modifié\.?"
    r"|diese nachricht wurde bearbeitet\.?|questo messaggio è stato modificato\.?|mensagem editada\.?"
    r"|dit bericht is bewerkt\.?|wiadomość została edytowana\.?|bu mesaj düzenlendi\.?)>$",
    re.I,
)


def _any_of(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.I)


_MISSED = _any_of(
    r"missed (?:group )?(?:voice|video) call", r"(?:video)?llamada (?:de (?:voz|video) )?perdida",
    r"appel (?:vocal|vidéo) manqué", r"verpasster (?:gruppen)?(?:sprach|video)anruf",
    r"(?:video)?chiamata (?:vocale )?persa", r"(?:ligação|chamada) de (?:voz|vídeo) perdida",
    r"gemiste (?:spraak|video)-?oproep", r"nieodebrane połączenie (?:głosowe|wideo)",
    r"cevapsız (?:sesli|görüntülü) arama",
    r"apel (?:vocal|video) (?:pierdut|nepreluat)", r"пропущенный (?:аудио|видео)звонок",
    r"مكالمة (?:صوتية|فيديو|مرئية) فائتة",
    r"未接(?:语音|視訊|视频|語音)(?:通话|通話|来电)", r"मिस्ड (?:वॉइस|वीडियो) कॉल", r"missade? (?:röst|video)samtal",
)  # fmt: skip
# A call by itself, or with how long it took or what became of it: "voice call me" is a person's.
_CALL = re.compile(
    r"^(?:silenced )?(?:(?:group )?(?:voice|video) call|(?:gruppen)?(?:sprach|video)anruf|appel (?:vocal|vidéo)"
    r"|(?:video)?llamada(?: de voz)?|(?:video)?chiamata(?: vocale)?|(?:ligação|chamada) de (?:voz|vídeo))"
    r"(?:[,.•] ?(?P<after>[^,.!?\n]{1,40}(?:[,.] ?[^,.!?\n]{1,40})?))?\.?$",
    re.I,
)
_NOT_ANSWERED = _any_of(
    r"no answer", r"not answered", r"cancel", r"silenced", r"focus", r"keine antwort", r"sin respuesta",
    r"pas de réponse",
    r"nessuna risposta", r"sem resposta", r"geen antwoord",
)  # fmt: skip
_DECLINED = _any_of(r"declined", r"abgelehnt", r"rechazad", r"refusé", r"rifiutat", r"recusad")
_DELETED = re.compile(
    r"^(?:this message was deleted(?: by admin [^\n!?]{1,80})?|you deleted this message(?: as admin)?"
    r"|se eliminó este mensaje|eliminaste este mensaje"
    r"|ce message a été supprimé|vous avez supprimé ce message"
    r"|diese nachricht wurde (?:von \S[^\n!?]{0,80} )?gelöscht|du hast diese nachricht gelöscht"
    r"|questo messaggio è stato eliminato|hai eliminato questo messaggio"
    r"|mensagem apagada|esta mensagem foi apagada|você apagou esta mensagem|apagou esta mensagem"
    r"|dit bericht is verwijderd|je hebt dit bericht verwijderd"
    r"|ta wiadomość została usunięta|usunięto tę wiadomość|bu mesaj silindi|bu mesajı sildiniz"
    r"|acest mesaj a fost șters|ați șters acest mesaj"
    r"|данное сообщение удалено|вы удалили данное сообщение|це повідомлення (?:було )?видалено"
    r"|تم حذف هذه الرسالة|لقد حذفت هذه الرسالة|این پیام حذف شد(?:ه است)?|یہ پیغام حذف کر دیا گیا(?: تھا)?"
    r"|此消息已删除|此訊息已被刪除|你已刪除此訊息|您已删除此消息|このメッセージは削除されました|メッセージを削除しました"
    r"|삭제된 메시지입니다|이 메시지는 삭제되었습니다|यह (?:मैसेज|संदेश) (?:हटा दिया|डिलीट किया) गया(?: था| है)?"
    r"|ข้อความนี้ถูกลบ(?:แล้ว)?|pesan ini (?:telah )?dihapus|tin nhắn này đã bị xóa"
    r"|det här meddelandet (?:togs bort|raderades|har raderats)|denne besked blev slettet|denne meldingen ble slettet"
    r"|tämä viesti on poistettu|αυτό το μήνυμα διαγράφηκε|הודעה זו נמחקה)[.。।]?$",
    re.I,
)
_LEFT_OUT = _any_of(
    r"^(?:image|video|audio|sticker|gif|document|contact card|media) omitted$", r"^<media omitted>$", r"^null$",
    r"^(?:imagen|video|audio|sticker|gif|documento|tarjeta de contacto) omitid[oa]$", r"^<multimedia omitido>$",
    r"^(?:image|vidéo|audio|sticker|gif|document|fiche contact) (?:absente?|omise?|manquante?)$", r"^<médias omis>$",
    r"^(?:bild|video|audio|sticker|gif|dokument|kontaktkarte) weggelassen$",
    r"^<medien (?:ausgeschlossen|weggelassen)>$",
    r"^(?:immagine|video|audio|sticker|gif|documento) omess[oa]$", r"^<media omessi>$",
    r"^(?:imagem|vídeo|áudio|figurinha|gif|documento) (?:ocultad|omitid|ocult)[oa]$", r"^<m[íi]dia ocult[oa]>$",
    r"^(?:afbeelding|video|audio|sticker|gif|document) weggelaten$", r"^<media weggelaten>$",
    r"^<pominięto multimedia>$", r"^<medya dahil edilmedi>$", r"^<без медиафайлов>$", r"^<تم استبعاد الوسائط>$",
    r"^(?:view once (?:photo|video|voice message)|you received a view once .+)$",
)  # fmt: skip
# Where a line's own mark says that the words are the program's, they need not be known so exactly.
_LEFT_OUT_BRIEFLY = re.compile(
    r"^[^\n]{2,150}?(?:omitted|omitid[oa]s?|omess[oia]|omise?s?|absente?s?|manquante?s?|weggelassen|weggelaten"
    r"|ausgeschlossen|ocultad[oa]s?|oculto|dahil edilmedi|отсутству\w+|опущен\w*|пропущен\w*|pominięt\w*|vynechán\w*"
    r"|utelämna\w*|udeladt|utelatt|kihagyva|已省略|已忽略|省略されました|생략됨|제외됨|تم استبعاد\w*|הושמטה?"
    r"|παραλείφθηκε|omisă|dihilangkan|tidak disertakan|bị bỏ qua|छोड़ा गया|शामिल नहीं(?: है)?)\.?$",
    re.I,
)
# Android leaves out media in angle brackets, in the language of the telephone.
_MEDIA_IN_BRACKETS = re.compile(
    r"^<[^<>]{0,40}(?:media|medien|multim|médi|mídia|mediy|medya|медиа|медіа|メディア|미디어|मीडिया|สื่อ|رسان|وسائط"
    r"|מדיה|πολυμέσ|媒体|媒體|多媒体|view once)[^<>]{0,40}>$",
    re.I,
)
# What somebody gave with a button: where they are, a question to all. The words around it are the program's.
_GIVEN = re.compile(
    r"^[^\n:]{3,40}: ?https://(?:maps\.google\.|maps\.apple\.|foursquare\.|(?:www\.)?google\.[a-z.]{2,6}/maps)\S+$"
    r"|^[^\n:]{3,20}:\n.{1,2000}\n[^\n:]{2,20}: [^\n]*\(\d+ [^()\n]{2,20}\)"
    r"|^(?:live location shared|live-?standort (?:wird |wurde )?geteilt|ubicación en tiempo real compartida)",
    re.I | re.S,
)
_ENCRYPTED = _any_of(
    r"end-to-end encrypt", r"cifrad[oa]s? de extremo a extremo", r"chiffrés? de bout en bout",
    r"ende-zu-ende-verschlüsselt", r"crittografat[ei] end-to-end", r"criptografia de ponta a ponta",
    r"end-to-end versleuteld", r"szyfrowan\w+ (?:metodą )?end-to-end", r"uçtan uca şifreli", r"criptate integral",
    r"сквозным шифрованием", r"مشفرة تمامًا بين الطرفين|التشفير التام", r"端到端加密|端對端加密",
)  # fmt: skip
_NOBODYS = _any_of(
    _ENCRYPTED.pattern, r"^(?:you|.{1,80}) (?:un)?blocked this (?:contact|person|business)",
    r"\bdisappearing messages\b", r"\bmessage timer\b", r"^your security code with\b",
    r"\bsecurity code (?:with .+ )?changed",
    r"\bchanged (?:to a new|their phone) number", r"^.{1,80} is a contact\b", r"^this (?:chat|business) ",
    r"^.{1,80} (?:created (?:this )?group|joined using|added |removed |left$|changed (?:the|this) )",
    r"^waiting for this message\b",
    r"^(?:bloqueaste|desbloqueaste) a este contacto", r"^vous avez (?:dé)?bloqué ce contact",
    r"^du hast diesen kontakt (?:blockiert|freigegeben)", r"^hai (?:s?bloccato) questo contatto",
)  # fmt: skip


class Words(NamedTuple):
    """What the text after a name is: the program's own (`app`), a call, or a person's; with its marks.

    `doubtful`: the program's words by their looks, which are on no list.
    """

    text: str
    kind: str
    marks: tuple[str, ...] = ()
    doubtful: bool = False


def read_words(text: str, *, line_marked: bool, sender: str = "", is_first: bool = False) -> Words:
    """Tell a person's words from the program's.

    `line_marked`: the line begins with a mark, which nobody types. `is_first`: of the file, where the program says that
    a chat is encrypted. Without either, only a whole sentence that it is known to write is taken for the program's:
    other words behind a mark may be a person's, and carry `app_words_not_understood`.
    """
    marked = text.startswith(MARK)
    said, marks = _take_edited(text)
    plain = _INVISIBLE.sub("", said).strip()
    if ("<" in plain or " (" in plain) and _ATTACHED.search(plain):
        return Words(said.strip(MARK), "message", (*marks, "attachment"))
    # Nearly every line is a person's and has no mark: what no act begins like is not looked through for one.
    found = _find_act(plain, line_marked=line_marked and marked) if marked or _is_unmarked(plain) else None
    if found:
        kind, mark = found
        return Words(plain, kind, (*marks, *((mark,) if mark else ())))
    if not marked:
        return Words(said, "message", marks)
    if _GIVEN.search(plain):
        return Words(plain, "message", marks)
    if (line_marked and _NOBODYS.search(plain)) or (is_first and _ENCRYPTED.search(plain)):
        return Words(plain, "app", marks)
    if is_known_sentence(plain, sender):
        return Words(plain, "app", marks)
    if line_marked:
        return Words(plain, "app", marks, doubtful=True)
    return Words(plain, "message", (*marks, "app_words_not_understood"), doubtful=True)


def read_lone_words(text: str) -> Words:
    """What a line without a name is: always the program's, a missed call among them."""
    plain = _INVISIBLE.sub("", text).strip()
    if _MISSED.search(plain):
        return Words(plain, "call", ("call_missed",))
    return Words(plain, "app")


def _find_act(plain: str, *, line_marked: bool = False) -> tuple[str, str] | None:
    """An act of the sender that the program tells of: its kind and mark; no mark where its outcome is not said."""
    if len(plain) > _LONGEST_ACT:
        return None
    if _MISSED.search(plain):
        return "call", "call_missed"
    if _DELETED.search(plain):
        return "message", "deleted"
    if (
        _LEFT_OUT.search(plain)
        or (plain[:1] == "<" and _MEDIA_IN_BRACKETS.search(plain))
        or (line_marked and _LEFT_OUT_BRIEFLY.search(plain))
    ):
        return "message", "media_left_out"
    call = _CALL.search(plain)
    return ("call", _name_outcome(plain, call["after"] or "")) if call else None


def _name_outcome(plain: str, after: str) -> str:
    if _NOT_ANSWERED.search(plain):
        return "call_missed"
    return "call_rejected" if _DECLINED.search(after) else "call_answered" if re.search(r"\d", after) else ""


def _is_unmarked(plain: str) -> bool:
    """Android writes no marks: there the whole text must be the program's, and nothing but."""
    return len(plain) <= _LONGEST_ACT and bool(
        _LEFT_OUT.fullmatch(plain) or _ONLY_BRACKETS.fullmatch(plain) or _DELETED.fullmatch(plain)
    )


def _take_edited(text: str) -> tuple[str, tuple[str, ...]]:
    whole = text.rstrip()
    if not whole.endswith(">"):
        return text, ()
    found = _EDITED.search(whole) or _EDITED_WORDS.search(whole)
    if found is None or _ATTACHED.search(found[0]) or not whole[: found.start()].strip():
        return text, ()
    return whole[: found.start()].rstrip(), ("edited",)
