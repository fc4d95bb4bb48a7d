"""People write in pieces: recognise words that only open a conversation, and the same thing said again."""

import hashlib
import re

from bot.knowledge.words import words

_OPENERS = frozenset(
    """
    p ping kak ka kakak min admin mimin bang gan bu bpk pak ibu bapak teh kang sis bro puan tuan cik encik
    halo hallo hai hay hi hello helo hey hei hola pagi siang sore malam selamat petang tengahari good morning
    afternoon evening permisi punten maaf sorry excuse me mau tanya nanya bertanya numpang ijin izin dong ya yaa
    assalamualaikum assalamu'alaikum asalamualaikum assalamu alaikum alaikum wr wb salam sampurasun test tes
    bade naros tumaros tumut taros nak saya aku abdi sy boleh bisa i have a question ada orang there anyone disana
    """.split()
)
_COURTESY = _OPENERS | {"tolong", "please", "pls", "atuh", "sih", "deh", "nih", "mohon", "bantu", "makasih", "thanks"}
_THANKS = frozenset(
    """
    makasih makasi mksh mksih mkasih terima kasih terimakasih trimakasih trims trimz tengkyu tq thx thanks thank you
    nuhun hatur haturnuhun suwun banyak pisan sekali sangat byk very much so a lot atas infonya informasinya untuk for
    bantuannya jawabannya buat the your help info siap ok oke okay okeh baik sip mantap jelas ya yaa iya kak ka kakak
    min admin pak bu teh kang tuan puan atuh
    """.split()
)
_GRATEFUL = re.compile(r"kasih|mak?as+ih?|mksi?h|trims|trimz|tengkyu|\btq\b|\bthx\b|thank|nuhun|suwun", re.IGNORECASE)
_SALAM = re.compile(r"\bas+al+am+u?\W*al+a?i?k+um|^\W*salam\b|\bass?kum\b|\bass?wr", re.IGNORECASE)
_SAMPURASUN = re.compile(r"\bsampura?sun\b", re.IGNORECASE)
_WORD = re.compile(r"[\w']+")


def opens_only(text: str) -> bool:
    """Whether a text greets or calls but asks nothing yet: `kak`, `p`, `mau nanya`, `halo?`."""
    said = _WORD.findall(text.lower())
    return bool(said) and len(said) <= 7 and all(re.sub(r"(\w)\1{2,}", r"\1", word) in _OPENERS for word in said)


def is_thanks(text: str) -> bool:
    """Whether a text is thanks and nothing else: `makasih ya kak`, `nuhun pisan`, folded hands."""
    words = _WORD.findall(text.lower())
    if not words:
        return "🙏" in text or "👍" in text
    known = all(re.sub(r"(\w)\1{2,}", r"\1", word) in _THANKS for word in words)
    return len(words) <= 8 and bool(_GRATEFUL.search(text)) and known


def is_nudge(text: str) -> bool:
    """Whether a text only asks if anybody is there."""
    return opens_only(text) or not _WORD.search(text)


def greeting(text: str) -> str:
    """Find a greeting that is returned in kind: `salam`, `sampurasun`, or empty."""
    if _SALAM.search(text):
        return "salam"
    return "sampurasun" if _SAMPURASUN.search(text) else ""


def asked_the_same(text: str) -> str:
    """Reduce a question to what is equal where only case, punctuation, accents and courtesy differ."""
    said = words(text)
    return " ".join([word for word in said if word not in _COURTESY] or said) or same_text(text)


def same_text(text: str) -> str:
    """Make a short mark by which the same text is known again, without keeping the words."""
    words = " ".join(_WORD.findall(text.lower())) or text.strip()
    return hashlib.blake2b(words.encode(errors="replace"), digest_size=8).hexdigest()
