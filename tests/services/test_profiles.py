"""How columns are read, kept under a name: saved, replaced, removed, and found again by the headings."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from django.db import OperationalError

from pejl.models import Event, Goal, Import, Profile
from pejl.queries import imports
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import profiles, transfers, transfers_files
from pejl.services.errors import Conflict, Rejected
from world import World

COLUMNS = {"Mål": "title", "Hvem": "owner", "Farve": "status", "Note": ""}
TABLE = "Mål;Hvem;Farve;Note\nWin the north;Bo Lind;red;mind the gap\n".encode()


@pytest.fixture(autouse=True)
def folder(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are kept in a folder of the test's own."""
    monkeypatch.setattr(transfers_files, "path", lambda load: tmp_path / str(load))  # type: ignore[operator]


def looked_through(world: World, table: bytes = TABLE, *, profile: dict[str, str] | None = None) -> Import:
    made = transfers.preview(io.BytesIO(table), name="maal.csv", by=world.admin, at=world.at, profile=profile)
    return Import.objects.get(pk=made)


def read_as(load: Import) -> dict[str, str]:
    return dict(load.receipt["columns"])


def kept(world: World, name: str = "Plan", columns: dict[str, str] | None = None, *, hours: int = 0) -> UUID:
    made: UUID = profiles.save(name, columns=columns or COLUMNS, by=world.admin, at=world.later(hours=hours))
    return made


# ------------------------------------------------------------------------------------ saved and removed


def test_a_profile_is_kept_with_its_columns_and_told_in_the_record(world: World) -> None:
    made = kept(world, "  The  plan ")
    (row,) = imports.profiles(world.admin)
    assert (row.id, row.name, row.columns) == (made, "The plan", COLUMNS)
    assert Event.objects.get(verb="profile.saved").subject == made


def test_the_same_name_in_any_case_is_replaced(world: World) -> None:
    first = kept(world, "Årets plan")
    assert kept(world, "ÅRETS PLAN", {"Goal": "title"}, hours=1) == first
    (row,) = imports.profiles(world.admin)
    assert (row.name, row.columns) == ("ÅRETS PLAN", {"Goal": "title"})


def test_a_removed_profile_is_gone_and_what_was_read_by_it_stays(world: World) -> None:
    made = kept(world)
    load = looked_through(world)
    profiles.remove(made, by=world.admin, at=world.at)
    assert imports.profiles(world.admin) == []
    load.refresh_from_db()
    assert load.profile == COLUMNS
    with pytest.raises(NotFound):
        profiles.remove(made, by=world.admin, at=world.at)


@pytest.mark.parametrize(
    ("name", "columns", "code"),
    [
        ("", COLUMNS, "text.empty"),
        ("n" * 101, COLUMNS, "text.long"),
        ("Plan", {}, "profile.empty"),
        ("Plan", {"Mål": ""}, "profile.empty"),
        ("Plan", {"Mål": "password"}, "choice.unknown"),
    ],
)
def test_what_says_nothing_or_is_unknown_is_not_kept(
    world: World, name: str, columns: dict[str, str], code: str
) -> None:
    with pytest.raises(Rejected, match=code):
        profiles.save(name, columns=columns, by=world.admin, at=world.at)
    assert not Profile.objects.exists()


def test_there_is_an_end_to_how_many_are_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "MOST", 1)
    kept(world)
    with pytest.raises(Rejected, match=r"profile\.many"):
        kept(world, "Another")
    kept(world, "plan")  # the one that is there can still be replaced


def test_only_admins_keep_and_remove_and_nobody_from_next_door(world: World) -> None:
    made = kept(world)
    with pytest.raises(Forbidden):
        profiles.save("Mine", columns=COLUMNS, by=world.member, at=world.at)
    with pytest.raises(Forbidden):
        profiles.remove(made, by=world.member, at=world.at)
    with pytest.raises(NotFound):
        profiles.remove(made, by=world.outsider, at=world.at)
    with pytest.raises(NotFound):
        imports.profiles(world.member)
    assert imports.profiles(world.outsider) == []
    assert [row.id for row in imports.profiles(world.admin)] == [made]


# ---------------------------------------------------------------------------------------- found and used


def test_a_file_with_exactly_the_headings_is_read_by_the_profile(world: World) -> None:
    by_itself = read_as(looked_through(world))
    kept(world)
    assert by_itself != COLUMNS
    load = looked_through(world)
    assert (read_as(load), load.profile) == (COLUMNS, COLUMNS)


@pytest.mark.parametrize("headings", ["Note;FARVE;mål;hvem ", "hvem;Note;Mål;farve"])
def test_headings_fit_in_any_order_and_case(world: World, headings: str) -> None:
    kept(world)
    load = looked_through(world, f"{headings}\na;b;c;d\n".encode())
    assert load.profile == COLUMNS


@pytest.mark.parametrize("headings", ["Mål;Hvem;Farve", "Mål;Hvem;Farve;Note;Uge"])
def test_a_heading_more_or_less_is_another_file(world: World, headings: str) -> None:
    kept(world)
    assert looked_through(world, f"{headings}\na;b;c;d;e\n".encode()).profile == {}


def test_a_profile_of_next_door_reads_nothing_here(world: World) -> None:
    profiles.save("Plan", columns=COLUMNS, by=world.outsider, at=world.at)
    assert looked_through(world).profile == {}


def test_of_two_for_the_same_headings_the_newest_is_used(world: World) -> None:
    kept(world, "A")
    kept(world, "B", COLUMNS | {"Farve": ""}, hours=1)
    kept(world, "C", {"Goal": "title"}, hours=2)
    assert looked_through(world).profile == COLUMNS | {"Farve": ""}


def test_no_profile_can_be_asked_for(world: World) -> None:
    by_itself = read_as(looked_through(world))
    kept(world)
    load = looked_through(world, profile={})
    assert (read_as(load), load.profile) == (by_itself, {})


def test_a_table_that_nobody_knows_is_known_by_its_profile(world: World) -> None:
    strange = b"Ting;Sted\nWin the north;Bo Lind\n"
    with pytest.raises(Rejected, match=r"file\.unknown"):
        looked_through(world, strange)
    kept(world, "Ting", {"Ting": "title", "Sted": "owner"})
    load = looked_through(world, strange)
    assert (load.format, read_as(load)) == ("spreadsheet", {"Ting": "title", "Sted": "owner"})
    transfers.apply(load.pk, by=world.admin, at=world.at)
    assert Goal.objects.get(title="Win the north").workspace_id == world.admin.workspace_id


# ------------------------------------------------------------------------------------------------ again


def test_looking_through_again_replaces_the_receipt_and_keeps_the_import(world: World) -> None:
    load = looked_through(world)
    columns = COLUMNS | {"Farve": "", "Note": "description"}
    assert transfers.again(load.pk, profile=columns, by=world.owner, at=world.later(hours=1)) == load.pk
    load.refresh_from_db()
    assert (read_as(load), load.profile) == (columns, columns)
    assert (load.by_id, load.at) == (world.owner.person_id, world.later(hours=1))
    assert not Goal.objects.exists()
    transfers.apply(load.pk, by=world.admin, at=world.later(hours=2))
    assert Goal.objects.get().description == "mind the gap"


def test_columns_that_cannot_be_leave_the_receipt_as_it_was(world: World) -> None:
    load = looked_through(world)
    with pytest.raises(Rejected, match=r"choice\.unknown"):
        transfers.again(load.pk, profile={"Mål": "password"}, by=world.admin, at=world.later(hours=1))
    assert Import.objects.get().receipt == load.receipt
    assert (Import.objects.get().at, Import.objects.get().profile) == (load.at, {})


def test_what_is_applied_or_gone_or_not_ones_own_is_not_looked_through_again(world: World) -> None:
    load = looked_through(world)
    with pytest.raises(Forbidden):
        transfers.again(load.pk, profile={}, by=world.member, at=world.at)
    with pytest.raises(NotFound):
        transfers.again(load.pk, profile={}, by=world.outsider, at=world.at)
    other = looked_through(world)
    transfers.kept(other.pk).unlink()
    with pytest.raises(Conflict, match=r"import\.gone"):
        transfers.again(other.pk, profile={}, by=world.admin, at=world.at)
    transfers.apply(load.pk, by=world.admin, at=world.at)
    with pytest.raises(Conflict, match=r"import\.applied"):
        transfers.again(load.pk, profile={}, by=world.admin, at=world.at)


def test_a_file_without_a_choice_of_columns_has_none(world: World) -> None:
    load = looked_through(world, b"Id,Title,Object Type,Status,Checkins\n1,Win,Objective,On Track,\n")
    assert load.format == "viva-goals-explorer"
    assert read_as(load)["Object Type"] == "kind"
    assert transfers.fields(load.format) == {}
    with pytest.raises(Rejected, match=r"import\.no-columns"):
        transfers.again(load.pk, profile={"Title": "title"}, by=world.admin, at=world.at)


# ------------------------------------------------------------------------------------------- how far it is


def test_how_far_it_is_can_be_read_while_it_is_applied_and_not_after(world: World) -> None:
    load = looked_through(world)
    seen = []

    def look(done: int, total: int) -> None:
        seen.append((done, total, transfers.under_way(load.pk, at=world.at)))

    assert transfers.under_way(load.pk, at=world.at) is None
    transfers.apply(load.pk, by=world.admin, at=world.at, progress=look)
    assert [(done, total) for done, total, _ in seen] == [(0, 1), (1, 1)]
    assert all(under_way == (done, total) for done, total, under_way in seen)
    assert transfers.under_way(load.pk, at=world.at) is None


def test_nothing_is_under_way_after_a_stop_in_the_middle(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = looked_through(world)

    def stumble(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pejl.services.transfers_comparing.compare", stumble)
    with pytest.raises(KeyboardInterrupt):
        transfers.apply(load.pk, by=world.admin, at=world.at)
    assert transfers.under_way(load.pk, at=world.at) is None
    assert transfers.kept(load.pk).exists()


def test_a_word_of_long_ago_is_nobody_at_work(world: World) -> None:
    load = looked_through(world)
    transfers_files.tell(load.pk, done=3, total=9)
    assert transfers.under_way(load.pk, at=world.at) == (3, 9)
    years = world.later(days=3650)
    assert transfers.under_way(load.pk, at=years) is None


def test_one_that_waits_in_vain_leaves_the_word_of_the_one_at_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = looked_through(world)
    transfers_files.tell(load.pk, done=3, total=9)

    def locked(*_args: object, **_named: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(transfers, "_apply", locked)
    with pytest.raises(OperationalError):
        transfers.apply(load.pk, by=world.admin, at=world.at)
    assert transfers.under_way(load.pk, at=world.at) == (3, 9)
