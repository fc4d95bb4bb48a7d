"""Read an audience from a sentence, such as `kuliner di Coblong yang belum mendaftar`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.fairs import filters
from bot.fields.places import HOME, named
from bot.knowledge.words import words
from db.broadcasts.audiences import NOT_ENROLLED, Audience
from db.fairs.programmes import Programme

_NOT = frozenset("belum blm belom tidak tdk bukan teu acan tacan not never havent haven without tanpa".split())
_ENROL = frozenset(
    "daftar mendaftar terdaftar didaftarkan pendaftar ikut mengikuti ikutan peserta sertai menyertai enrol enroll"
    " enrolled enrolment registered joined participant participants ngadaptar ngiring".split()
)
_STATES = {
    "accepted": "diterima lolos terpilih accepted ditampi",
    "submitted": "menunggu nunggu waiting ngantos",
    "declined": "ditolak declined rejected",
    "correction": "perbaikan correction dibenerkeun",
}
_LANGUAGES = {
    "id": "indonesia indonesian",
    "en": "inggris english",
    "ms": "melayu malay malaysia",
    "su": "sunda sundanese",
}
_SCALES = {"micro": "mikro micro", "small": "kecil small alit", "medium": "menengah medium"}
_INTERESTED = frozenset("peminat minat berminat tertarik interested interest wants".split())
_EXHIBITION = frozenset("pameran exhibition exhibitions expo".split())
#: what joins the rest and narrows nothing down
_BETWEEN = frozenset(
    """yang yg nu di dan sama serta atau untuk buat bagi ke kepada pada dari semua semuanya seluruh sadaya orang warga
    usaha umkm pelaku pemilik pengusaha owner owners bidang sektor sector kecamatan kec kelurahan kota bahasa
    berbahasa basa
    program programme program2 sudah sdh udah setuju kirim kirimkan mereka siapa saja hanya cuma the in of who whose and
    or people everyone everybody all from with for to only have has are is been yet already language speaking businesses
    business agreed those that ka sareng kanggo sakabeh hari days minggu weeks terakhir last aktif active within dalam
    skala scale size mau ingin want hear kabar news""".split()
)
_LATELY = re.compile(r"(\d{1,3})\s*(hari|days?|poe|poé|minggu|weeks?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """What a sentence narrows down.

    `unknown` are the words that were not understood; `asks` says that a programme is meant, but not which.
    """

    audience: Audience
    unknown: tuple[str, ...] = ()
    asks: bool = False


def read(text: str, programmes: Sequence[Programme]) -> Read:
    """Read a sentence; `programmes` are those that may be meant."""
    said = words(text)
    left = [word for word in said if word not in _BETWEEN and not word.isdigit()]
    languages, left = _coded(left, _LANGUAGES)
    scales, left = _coded(left, _SCALES)
    sectors = {word: code for word in left if (code := filters.sector(word))}
    districts = [place.district for place in named(text) if place.city == HOME and place.district]
    left = [word for word in left if word not in sectors and word not in words(" ".join(districts))]
    audience = Audience(
        languages=languages,
        scales=scales,
        sectors=tuple(dict.fromkeys(sectors.values())),
        districts=tuple(dict.fromkeys(districts)),
    )
    if lately := _LATELY.search(text):
        audience = replace(audience, seen_days=int(lately[1]) * (7 if lately[2].lower()[0] in "mw" else 1))
    if set(left) & _INTERESTED and set(left) & _EXHIBITION:
        audience = replace(audience, interested=True)
        left = [word for word in left if word not in _INTERESTED | _EXHIBITION]
    return _with_programme(audience, said, left, programmes)


def _coded(said: list[str], known: dict[str, str]) -> tuple[tuple[str, ...], list[str]]:
    """Find the codes that words stand for, and the other words."""
    meant = {word: code for code, written in known.items() for word in written.split()}
    codes = dict.fromkeys(meant[word] for word in said if word in meant)
    return tuple(codes), [word for word in said if word not in meant]


def _with_programme(audience: Audience, said: list[str], left: list[str], programmes: Sequence[Programme]) -> Read:
    states, left = _coded(left, _STATES)
    enrolled = bool(states) or bool(set(left) & _ENROL)
    negative = bool(set(said) & _NOT) and enrolled
    left = [word for word in left if word not in _ENROL | _NOT]
    fitting = {one.id: len(_names(one) & set(left)) for one in programmes}
    most = max(fitting.values(), default=0)
    meant = [one for one in programmes if most and fitting[one.id] == most]
    if not meant and enrolled and len(programmes) == 1:
        meant = list(programmes)
    known = set().union(*(_names(one) for one in meant)) if meant else set()
    left = [word for word in left if word not in known]
    if not meant and not enrolled:
        return Read(audience, tuple(left))
    states = (NOT_ENROLLED,) if negative else states
    if len(meant) != 1:
        return Read(replace(audience, states=states), tuple(left), asks=True)
    return Read(replace(audience, programme=meant[0].id, states=states), tuple(left))


def _names(one: Programme) -> set[str]:
    written = [one.code, *one.short_name.values(), *one.title.values()]
    return {word for name in written for word in words(name)} - _BETWEEN
