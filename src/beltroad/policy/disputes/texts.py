"""What each instrument asks for and allows, in own words, with the article it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["TEXTS", "Text"]


@dataclass(frozen=True)
class Text:
    """The duty, its limits and the grounds for refusal of one instrument.

    ``start`` is the day the instrument first entered into force for anyone; empty where it has no
    such day of its own.
    """

    title: str
    article: str
    refusal: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    papers: str = ""
    start: str = ""

    def began(self, on: date) -> bool:
        """Whether the instrument was in force for anyone on a date."""
        return not self.start or on >= date.fromisoformat(self.start)


_TREATY = "article of the treaty on refusal (numbering differs by treaty)"
TEXTS: dict[str, Text] = {
    "own_law": Text(
        "Law of the place itself", "own law of procedure",
        ("setting aside or appeal under the law of the place",),
    ),
    "new_york": Text(
        "New York Convention 1958", "articles I, III and IV",
        (
            "article V(1)(a): a party lacked capacity, or the arbitration agreement is invalid",
            "article V(1)(b): no proper notice, or no chance to present the case",
            "article V(1)(c): the award goes beyond what was submitted; the rest may stand",
            "article V(1)(d): tribunal or procedure not as agreed, or not as the seat's law asks",
            "article V(1)(e): award not yet binding, or set aside or suspended at the seat",
            "article V(2)(a): the matter cannot be arbitrated under the law of the court",
            "article V(2)(b): contrary to the public policy of the court's country",
        ),
        papers="article IV: authenticated award and arbitration agreement, certified translation",
        start="1959-06-07",
    ),
    "icsid": Text(
        "ICSID Convention 1965", "articles 53 and 54",
        ("none in national courts: revision and annulment only within ICSID, articles 51 and 52",),
        (
            "only money the award grants is enforced (article 54(1))",
            "immunity of state property from execution stays (article 55)",
        ),
        papers="article 54(2): copy certified by the Secretary-General, to the named authority",
        start="1966-10-14",
    ),
    "singapore_mediation": Text(
        "Singapore Convention on Mediation 2018", "articles 1, 3 and 4",
        (
            "article 5(1)(a): a party lacked capacity",
            "article 5(1)(b): agreement void, not final, or later changed",
            "article 5(1)(c) and (d): obligations performed, unclear, or relief contrary to terms",
            "article 5(1)(e) and (f): serious breach by the mediator, or doubts hidden",
            "article 5(2): public policy, or matter not open to mediation",
        ),
        (
            "the settlement is in writing, international and commercial (article 1)",
            "not if it is already enforceable as a judgment or award (article 1(3))",
        ),
        papers="article 4: signed settlement and proof that it results from mediation",
        start="2020-09-12",
    ),
    "choice_of_court": Text(
        "Hague Choice of Court Convention 2005", "articles 3, 8 and 16",
        (
            "article 9(a) and (b): agreement void, or a party lacked capacity",
            "article 9(c) and (d): no proper notice, or fraud in procedure",
            "article 9(e): manifestly against public policy",
            "article 9(f) and (g): inconsistent with another judgment",
            "article 11: as far as damages go beyond the loss",
        ),
        (
            "the contract names the courts of the place of origin as exclusive (article 3)",
            "the clause was agreed after the convention took effect there (article 16)",
            "not for matters left out by article 2 (consumers, employment, carriage and others)",
        ),
        papers="article 13: certified judgment and clause, proof of notice and effect, translation",
        start="2015-10-01",
    ),
    "hague_judgments": Text(
        "Hague Judgments Convention 2019", "articles 4, 5 and 16",
        (
            "article 7(1)(a) and (b): no proper notice, or fraud",
            "article 7(1)(c): manifestly against public policy",
            "article 7(1)(d): contrary to a choice of court",
            "article 7(1)(e) and (f): inconsistent with another judgment",
            "article 10: as far as damages go beyond the loss",
        ),
        (
            "the case has one of the links of article 5 (habitual residence, consent, place of "
            "performance and others)",
            "the case began when the convention was in force between both (article 16), and "
            "neither has declared against the other (article 29)",
            "not for matters left out by article 2",
        ),
        papers="article 12: complete certified judgment, proof of notice and effect, translation",
        start="2023-09-01",
    ),
    "brussels_recast": Text(
        "Brussels I Regulation (recast)", "articles 36 and 39",
        (
            "article 45(1)(a) and (b): public policy, or no service in time in a default judgment",
            "article 45(1)(c) to (e): inconsistent judgments, or breach of protected jurisdiction",
        ),
        ("only civil and commercial matters; not arbitration (article 1)",),
        "articles 37, 42 and 53: copy and certificate of the court",
    ),
    "cn_judicial_assistance": Text(
        "China's bilateral treaty of judicial assistance",
        "chapter of the treaty on recognition and enforcement of judgments",
        (
            f"judgment not final, or court without jurisdiction: {_TREATY}",
            f"no lawful summons or representation: {_TREATY}",
            f"inconsistent or pending case in the country asked: {_TREATY}",
            f"sovereignty, security or public policy: {_TREATY}",
        ),
        ("only kinds of judgment the treaty lists; some leave out insolvency or succession",),
        "certified judgment, proof of effect and summons, translation",
    ),
    "kiev_1992": Text(
        "Kiev Agreement 1992", "articles 3, 7 and 8",
        ("article 9: earlier judgment, court without jurisdiction, no notice, limitation passed",),
        ("economic disputes of commercial courts and arbitral tribunals",),
        "article 8: certified judgment, proof of effect, notice and writ of execution",
    ),
    "minsk_1993": Text(
        "Minsk Convention 1993", "articles 51 to 54",
        ("article 55: not final, no notice, earlier case, exclusive jurisdiction, limitation",),
        ("replaced by the Chisinau convention of 2002 between its parties",),
        "article 53: certified judgment, proof of effect and notice, translation",
    ),
    "intra_china_awards": Text(
        "Arrangement on awards within China", "article 1",
        (
            "article 7 of the arrangements: grounds as in article V of the New York Convention",
            "article 7 of the arrangements: public policy of the place asked, or public interest",
        ),
        papers="application, award and arbitration agreement (articles 3 and 4)",
    ),
    "intra_china_judgments": Text(
        "Arrangement on judgments within China", "articles 1 to 5",
        (
            "no jurisdiction, no lawful summons, fraud, or an earlier judgment or award",
            "basic principles of law, public interest or public policy of the place asked",
        ),
        ("not for insolvency, family, arbitration and some maritime and patent matters",),
        "certified judgment and certificate of effect",
    ),
    "cross_strait_recognition": Text(
        "Rules of each side on results of the other", "the rules as a whole",
        ("basic principles of law or public interest, no lawful summons, earlier case",),
        ("recognition by a ruling of the court comes first",),
        "authenticated copy and translation where needed",
    ),
    "judgment_rule": Text(
        "Own law on foreign judgments", "",
        ("no jurisdiction, no proper summons, fraud, inconsistent judgment, public policy",),
        papers="certified judgment, proof of effect and summons, translation",
    ),
}  # fmt: skip
