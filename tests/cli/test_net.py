"""The terminal over the net: it does there what it does on the data folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from okrs import named, okr
from pejl.cli import plans as plans_cli
from pejl.models import Checkin, Goal
from pejl.queries.scope import Member
from pejl.services import checkins, messages, tokens
from pejl.services.errors import Reason
from pejl.services.tokens import NewToken
from terminals import Terminal, alone, answered, far, key_result_called
from world import World

__all__ = ["alone", "answered", "far", "okr"]
Far = Callable[..., Terminal]
SUPPORT = "Support requests a month"


def here(member: Member, name: str) -> tuple[str, ...]:
    """On the data folder, as that person."""
    return ("--local", "--workspace", member.slug, "--as", f"{name}@fjordlight.example")


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("goals",),
        ("goals", "--all", "--owner", "me"),
        ("goals", "support", "--team", "design", "--period", "2026-Q3", "--status", "at_risk"),
        ("goals", "--limit", "2"),
    ],
)
def test_the_same_command_answers_the_same_here_and_there(
    world: World, okr: UUID, far: Far, words: tuple[str, ...]
) -> None:
    terminal = far(world.sub_lead)
    there = terminal(*words, "--json")
    local = terminal(*words, *here(world.sub_lead, "sune"), "--json")
    assert (there.exit_code, there.stdout) == (0, local.stdout), there.stderr + local.stderr
    assert there.stderr == local.stderr
    assert terminal(*words).stdout == terminal(*words, *here(world.sub_lead, "sune")).stdout


def test_goals_are_those_of_the_api_digit_for_digit(world: World, okr: UUID, far: Far) -> None:
    precise = Decimal("74.10")
    checkins.post(named(SUPPORT), value=precise, by=world.sub_lead, at=world.at)
    terminal = far(world.sub_lead)
    (found,) = terminal.json("goals", "requests", "--period", "current")
    assert found["id"] == str(named(SUPPORT))
    assert '"value": 74.10,' in terminal.said("goals", "requests", "--json")


def test_every_page_of_goals_is_read(world: World, far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        key_result_called(f"Number {number}", world=world)
    monkeypatch.setattr("pejl.cli.remote.MOST", 2)
    found = far(world.sub_lead).json("goals", "number")
    assert [one["title"] for one in found] == [f"Number {number}" for number in range(5)]


def test_a_table_in_a_pipe_holds_long_titles_whole_and_no_colour(world: World, far: Far) -> None:
    title = "A very long title " + "that goes on and on " * 9 + "[red]to its end"
    key_result_called(title, world=world)
    said = far(world.sub_lead).said("goals")
    assert f"{title}  " in said
    assert "\x1b" not in said
    assert said.splitlines()[0].split() == ["Goal", "Value", "Progress", "Status", "Owner", "End"]


def test_what_steers_a_terminal_is_taken_out_of_a_title(world: World, far: Far) -> None:
    key_result_called("Plain", world=world)
    Goal.objects.filter(title="Plain").update(title="Pl\x1b[31main\x07 \u202etext")
    assert "Pl[31main text " in far(world.sub_lead).said("goals")


def test_status_says_what_is_due_and_counts(world: World, okr: UUID, far: Far) -> None:
    terminal = far(world.sub_lead)
    found = terminal.json("status")
    (one,) = found["items"]
    assert (found["person"]["name"], found["workspace"]["slug"]) == ("Sune Bach", "fjordlight")
    assert (one["title"], one["due"]) == (SUPPORT, True)
    assert found["counts"]["due"] == 1
    said = terminal.said("status")
    assert "Sune Bach, Fjordlight\n" in said
    assert "! due 2026-08-" in said
    assert "1 check-in is due." in said
    assert "1 key result: " in said
    checkins.post(named(SUPPORT), value=Decimal(60), by=world.sub_lead, at=world.at)
    assert "No check-in is due." in terminal.said("status")


def test_a_silent_goal_is_never_shown_as_a_filled_circle(world: World, okr: UUID, far: Far) -> None:
    checkins.post(named(SUPPORT), value=Decimal(30), by=world.sub_lead, at=world.later(days=-20))
    assert "○ On track, silent" in far(world.sub_lead).said("goals", "support")


# ------------------------------------------------------------------------------------------- check-ins


def test_a_checkin_says_old_and_new_value_progress_and_status(world: World, okr: UUID, far: Far) -> None:
    said = far(world.sub_lead).said("checkin", "support", "60", "--confidence", "8", "--note", "A release")
    assert said.splitlines()[:3] == [
        "Support requests a month, 2026-08-17",
        "  Value     75 → 60",
        "  Progress  50% → 67%",
    ]
    assert said.splitlines()[3].startswith("  Status    ")
    row = Checkin.objects.get(goal=named(SUPPORT), value=Decimal(60))
    assert (row.confidence, row.note, row.by_id) == (8, "A release", world.sub_lead.person_id)


def test_a_checkin_answers_as_the_api_does_here_and_there(world: World, okr: UUID, far: Far) -> None:
    terminal = far(world.sub_lead)
    there = terminal.json("checkin", str(named(SUPPORT)), "60")
    local = terminal.json("checkin", str(named(SUPPORT)), "55", *here(world.sub_lead, "sune"))
    assert (there["checkin"]["value"], local["checkin"]["value"]) == (60, 55)
    assert there["goal"].keys() == local["goal"].keys()
    assert there["checkin"].keys() == local["checkin"].keys()


def test_a_checkin_of_a_past_day_says_that_the_later_one_holds(world: World, okr: UUID, far: Far) -> None:
    said = far(world.sub_lead).said("checkin", "support", "90", "--on", "2026-07-15")
    assert "  Value     75 → 75\n" in said
    assert "  90 is kept for its day; the check-in of 2026-07-28 holds.\n" in said


def test_where_several_goals_fit_they_are_listed_and_nothing_is_done(
    world: World, okr: UUID, far: Far
) -> None:
    key_result_called("Support requests a week", world=world)
    terminal = far(world.sub_lead)
    before = Checkin.objects.count()
    done = terminal("checkin", "support requests", "60")
    assert (done.exit_code, done.stdout, Checkin.objects.count()) == (2, "", before)
    assert '2 goals fit "support requests". Say more of the title, or its id:' in done.stderr
    assert f"  {named(SUPPORT)}  Support requests a month (Sune Bach)\n" in done.stderr
    assert "60\n" in terminal.said("checkin", "requests month", "60")
    assert terminal.refused("checkin", "nothing like it", "60") == 'No open goal is called "nothing like it".'


def test_a_title_is_found_by_letters_that_a_database_does_not_fold(world: World, far: Far) -> None:
    key_result_called("Øget ØMHED i Ærø", world=world)
    assert "Øget ØMHED i Ærø" in far(world.sub_lead).said("checkin", "øget ømhed", "60")


def test_an_ambiguous_value_is_shown_with_both_readings_and_not_guessed(
    world: World, okr: UUID, far: Far
) -> None:
    terminal = far(world.sub_lead)
    line = terminal.refused("checkin", "support", "3.478", code=2)
    assert line == "3.478 can be read in two ways: write 3478 or 3.4780."
    assert terminal.json("checkin", "support", "3.4780")["checkin"]["value"] == 3.478
    assert terminal.json("checkin", "support", "-5")["checkin"]["value"] == -5
    assert terminal.json("checkin", "support", "1,5")["checkin"]["value"] == 1.5
    assert terminal.refused("checkin", "support", "lots").startswith("value: ")


def test_a_refusal_is_the_same_here_and_there(world: World, okr: UUID, far: Far) -> None:
    terminal = far(world.sub_lead)
    tomorrow = (world.today + timedelta(days=1)).isoformat()
    for words in (("checkin", "support", "lots"), ("checkin", "support", "60", "--on", tomorrow)):
        assert terminal.refused(*words) == terminal.refused(*words, *here(world.sub_lead, "sune"))


def test_a_checkin_whose_answer_was_lost_is_done_once(
    world: World, okr: UUID, far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = far(world.sub_lead)
    monkeypatch.setattr("pejl.cli.remote.WAITS", (0.0,))
    real, lost = httpx.HTTPTransport.handle_request, []

    def losing(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        answer = real(self, request)
        if request.method == "POST" and not lost:
            lost.append(request.headers["Idempotency-Key"])
            raise httpx.RemoteProtocolError("the server went away")
        return answer

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", losing)
    told = terminal.json("checkin", "support", "60")
    assert len(lost) == 1
    assert [str(one.pk) for one in Checkin.objects.filter(value=Decimal(60))] == [told["checkin"]["id"]]


def test_somebody_must_be_said_on_a_data_folder_with_several(world: World, alone: Terminal) -> None:
    words = ("status", "--workspace", "fjordlight")
    assert alone.refused(*words, code=2) == "Say who you are with --as EMAIL."
    line = alone.refused(*words, "--as", "nobody@nowhere.example")
    assert line == "Nobody in Fjordlight has the address nobody@nowhere.example."
    assert "Uwe Kern, Nordwind\n" in alone.said("status", "--workspace", "nordwind")


def test_a_token_says_who_and_where(world: World, far: Far) -> None:
    terminal = far(world.sub_lead)
    assert "--as is for the data folder" in terminal.refused("status", "--as", "x@y.example", code=2)
    line = terminal.refused("goals", "--workspace", "nordwind", code=2)
    assert line == "The token is one of the workspace fjordlight, not of nordwind."
    assert terminal.said("goals", "--workspace", "fjordlight")


def test_what_is_not_seen_and_what_may_not_be_done_is_one_line(world: World, okr: UUID, far: Far) -> None:
    assert far(world.outsider).refused("checkin", str(named(SUPPORT)), "1").endswith("(404)")
    assert (
        far(world.sub_lead, writes=False)
        .refused("checkin", "support", "1")
        .startswith("This token only reads.")
    )


# ------------------------------------------------------------------------------------- plans and exports

FILE = """\
objectives:
  - key: launch
    title: Launch
    period: 2026-Q4
    owner: Sune Bach
    team: Design
    key_results: [{key: requests, title: Requests, from: 120, to: 30, owner: Sune Bach}]
"""


@pytest.fixture
def okrs(tmp_path: Path) -> Callable[[str], str]:
    def write(content: str) -> str:
        (tmp_path / "okrs.yaml").write_text(content, encoding="utf-8")
        return str(tmp_path / "okrs.yaml")

    return write


def test_a_plan_is_the_same_here_and_there_and_is_applied_once(
    world: World, far: Far, okrs: Callable[[str], str]
) -> None:
    terminal, file = far(world.admin), okrs(FILE)
    local = ("--local", "--workspace", "fjordlight")
    assert terminal.said("plan", file) == terminal.said("plan", file, *local)
    diff = terminal.json("plan", file)
    assert diff == terminal.json("plan", file, *local)
    assert terminal.refused("apply", file, "--plan", "0" * 32) == plans_cli.MOVED
    done = terminal.json("apply", file, "--plan", diff["id"], "--yes")
    assert done["made"]["launch"] == str(named("Launch"))
    assert terminal.said("plan", file).startswith("Nothing to do: fjordlight is as the file says.\n")


def test_the_word_of_a_plan_that_moved_is_that_of_the_services() -> None:
    assert messages.sentence(Reason("plan.moved")) == plans_cli.MOVED


@pytest.mark.parametrize(
    "content", [FILE.replace("Design", "Nowhere"), FILE.replace("to: 30", "to: 120"), "a: ["]
)
def test_what_no_plan_can_be_made_of_is_told_at_its_line_here_and_there(
    world: World, far: Far, okrs: Callable[[str], str], content: str
) -> None:
    terminal, file = far(world.admin), okrs(content)
    there, local = terminal("plan", file), terminal("plan", file, "--local", "--workspace", "fjordlight")
    assert (there.exit_code, there.stdout, there.stderr) == (1, "", local.stderr)
    assert there.stderr.startswith(f"{file}:")


def test_a_plan_of_another_workspace_is_refused_over_the_net(
    world: World, far: Far, okrs: Callable[[str], str]
) -> None:
    done = far(world.admin)("plan", okrs(f"workspace: nordwind\n{FILE}"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "okrs.yaml:1:12 plan.workspace " in done.stderr


def test_an_export_comes_over_the_net_whole_or_not_at_all(
    world: World, okr: UUID, far: Far, tmp_path: Path
) -> None:
    terminal, file = far(world.admin), tmp_path / "okrs.json"
    told = terminal.json("export", str(file))
    assert told == {"file": str(file), "format": "json", "bytes": file.stat().st_size}
    assert [one["title"] for one in json.loads(file.read_text())["goals"]].count(SUPPORT) == 1
    before = terminal.said("export", "-", "--format", "json", "--as-of", "2026-07-01")
    assert SUPPORT not in before
    assert "is there already" in terminal.refused("export", str(file), code=2)
    assert "--as-of takes a date" in terminal.refused("export", "x.zip", "--as-of", "never", code=2)
    assert far(world.stranger).refused("export", str(tmp_path / "all.zip")).endswith("(403)")
    assert [one.name for one in tmp_path.iterdir() if "zip" in one.name or "part" in one.name] == []


def test_an_export_that_breaks_off_leaves_no_file(answered: Any, tmp_path: Path) -> None:
    class Cut(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            yield b"PK"
            raise httpx.ReadError("cut")

    def server(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            told = {
                "id": "01a2065b-d38e-7564-ad23-d0d0bccce744",
                "state": "ready",
                "url": "https://evil.example/",
            }
            return httpx.Response(201, json=told)
        assert request.url.host == "localhost"
        return httpx.Response(200, stream=Cut())

    assert "broke" in answered(server).refused("export", str(tmp_path / "all.zip"))
    assert [one.name for one in tmp_path.iterdir() if one.name != "config"] == []


# ------------------------------------------------------------------------------------- over a real line


@pytest.mark.django_db(transaction=True)
def test_signed_in_over_a_real_line_one_checks_in(
    live_server: Any, world: World, okr: UUID, alone: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.at)
    token = tokens.create(NewToken("terminal", writes=True), by=world.sub_lead, at=world.at)
    said = alone.said("login", live_server.url, stdin=f"{token}\n")
    assert said == f"Signed in to Fjordlight at {live_server.url} as Sune Bach.\n"
    assert alone.json("checkin", "support", "60")["checkin"]["value"] == 60
    assert "Launch version 2.0" in alone.said("goals")
    assert alone.said("logout").startswith("Signed out.")
