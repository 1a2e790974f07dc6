"""What Fjordlight aims at as a whole this year, and how it earns: operations, sales and marketing."""

from __future__ import annotations

from pejl.domain.values import Ambition, MetricKind
from pejl.services.demo_parts import Aim, Result, Work

UP, DOWN, REACH = MetricKind.INCREASE, MetricKind.DECREASE, MetricKind.REACH

DOUBLE = Aim(
    "double",
    (
        "Double yearly revenue, to be sustainable and profitable",
        "Fordobl den årlige omsætning, så vi er bæredygtige og rentable",
    ),
    (
        (
            "We can pay our own way next year, without new investors, "
            "if revenue doubles while costs grow by a third."
        ),
        (
            "Vi kan klare os selv næste år uden nye investorer, hvis omsætningen fordobles, "
            "mens udgifterne vokser med en tredjedel."
        ),
    ),
    "karen",
    "year",
    Ambition.ASPIRATIONAL,
    results=(
        Result(
            "revenue",
            ("Average annual revenue", "Gennemsnitlig årlig omsætning"),
            "karen",
            UP,
            ("USD 12M", "12 mio. USD"),
            ("USD 24M", "24 mio. USD"),
            pace=0.9,
            noise=0.02,
            confidence=6,
            notes=(
                (
                    "Two large renewals came in earlier than planned.",
                    "To store fornyelser kom ind før planlagt.",
                ),
                (
                    "New products carry most of the growth now.",
                    "Nye produkter bærer nu det meste af væksten.",
                ),
            ),
        ),
    ),
)

PROCESSES = Aim(
    "processes",
    (
        "Raise revenue and tune our sales processes so that the doubling is reached",
        "Løft omsætningen, og finjustér salgsprocesserne, så fordoblingen nås",
    ),
    (
        "Half of the year's growth has to come from what we launched in the spring.",
        "Halvdelen af årets vækst skal komme fra det, vi lancerede i foråret.",
    ),
    "lars",
    "quarter",
    Ambition.COMMITTED,
    parents=(("double", 0.4),),
    results=(
        Result(
            "new-products",
            ("Sales of new products", "Salg af nye produkter"),
            "lars",
            UP,
            ("USD 12M", "12 mio. USD"),
            ("USD 15M", "15 mio. USD"),
            pace=0.96,
            noise=0.03,
            notes=(
                (
                    "The demo day brought nine qualified leads.",
                    "Demodagen gav ni kvalificerede kundeemner.",
                ),
            ),
        ),
    ),
    works=(
        Work(
            ("New material that furthers sales", "Nyt materiale, der fremmer salget"),
            "maja",
            (
                ("Interview five customers", "Interview fem kunder"),
                ("Write three customer stories", "Skriv tre kundehistorier"),
                ("Rework the price page", "Omarbejd prissiden"),
                ("Train the sales team", "Træn salgsteamet"),
            ),
            done=2,
        ),
    ),
)

GO_TO_MARKET = Aim(
    "go-to-market",
    (
        "Run leading revenue operations that strengthen the go-to-market teams",
        "Driv en førende omsætningsdrift, der styrker vores salgs- og marketingteams",
    ),
    (
        "Sales and marketing spend a day a week finding numbers. That day belongs to customers.",
        "Salg og marketing bruger en dag om ugen på at finde tal. Den dag tilhører kunderne.",
    ),
    "oskar",
    "quarter",
    Ambition.ASPIRATIONAL,
    "operations",
    parents=(("processes", None),),
    results=(
        Result(
            "velocity",
            ("Pipeline velocity", "Hastighed i pipelinen"),
            "oskar",
            UP,
            ("USD 30,000", "30.000 USD"),
            ("USD 45,000", "45.000 USD"),
            pace=1.08,
        ),
        Result(
            "synced",
            (
                "Customer and user data joined between Marketo and Salesforce",
                "Kunde- og brugerdata forbundet mellem Marketo og Salesforce",
            ),
            "nadia",
            UP,
            ("80%", "80 procent"),
            ("90%", "90 procent"),
            pace=0.85,
            notes=(
                (
                    "The last import left 1,900 doubles to merge.",
                    "Den seneste import efterlod 1.900 dubletter, der skal flettes.",
                ),
            ),
        ),
        Result(
            "manual",
            (
                "Manual work a week, with a better subscription process",
                "Manuelt arbejde om ugen med en bedre abonnementsproces",
            ),
            "oskar",
            DOWN,
            ("3 h", "3 t"),
            ("1 h", "1 t"),
            ("h", "t"),
            pace=0.3,
            noise=0.08,
            silent=3,
            confidence=4,
            notes=(
                (
                    "Renewals still go through three spreadsheets.",
                    "Fornyelser går stadig gennem tre regneark.",
                ),
            ),
        ),
    ),
    works=(
        Work(
            (
                "One subscription process from quote to invoice",
                "Én abonnementsproces fra tilbud til faktura",
            ),
            "oskar",
        ),
    ),
)

NEW_CUSTOMERS = Aim(
    "new-customers",
    (
        "Add USD 1M in average annual revenue from new customers",
        "Hent 1 mio. USD ekstra i gennemsnitlig årlig omsætning fra nye kunder",
    ),
    (
        "New customers keep us from depending on the twelve largest ones.",
        "Nye kunder gør os mindre afhængige af de tolv største.",
    ),
    "lars",
    "quarter",
    Ambition.COMMITTED,
    "sales",
    parents=(("processes", None),),
    results=(
        Result(
            "large",
            ("New deals with large companies", "Nye aftaler med store virksomheder"),
            "lars",
            REACH,
            None,
            ("USD 500,000", "500.000 USD"),
            pace=0.94,
            noise=0.12,
        ),
        Result(
            "international",
            ("New deals with international companies", "Nye aftaler med internationale virksomheder"),
            "lars",
            REACH,
            None,
            ("USD 300,000", "300.000 USD"),
            pace=1.1,
            noise=0.1,
        ),
        Result(
            "small",
            (
                "New deals with small and medium companies",
                "Nye aftaler med små og mellemstore virksomheder",
            ),
            "lars",
            REACH,
            None,
            ("USD 200,000", "200.000 USD"),
            pace=0.7,
            noise=0.1,
        ),
    ),
    sums=(("USD 1M", "1 mio. USD"), ("USD", "USD")),
)

FUNNEL = Aim(
    "funnel",
    (
        "Be the preferred choice in our trade, through a better funnel",
        "Bliv branchens foretrukne valg gennem en bedre salgstragt",
    ),
    (
        "People choose those they know before they need them.",
        "Folk vælger dem, de kender, før de har brug for dem.",
    ),
    "maja",
    "quarter",
    Ambition.ASPIRATIONAL,
    "marketing",
    parents=(("processes", None),),
    results=(
        Result(
            "campaigns",
            ("Targeted campaigns", "Målrettede kampagner"),
            "maja",
            REACH,
            None,
            ("six", "seks"),
            whole=True,
            pace=0.9,
            noise=0.0,
        ),
        Result(
            "leads",
            ("New marketing-to-sales leads", "Nye kundeemner fra marketing til salg"),
            "maja",
            REACH,
            None,
            ("950", "950"),
            pace=1.05,
        ),
        Result(
            "pipeline",
            ("Marketing-generated pipeline", "Pipeline skabt af marketing"),
            "maja",
            REACH,
            None,
            ("USD 10M", "10 mio. USD"),
            pace=0.66,
            noise=0.08,
        ),
    ),
    works=(Work(("Renew the marketing material", "Forny marketingmaterialet"), "maja", towards="leads"),),
)

BRAND = Aim(
    "brand",
    ("Better brand recognition", "Bedre kendskab til vores brand"),
    (
        "Without the site nobody sees us, so it must be up. The goal is that people come.",
        "Uden siden ser ingen os, så den skal være oppe. Målet er, at folk kommer.",
    ),
    "maja",
    "quarter",
    Ambition.COMMITTED,
    "marketing",
    parents=(("funnel", 0.2),),
    results=(
        Result(
            "traffic",
            ("Site traffic a month", "Trafik på siden om måneden"),
            "maja",
            UP,
            ("300,000 views", "300.000 visninger"),
            ("500,000 views", "500.000 visninger"),
            ("views", "visninger"),
            pace=1.12,
        ),
    ),
)

SUPPLIERS = Aim(
    "suppliers",
    ("One way to pay every supplier", "Én måde at betale alle leverandører på"),
    ("Invoices wait nine days today.", "Fakturaer venter ni dage i dag."),
    "oskar",
    "last",
    Ambition.COMMITTED,
    "operations",
    results=(
        Result(
            "invoices",
            ("Invoices paid on time", "Fakturaer betalt til tiden"),
            "oskar",
            UP,
            ("70%", "70 procent"),
            ("98%", "98 procent"),
            pace=0.3,
            noise=0.03,
        ),
    ),
    ending="postpone",
    learned=(
        "The bank's new interface comes a quarter later.",
        "Bankens nye grænseflade kommer et kvartal senere.",
    ),
)
