"""What phones send, brought to one form: case, repeated letters, chat abbreviations, affixes."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

#: characters of a question that are searched; longer ones are cut at a word's edge
LONGEST = 600

_stemmer = snowballstemmer.stemmer("indonesian")
_WORD = re.compile(r"[^\W_]+")
_REPEATED = re.compile(r"(\w)\1{2,}")

_SHORT = {
    short: full
    for full, shorts in {
        "bagaimana": "gmn gimana gmana gmna gmn2 bgmn bgimana gimna gimane kumaha camne macam mcm",
        "berapa": "brp brpa brapa berape sabaraha",
        "kalau": "klo kalo klau kl klu lamun lmn",
        "sudah": "udh udah sdh dah tos geus atos",
        "belum": "blm blum blom blon acan teu",
        "tidak": "gak ga nggak ngga enggak tdk gk g kagak tak tiada ndak henteu teu",
        "dimana": "dmn dmna dimna mana dimane",
        "bisa": "bs bsa iso tiasa boleh blh bole",
        "yang": "yg nu",
        "untuk": "utk tuk buat bwt bt untk kanggo keur utk2",
        "dengan": "dg dgn ama sama sm jeung sareng",
        "daftar": "dftr dftar ndaftar daptar daftarin",
        "saya": "sy aku gue gw abdi abi urang",
        "usaha": "ush usahaan usha",
        "sertifikat": "sertif sertifkat sertipikat sertifikatnya sertfikat sijil certificate cert certification",
        "juga": "jg jga oge",
        "karena": "krn karna krna",
        "tahun": "thn th taun",
        "harus": "hrs kudu mesti kedah mst perlu must",
        "apa": "ap apaan apasih naon apakah what",
        "mau": "mo pengen pgn pingin ingin hoyong bade nak want",
        "biaya": "biyaya biayanya ongkos bayar byr kos cost fee fees price harga tarif mayar",
        "berlaku": "valid",
        "langkah": "step steps stepnya tahap tahapan cara caranya alur prosedur procedure proses how",
        "syarat": "persyaratan ketentuan kriteria requirement requirements conditions syaratnya",
        "wajib": "kewajiban mandatory compulsory obligatory",
        "gratis": "free percuma gratisan cuma2",
        "jadi": "jd jdi",
        "dari": "dr dri ti",
        "sampai": "smp smpe sampe dugi nepi",
        "ke": "k ka",
        "kapan": "kpn iraha bila when",
        "siapa": "spa saha who",
        "lagi": "lg lgi",
        "saja": "aja aj doang wae",
        "orang": "org",
        "tapi": "tp tpi",
        "terus": "trs trus",
        "produk": "product prodk barang",
        "jualan": "jual jualin dagang dagangan icalan ngical",
    }.items()
    for short in shorts.split()
}


def cut(text: str) -> str:
    """At most `LONGEST` characters, cut at the edge of a word."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST + 1].rpartition(" ")[0] or text[:LONGEST]


def words(text: str) -> list[str]:
    """The words of a text in one form: abbreviations written out, not yet stemmed."""
    plain = unicodedata.normalize("NFKC", cut(text)).lower()
    found = _WORD.findall(_REPEATED.sub(r"\1", plain))
    return [_SHORT.get(word, word) for word in found]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    return str(_stemmer.stemWord(word))
