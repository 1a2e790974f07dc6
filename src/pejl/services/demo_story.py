"""The story of Fjordlight, a made-up company: who they are, what they aim at, what they write.

Every text stands in English and Danish. Figures are as people write them in each language, and are read so.
"""

from __future__ import annotations

from pejl.services import demo_company as company
from pejl.services import demo_product as product
from pejl.services.demo_parts import Remark, Someone, Text

NAME: Text = ("Fjordlight", "Fjordlight")

PEOPLE = (
    Someone("karen", "Karen Holm", "owner", None),
    Someone("anna", "Anna Lind", "admin", "success", lead=True),
    Someone("freja", "Freja Dahl", "member", "product", lead=True),
    Someone("mads", "Mads Krogh", "member", "design", lead=True),
    Someone("signe", "Signe Bak", "member", "product"),
    Someone("nadia", "Nadia Rahimi", "member", "product"),
    Someone("oskar", "Oskar Friis", "member", "operations", lead=True),
    Someone("lars", "Lars Toft", "member", "sales", lead=True),
    Someone("maja", "Maja Winther", "member", "marketing", lead=True),
    Someone("emil", "Emil Sand", "member", "success"),
    Someone("peter", "Peter Vang", "observer", None),
)

TEAMS: tuple[tuple[str, Text, str | None], ...] = (
    ("product", ("Product and engineering", "Produkt og udvikling"), None),
    ("design", ("Design", "Design"), "product"),
    ("success", ("Customer success", "Kundesucces"), None),
    ("operations", ("Operations", "Drift"), None),
    ("sales", ("Sales", "Salg"), None),
    ("marketing", ("Marketing", "Marketing"), None),
)

# Parents before what leads to them; of the same moment, the first is written first.
AIMS = (
    company.DOUBLE,
    company.PROCESSES,
    company.GO_TO_MARKET,
    product.LAUNCH,
    product.TRAINING,
    company.NEW_CUSTOMERS,
    company.FUNNEL,
    company.BRAND,
    product.CALM,
    product.CHECKOUT,
    product.TEACH,
    product.FIRST_MONTH,
    company.SUPPLIERS,
)

_GROWTH: Text = ("Growth", "Vækst")
_CUSTOMERS: Text = ("Customers", "Kunder")
_LESS_WORK: Text = ("Less manual work", "Mindre håndarbejde")

TAGS: dict[str, tuple[Text, ...]] = {
    "double": (_GROWTH,),
    "processes": (_GROWTH,),
    "new-customers": (_GROWTH, _CUSTOMERS),
    "launch": (("Version 2.0", "Version 2.0"), _CUSTOMERS),
    "support": (_CUSTOMERS, _LESS_WORK),
    "first-month": (_CUSTOMERS,),
    "manual": (_LESS_WORK,),
    "suppliers": (_LESS_WORK,),
}

REMARKS = (
    Remark(
        "office-hours",
        "signe",
        0,
        ("Shall we move it to Wednesday?", "Skal vi flytte den til onsdag?"),
        (
            (
                "anna",
                (
                    "Yes. I will ask the five largest customers first.",
                    "Ja. Jeg spørger først de fem største kunder.",
                ),
            ),
        ),
    ),
    Remark(
        "steps",
        "freja",
        1,
        (
            "Could we drop the account step first? That one is ours to change.",
            "Kan vi droppe kontotrinnet først? Det kan vi selv ændre.",
        ),
        (
            (
                "mads",
                ("Two days of work, and it takes us to seven.", "To dages arbejde, og så er vi nede på syv."),
            ),
        ),
    ),
    Remark(
        "support",
        "anna",
        2,
        ("Our team can write the article about invoices.", "Vores team kan skrive artiklen om fakturaer."),
        (),
    ),
    Remark(
        "manual",
        "karen",
        4,
        (
            "What would it take to close one of the three spreadsheets?",
            "Hvad skal der til for at lukke et af de tre regneark?",
        ),
        (),
    ),
    Remark(
        "double",
        "karen",
        3,
        (
            "The board sees this page as it is. No slides this time.",
            "Bestyrelsen ser denne side, som den er. Ingen slides denne gang.",
        ),
        (),
    ),
    Remark(
        "pipeline",
        "lars",
        5,
        ("Half of these are in the trade we want to grow in.", "Halvdelen er i den branche, vi vil vokse i."),
        (),
    ),
)

KPIS: tuple[tuple[str, Text, str, Text | None, Text | None, str, str, tuple[str, ...], float, float], ...] = (
    # key, name, unit, lower, upper, owner, team, guarded goals, middle, wobble
    (
        "uptime",
        ("Uptime", "Oppetid"),
        "%",
        ("99.5%", "99,5 procent"),
        None,
        "nadia",
        "product",
        ("brand", "traffic"),
        99.74,
        0.12,
    ),
    (
        "loved",
        ("Customer satisfaction", "Kundetilfredshed"),
        "",
        ("4.4", "4,4"),
        None,
        "anna",
        "success",
        ("training",),
        4.56,
        0.08,
    ),
    (
        "severe",
        ("Open severe faults", "Åbne alvorlige fejl"),
        "",
        None,
        ("5", "5"),
        "freja",
        "product",
        ("launch",),
        3.0,
        1.2,
    ),
)
