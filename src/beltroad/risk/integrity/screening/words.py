"""Words in names that say little: legal forms by jurisdiction, titles, particles, common words."""

from __future__ import annotations

__all__ = ["COMMON", "FORMS", "LONGEST_FORM", "PARTICLES", "ROMAN", "TITLES", "form_places"]

# Short name -> the form as written (folded, points gone), and where it is used
# (ISO 3166-1 alpha-2; "-" for many).
_FORMS = {
    "ltd": "ltd limited ltda limitada|-",
    "llc": "llc lc limited_liability_company ooo tov mchj too llp limited_liability_partnership "
    "obshchestvo_s_ogranichennoi_otvetstvennostiu tovarystvo_z_obmezhenoiu_vidpovidalnistiu"
    "|US RU UA KZ UZ GB",
    "inc": "inc incorporated corp corporation co company|US CA -",
    "plc": "plc public_limited_company|GB IE",
    "jsc": "jsc joint_stock_company ojsc cjsc pjsc oao zao pao ao aktsionernoe_obshchestvo "
    "publichnoe_aktsionernoe_obshchestvo otkrytoe_aktsionernoe_obshchestvo pat prat at vat "
    "open_joint_stock_company closed_joint_stock_company public_joint_stock_company "
    "private_joint_stock_company zakrytoe_aktsionernoe_obshchestvo|RU UA KZ BY UZ AM GE",
    "ag": "ag aktiengesellschaft|DE AT CH",
    "se": "se societas_europaea|-",
    "gmbh": "gmbh gesellschaft_mit_beschrankter_haftung mbh|DE AT CH",
    "kg": "kg kommanditgesellschaft kgaa ohg|DE AT",
    "ev": "ev eg|DE",
    "sa": "sa s_a societe_anonyme sociedad_anonima sociedade_anonima sae sal"
    "|FR ES PT BE LU CH EG LB -",
    "sarl": "sarl societe_a_responsabilite_limitee sas sasu eurl|FR LU MA TN DZ",
    "srl": "srl spa s_p_a sapa societa_per_azioni societa_a_responsabilita_limitata|IT RO",
    "sl": "sl slu sociedad_limitada|ES",
    "nv": "nv n_v naamloze_vennootschap|NL BE",
    "bv": "bv b_v besloten_vennootschap bvba|NL BE",
    "as": "as a_s aksjeselskap asa aktieselskab aps anonim_sirketi anonim_sti|NO DK TR CZ",
    "ab": "ab aktiebolag oy oyj abp|SE FI",
    "doo": "doo d_o_o dd ad eood ood dooel|RS HR SI BA BG MK ME",
    "spzoo": "spzoo sp_z_o_o sp_z_oo spolka_z_ograniczona_odpowiedzialnoscia spolka_akcyjna|PL",
    "sro": "sro s_r_o|CZ SK",
    "kft": "kft zrt nyrt bt|HU",
    "sia": "sia uab ou as|LV LT EE",
    "pte": "pte private_limited pvt private pvt_ltd pte_ltd|SG IN PK BD LK",
    "sdn": "sdn_bhd sdn bhd berhad|MY BN",
    "pt": "pt tbk perseroan_terbatas persero|ID",
    "kk": "kk kabushiki_kaisha kaisha yugen_kaisha gk|JP",
    "fze": "fze fzco fzc fz_llc dmcc wll psc bsc|AE BH QA KW OM",
    "ste": "ste cie et_cie|FR",
    "lp": "lp limited_partnership|US GB CA",
}
FORMS: dict[tuple[str, ...], str] = {
    tuple(each.strip("_").split("_")): short
    for short, text in _FORMS.items() for each in text.split("|")[0].split()
}  # fmt: skip
"""Words of a legal form -> its short name."""

LONGEST_FORM = max(len(words) for words in FORMS)

_PLACES = {short: frozenset(text.split("|")[1].split()) - {"-"} for short, text in _FORMS.items()}


def form_places(short: str) -> frozenset[str]:
    """Where a legal form is used (alpha-2); empty if in many places."""
    return _PLACES[short]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words(
    "mr mrs ms miss dr prof professor sir lord dame hon honourable president general gen colonel "
    "col major captain sheikh shaikh sheik haji hajji mullah maulavi mawlawi sayyid sayed "
    "ayatollah king prince princess minister ambassador jr sr phd esq dipl ing his her excellency "
    "former the gospodin gospozha"
)
PARTICLES = _words(
    "al el ul ud ad as ash at bin bint ibn ben ould abd abu umm de da do dos das di del della la "
    "le les du van von der den zu zur y e i of and und et san st mac mc o d l"
)
COMMON = _words(
    "group groupe gruppe holding holdings international global trading trade general enterprise "
    "enterprises industries industry industrial services service company companies firm the and "
    "of for de la el und et i y bank national state federal public private research production "
    "joint stock foundation association institute organization organisation center centre fund "
    "ministry department bureau office committee council company investment investments capital "
    "construction engineering technology technologies development export import shipping lines "
    "marine logistics management systems solutions"
)
ROMAN = _words("ii iii iv vi vii viii ix xi xii xiii xiv xv")
