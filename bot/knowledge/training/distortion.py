"""What phones and people do to a question before it arrives: slips of the finger, small talk, a story around it."""

import random

_NEIGHBOURS = {
    letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for at, letter in enumerate(row)
}
_BEFORE = {
    "id": (
        "kak mau nanya", "halo min", "permisi kak", "assalamualaikum", "min mau tanya dong", "pak bu", "selamat siang",
        "punten kak", "mau tanya", "kak", "min", "bang", "maaf ganggu", "tolong info dong", "saya mau tanya ya",
        "halo selamat pagi kak saya mau nanya nih", "gan",
    ),
    "en": (
        "hi", "hello", "excuse me", "quick question", "good morning", "hi there", "sorry to bother", "please tell me",
    ),
    "ms": ("salam", "hai", "nak tanya", "assalamualaikum", "tumpang tanya", "maaf nak tanya", "salam tuan"),
    "su": ("punten", "sampurasun", "kang", "teh", "bade naros", "punten kang bade tumaros", "assalamualaikum"),
}  # fmt: skip
_AFTER = {
    "id": (
        "ya", "dong", "sih", "kak", "min", "makasih", "mohon infonya", "ya kak", "nih", "ya min", "trims", "tolong ya",
        "hehe", "please", "bingung saya", "soalnya saya awam", "mohon bantuannya", "ya bu",
    ),
    "en": ("please", "thanks", "thank you", "any idea", "i'm confused", "pls help", "cheers"),
    "ms": ("ya", "terima kasih", "tolong ya", "tq", "ye", "boleh bantu"),
    "su": ("nya", "nuhun", "hatur nuhun", "kang", "atuh", "euy", "teh", "nya kang"),
}  # fmt: skip
_STORY = {
    "id": (
        "saya punya usaha {goods} di {place}", "kenalkan saya penjual {goods} dari {place}",
        "jadi gini kak saya jualan {goods}",
        "usaha {goods} saya baru jalan setahun di {place}", "saya ibu rumah tangga bikin {goods} di rumah",
        "kemarin teman saya cerita soal ini", "saya masih awam dan baru mulai", "di {place} saya produksi {goods}",
    ),
    "en": (
        "i make {goods} in {place}", "we run a small {goods} business", "i have been selling {goods} for two years",
        "my friend told me about this", "i am a {goods} maker from {place}",
    ),
    "ms": (
        "saya jual {goods}", "saya ada perniagaan kecil {goods}", "kawan saya dari {place} jual {goods}",
        "saya baru mula berniaga {goods}",
    ),
    "su": (
        "abdi gaduh usaha {goods} di {place}", "abdi icalan {goods} di {place}", "abdi nembe ngawitan usaha {goods}",
        "rencang abdi nyarios",
    ),
}  # fmt: skip
_GOODS = (
    "keripik singkong", "tas kulit", "sepatu", "batik", "sambal", "kue kering", "kopi", "gamis", "kerudung", "boneka",
    "rendang", "sabun herbal", "mebel", "kerajinan bambu", "dodol", "frozen food", "bakso", "roti", "basreng", "madu",
)  # fmt: skip
_PLACES = (
    "Antapani", "Cibaduyut", "Lembang", "Ujungberung", "Soreang", "Cimahi", "Dago", "Buah Batu", "Kopo", "Cicendo",
    "Arcamanik", "Cibiru", "Sukajadi", "Bandung",
)  # fmt: skip


def distorted(text: str, language: str, chance: random.Random) -> str:
    """The same question as somebody else might have sent it."""
    found = text.split()
    if chance.random() < 0.3 and len(found) > 4:
        found = [word for word in found if chance.random() > 0.15] or found
    if chance.random() < 0.6:
        for _ in range(1 + len(found) // 6):
            at = chance.randrange(len(found))
            found[at] = slip(found[at], chance)
    if chance.random() < 0.12 and len(found) > 2:
        at = chance.randrange(len(found) - 1)
        found[at : at + 2] = [found[at] + found[at + 1]]
    return _around(" ".join(found), language, chance)


def slip(word: str, chance: random.Random) -> str:
    """Make one slip of a finger in a word of at least four letters, or leave out its vowels."""
    if len(word) < 4 or not word.isalpha():
        return word
    at = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(6)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    if kind == 3:
        return word[:at] + chance.choice(_NEIGHBOURS.get(word[at].lower(), word[at])) + word[at + 1 :]
    if kind == 4:
        return word[0] + "".join(letter for letter in word[1:-1] if letter not in "aiueo") + word[-1]
    vowels = [place for place, letter in enumerate(word[1:], 1) if letter in "aiueo"]
    gone = chance.choice(vowels) if vowels else at
    return word[:gone] + word[gone + 1 :]


def _around(text: str, language: str, chance: random.Random) -> str:
    """Small talk before and after, and now and then a story that says nothing of the subject."""
    if chance.random() < 0.18:
        story = chance.choice(_STORY[language]).format(goods=chance.choice(_GOODS), place=chance.choice(_PLACES))
        text = f"{story}. {text}" if chance.random() < 0.7 else f"{story}, {text}"
    if chance.random() < 0.25:
        text = f"{chance.choice(_BEFORE[language])}, {text}"
    if chance.random() < 0.25:
        text = f"{text} {chance.choice(_AFTER[language])}"
    return text
