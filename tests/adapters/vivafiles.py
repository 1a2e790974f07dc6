"""Small organisation exports as Viva Goals wrote them, with any trap asked for. Every name is made up."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

ORGANISATION = 4100
ALMA = {"ID": 1, "Name": "Alma Holm", "Email": "alma@nord.example"}
BO = {"ID": 2, "Name": "Bo Krog", "Email": "bo@nord.example"}
SALES = {"ID": 31, "Name": "Sales"}
YEAR = {"ID": 51, "Name": "Annual 2025"}
PER_CENT = {"Outcome Type": "Percentage"}
BY_HAND = {"Progress": "Update Manually", "Status": "Update Manually"}
FROM_CHILDREN = {"Progress": "Update from Children", "Status": "Update based on Progress"}


def metric(
    start: Any = 0.0, target: Any = 100.0, *, kind: str = "Increase From", unit: str = "Number", **more: Any
) -> dict[str, Any]:
    """An outcome with a metric; `more` are further keys, such as `**{"Risk Threshold": 90.0}`."""
    return {
        "Outcome Type": "Metric",
        "Metric Name": "orders",
        "Metric Unit": unit,
        "Start": start,
        "Target": target,
        "Target Type": kind,
        **more,
    }


def goal(id_: int, *, drop: Sequence[str] = (), **fields: Any) -> dict[str, Any]:
    """A percentage objective of the organisation, with its fields put over by `fields` ("_" for a blank
    in a name), and without those in `drop`."""
    record = {
        "ID": id_,
        "Title": f"Goal {id_}",
        "Type": "Big rock",
        "Created By": ALMA,
        "Owner": [ALMA],
        "Teams": None,
        "Time Period": YEAR,
        "Start Date": "2025-01-01",
        "End Date": "2025-12-31",
        "Alignment": None,
        "Delegated To": None,
        "Permissions": {"View": "Everybody", "Edit": {}, "Align": "Everybody"},
        "Description": None,
        "Tags": None,
        "Progress and Status Configuration": BY_HAND,
        "Progress": 40.0,
        "Status": "On Track",
        "Outcome": PER_CENT,
        "Phased Targets": "Disabled",
        "Check-in Owners": [ALMA],
        "Parent IDs": None,
        "Children": None,
        "Score": 0.0,
        "Goal Type": "Aspirational",
        "Created At": "2024-12-12",
        "Last Check-in": None,
    }
    record |= {key.replace("_", " "): value for key, value in fields.items()}
    return {key: value for key, value in record.items() if key not in drop}


def checkin(id_: int, of: int, **fields: Any) -> dict[str, Any]:
    record = {
        "ID": id_,
        "OKR ID": of,
        "CheckIn Date": "2025-02-03 00:00:00",
        "Check In Owner": ALMA,
        "Check In Note": {"Check In Note": "Moving", "Check In Note HTML": "<p>Moving</p>"},
        "Metric Name": "orders",
        "Status": "Behind",
        "Current Value": 25.0,
        "Activity Date": "2025-02-03",
    }
    return record | {key.replace("_", " "): value for key, value in fields.items()}


def comment(id_: int, of: int, **fields: Any) -> dict[str, Any]:
    record = {"ID": id_, "OKR ID": of, "Comment": "What changed?", "Created By": BO}
    record |= {"Created At": "2025-02-14 21:05:45"}
    return record | {key.replace("_", " "): value for key, value in fields.items()}


def team(id_: int, name: str, **fields: Any) -> dict[str, Any]:
    record = {"ID": id_, "Team Name": name, "Parent Team": "", "Team Owners": [ALMA], "Team Type": "Classic"}
    record |= {"Status": "Active", "Description": ""}
    return record | {key.replace("_", " "): value for key, value in fields.items()}


def user(person: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    record = {**person, "Manager": None, "Teams": [SALES], "Last Active": None, "Role": "Member"}
    record |= {"Source": "Individual", "Member Type": "regular", "Status": "active"}
    return record | {key.replace("_", " "): value for key, value in fields.items()}


def period(id_: int, name: str, start: str, end: str) -> dict[str, Any]:
    return {"ID": id_, "Time Period Name": name, "Start Date": start, "End Date": end}


def whole() -> dict[str, list[dict[str, Any]]]:
    """One small organisation: an objective with two key results and an initiative with tasks."""
    key_result = {"Type": "Kpi", "Teams": [SALES], "Parent_IDs": [100]}
    return {
        "objectives": [
            goal(100, Title="Win the north", Progress_and_Status_Configuration=FROM_CHILDREN, Progress=45.0),
            goal(
                101,
                **key_result,
                Alignment=[{"ID": 100, "Title": "Win the north", "Weight": "40.0%"}],
                Outcome=metric(0.0, 100.0),
                Progress=75.0,
            ),
            goal(102, **key_result, Outcome=metric(120.0, 30.0, kind="Decrease From"), Progress=97.5),
            goal(
                103,
                Type="Project",
                Parent_IDs=[100],
                Children=[
                    {"ID": 1, "Task Name": "Ask ten", "Task Status": "Complete", "Task Owner": BO},
                    {"ID": 2, "Task Name": "Write", "Task Status": "Unknown", "Task Date": "2025-03-01"},
                ],
            ),
        ],
        "checkins": [checkin(201, 101, Current_Value=50.0), checkin(202, 101, Current_Value=75.0)],
        "comments": [comment(301, 101)],
        "Teams": [team(31, "Sales"), team(32, "North", Parent_Team="Sales", Status="Archived")],
        "Tags": [],
        "TimePeriods": [period(51, "Annual 2025", "2025-01-01", "2025-12-31")],
        "Users": [user(ALMA, Role="Organization Owner"), user(BO, Manager=ALMA)],
    }


def member_name(array: str) -> str:
    return f"{array}_export_file_{ORGANISATION}_1_Organization_{ORGANISATION}_20251124170615.json"


def packed(arrays: Mapping[str, Any], *, names: Mapping[str, str] | None = None) -> io.BytesIO:
    """The ZIP of these arrays; a value that is text or bytes is written as it stands. `names` gives other
    member names than Viva's."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for array, rows in arrays.items():
            text = rows if isinstance(rows, str | bytes) else json.dumps(rows, ensure_ascii=False)
            archive.writestr((names or {}).get(array, member_name(array)), text)
    file.seek(0)
    return file
