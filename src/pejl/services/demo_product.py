"""What Fjordlight's product, design and customer success teams aim at, and Anna herself."""

from __future__ import annotations

from pejl.domain.values import Ambition, MetricKind
from pejl.services.demo_parts import Aim, Result, Work

UP, DOWN, REACH = MetricKind.INCREASE, MetricKind.DECREASE, MetricKind.REACH

LAUNCH = Aim(
    "launch",
    (
        "Launch version 2.0 that customers can use without asking for help",
        "Lancér version 2.0, som kunderne kan bruge uden at spørge om hjælp",
    ),
    (
        (
            "Half of those who leave us in their first month wrote to support first. "
            "If they get on by themselves, they stay."
        ),
        (
            "Halvdelen af dem, der forlader os i den første måned, skrev først til support. "
            "Kommer de videre selv, bliver de."
        ),
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
            first_target=("five", "fem"),
            moved_because=(
                "The bank asks for a step of its own. Five is out of reach, so we aim for six.",
                "Banken kræver et trin for sig. Fem kan ikke nås, så vi sigter efter seks.",
            ),
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
)

CALM = Aim(
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
)

CHECKOUT = Aim(
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
)

FIRST_MONTH = Aim(
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
)

TRAINING = Aim(
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
)

TEACH = Aim(
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
)
