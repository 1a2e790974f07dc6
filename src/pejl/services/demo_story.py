"""The story of Fjordlight, a made-up company: who they are, what they aim at, what they write.

Every text stands in English and Danish. Figures are as people write them in each language, and are read as such.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pejl.domain.values import Ambition, MetricKind

Text = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Someone:
    key: str
    name: str
    role: str
    team: str | None
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A key result. `pace` is how fast it moves against the plan, `noise` how unevenly; `silent` weeks at the
    end have no word; `whole` figures have no fractions. `notes` are said at the latest check-ins, the last one last."""

    key: str
    title: Text
    owner: str
    kind: MetricKind
    start: Text | None = None
    target: Text | None = None
    unit: Text = ("", "")
    lower: Text | None = None
    upper: Text | None = None
    warning: Text | None = None
    steps: tuple[Text, ...] = ()
    share: float | None = None
    pace: float = 1.0
    noise: float = 0.05
    silent: int = 0
    whole: bool = False
    confidence: int = 7
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """An initiative; `done` of its tasks are ticked."""

    title: Text
    owner: str
    tasks: tuple[Text, ...] = ()
    done: int = 0
    towards: str | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """An objective. `span` is year, quarter or last (the quarter before)."""

    key: str
    title: Text
    why: Text
    owner: str
    span: str
    ambition: Ambition
    team: str | None = None
    personal: bool = False
    parents: tuple[tuple[str, float | None], ...] = ()
    results: tuple[Result, ...] = ()
    works: tuple[Work, ...] = ()
    sums: tuple[Text, Text] | None = None
    ending: str = ""
    learned: Text = ("", "")


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment some weeks ago, on a key result's latest check-in of that time or on the goal."""

    on: str
    by: str
    weeks_ago: int
    text: Text
    answers: tuple[tuple[str, Text], ...] = field(default=())


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

UP, DOWN, REACH = MetricKind.INCREASE, MetricKind.DECREASE, MetricKind.REACH

AIMS = (
    Aim(
        "double",
        (
            "Double yearly revenue, to be sustainable and profitable",
            "Fordobl den årlige omsætning, så vi er bæredygtige og rentable",
        ),
        (
            "We can pay our own way next year, without new investors, if revenue doubles while costs grow by a third.",
            "Vi kan klare os selv næste år uden nye investorer, hvis omsætningen fordobles, mens udgifterne vokser med en tredjedel.",
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
    ),
    Aim(
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
    ),
    Aim(
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
    ),
    Aim(
        "launch",
        (
            "Launch version 2.0 that customers can use without asking for help",
            "Lancér version 2.0, som kunderne kan bruge uden at spørge om hjælp",
        ),
        (
            "Half of those who leave us in their first month wrote to support first. If they get on by themselves, they stay.",
            "Halvdelen af dem, der forlader os i den første måned, skrev først til support. Kommer de videre selv, bliver de.",
        ),
        "freja",
        "quarter",
        Ambition.COMMITTED,
        "product",
        parents=(("double", None),),
        results=(
            Result(
                "support",
                ("Support requests a month", "Henvendelser til support om måneden"),
                "freja",
                DOWN,
                ("120", "120"),
                ("30", "30"),
                pace=1.06,
                confidence=8,
                notes=(
                    (
                        "The guide inside the product answers the ten most common questions.",
                        "Guiden i produktet svarer på de ti hyppigste spørgsmål.",
                    ),
                    (
                        "Billing is next: 18 of the latest questions were about invoices.",
                        "Fakturering er det næste: 18 af de seneste spørgsmål handlede om fakturaer.",
                    ),
                ),
            ),
            Result(
                "steps",
                ("Steps to complete checkout", "Trin i checkout"),
                "mads",
                DOWN,
                ("nine", "ni"),
                ("six", "seks"),
                whole=True,
                pace=0.62,
                noise=0.1,
                confidence=5,
                notes=(
                    (
                        "Address and payment are still two pages. Four of ten stop there.",
                        "Adresse og betaling er stadig to sider. Fire af ti stopper dér.",
                    ),
                ),
            ),
            Result(
                "time",
                ("Time on site per session", "Tid på siden pr. besøg"),
                "signe",
                UP,
                ("2:37", "2:37"),
                ("3:45", "3:45"),
                ("m:ss", "m:ss"),
                pace=1.0,
                confidence=8,
                notes=(
                    (
                        "Longer visits come from the new overview, not from people looking for help.",
                        "De længere besøg kommer af det nye overblik, ikke af folk, der leder efter hjælp.",
                    ),
                ),
            ),
        ),
        works=(
            Work(
                ("Click study with ten customers", "Klikstudie med ti kunder"),
                "mads",
                (
                    ("Invite ten customers", "Inviter ti kunder"),
                    ("Record the sessions", "Optag besøgene"),
                    ("Share what we saw", "Del det, vi så"),
                ),
                done=2,
                towards="steps",
            ),
            Work(("Fault report inside the product", "Fejlrapport i produktet"), "nadia", towards="support"),
        ),
    ),
    Aim(
        "training",
        ("Better training for better adoption", "Bedre oplæring, så flere bruger det"),
        (
            "Customers who took part in two trainings renew twice as often.",
            "Kunder, der har deltaget i to oplæringer, fornyer dobbelt så ofte.",
        ),
        "anna",
        "quarter",
        Ambition.ASPIRATIONAL,
        "success",
        parents=(("double", None), ("launch", 0.25)),
        results=(
            Result(
                "active",
                ("Key monthly active users", "Vigtige månedligt aktive brugere"),
                "anna",
                UP,
                ("250,000", "250.000"),
                ("350,000", "350.000"),
                pace=0.82,
                share=0.5,
                confidence=6,
                notes=(
                    (
                        "The weekly digest brings people back on Mondays.",
                        "Det ugentlige overblik får folk tilbage om mandagen.",
                    ),
                ),
            ),
            Result(
                "articles",
                ("Articles in the knowledge base", "Artikler i vidensbasen"),
                "emil",
                UP,
                ("25", "25"),
                ("100", "100"),
                pace=1.15,
                confidence=8,
            ),
            Result(
                "office-hours",
                ("Attendance at office hours", "Deltagere i den åbne spørgetime"),
                "anna",
                UP,
                ("500", "500"),
                ("1,000", "1.000"),
                silent=1,
                pace=0.42,
                noise=0.08,
                confidence=3,
                notes=(
                    (
                        "Tuesdays collide with most customers' weekly meeting.",
                        "Tirsdag kolliderer med de fleste kunders ugemøde.",
                    ),
                ),
            ),
        ),
        works=(
            Work(
                (
                    "Calendar of customer events for the next two quarters",
                    "Kalender med kundearrangementer for de næste to kvartaler",
                ),
                "emil",
                (
                    ("Choose twelve topics", "Vælg tolv emner"),
                    ("Book speakers", "Book oplægsholdere"),
                    ("Publish the calendar", "Offentliggør kalenderen"),
                ),
                done=1,
                towards="office-hours",
            ),
        ),
    ),
    Aim(
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
    ),
    Aim(
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
    ),
    Aim(
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
    ),
    Aim(
        "calm",
        ("A service that keeps its promises", "En tjeneste, der holder, hvad den lover"),
        (
            "Customers notice reliability on the day it is missing.",
            "Kunderne opdager driftssikkerhed den dag, den mangler.",
        ),
        "nadia",
        "quarter",
        Ambition.COMMITTED,
        "product",
        parents=(("launch", 0.15),),
        results=(
            Result(
                "answer",
                ("Median time to first reply", "Median for første svar"),
                "emil",
                MetricKind.AT_MOST,
                None,
                ("4 h", "4 t"),
                ("h", "t"),
                warning=("5 h", "5 t"),
                pace=0.9,
                noise=0.1,
            ),
            Result(
                "seats",
                ("Seats filled in each training", "Fyldte pladser i hver oplæring"),
                "emil",
                MetricKind.BETWEEN,
                None,
                None,
                ("%", "%"),
                lower=("80%", "80 procent"),
                upper=("95%", "95 procent"),
                pace=1.0,
                noise=0.02,
            ),
            Result(
                "satisfaction",
                ("Satisfaction after a support case", "Tilfredshed efter en supportsag"),
                "emil",
                MetricKind.AT_LEAST,
                None,
                ("4.4", "4,4"),
                pace=1.04,
                noise=0.01,
            ),
            Result(
                "setup",
                ("Time a new customer takes to get started", "Tid, en ny kunde bruger på at komme i gang"),
                "nadia",
                MetricKind.BASELINE,
                None,
                None,
                ("days", "dage"),
                pace=6.0,
                noise=0.1,
            ),
            Result(
                "audit",
                ("Outside review of our security passed", "Ekstern gennemgang af vores sikkerhed bestået"),
                "nadia",
                MetricKind.DONE,
                pace=0.0,
            ),
        ),
    ),
    Aim(
        "checkout",
        ("Make paying the easiest part", "Gør betalingen til det letteste"),
        (
            "Every step less is two in a hundred customers more.",
            "Hvert trin mindre giver to kunder mere ud af hundrede.",
        ),
        "mads",
        "quarter",
        Ambition.ASPIRATIONAL,
        "design",
        parents=(("launch", None),),
        results=(
            Result(
                "prototype",
                ("A checkout that new customers finish alone", "En checkout, som nye kunder klarer alene"),
                "mads",
                MetricKind.MILESTONES,
                steps=(
                    ("Sketch tested with five people", "Skitse afprøvet med fem personer"),
                    ("Prototype tested with ten", "Prototype afprøvet med ti"),
                    ("Live for one in ten", "Åben for hver tiende"),
                    ("Live for all", "Åben for alle"),
                ),
                pace=0.8,
            ),
        ),
    ),
    Aim(
        "teach",
        ("Teach so that people can do it afterwards", "Undervis, så folk kan det bagefter"),
        ("I want to be the one customers ask for.", "Jeg vil være den, kunderne spørger efter."),
        "anna",
        "quarter",
        Ambition.ASPIRATIONAL,
        personal=True,
        parents=(("training", 0.0),),
        results=(
            Result(
                "finish",
                ("Participants who finish the course", "Deltagere, der gennemfører kurset"),
                "anna",
                UP,
                ("55%", "55 procent"),
                ("80%", "80 procent"),
                silent=1,
                pace=0.97,
            ),
            Result(
                "sessions",
                ("Sessions I have run myself", "Kurser, jeg selv har holdt"),
                "anna",
                REACH,
                None,
                ("12", "12"),
                whole=True,
                pace=1.0,
                noise=0.0,
            ),
        ),
    ),
    Aim(
        "first-month",
        ("Make the first month the best month", "Gør den første måned til den bedste"),
        (
            "What a customer does in the first month decides the first year.",
            "Det, en kunde gør den første måned, afgør det første år.",
        ),
        "freja",
        "last",
        Ambition.ASPIRATIONAL,
        "product",
        parents=(("double", None),),
        results=(
            Result(
                "activated",
                ("Customers active after thirty days", "Kunder, der er aktive efter tredive dage"),
                "freja",
                UP,
                ("40%", "40 procent"),
                ("60%", "60 procent"),
                pace=0.8,
                noise=0.04,
            ),
            Result(
                "first-value",
                ("Days to the first result", "Dage til det første resultat"),
                "signe",
                DOWN,
                ("nine", "ni"),
                ("three", "tre"),
                whole=True,
                pace=0.67,
                noise=0.05,
            ),
        ),
        ending="close",
        learned=(
            "Moving the guide into the product did more than all the mail we sent.",
            "At flytte guiden ind i produktet gav mere end alle de mails, vi sendte.",
        ),
    ),
    Aim(
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
    ),
)

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
