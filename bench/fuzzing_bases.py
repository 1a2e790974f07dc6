"""What odd files are made of: a sound small organisation, tables of several tools, answers, bits of XML."""

from __future__ import annotations

from random import Random
from typing import Any, Final

# ruff: noqa: E501 - tables, read across


def organisation(chance: Random) -> dict[str, list[dict[str, Any]]]:
    """A sound small organisation as Viva Goals exports it."""
    alma = {"ID": 1, "Name": "Alma Holm", "Email": "alma@nord.example"}
    bo = {"ID": 2, "Name": "Bo Krog", "Email": "bo@nord.example"}
    kinds = ("Increase From", "Decrease From", "Reach", "Stay Above", "Stay Below", "Baseline")

    def goal(id_: int) -> dict[str, Any]:
        above = [chance.randint(100, 106)] if chance.random() < 0.7 else None
        outcome: dict[str, Any] = {"Outcome Type": "Percentage"}
        if chance.random() < 0.6:
            outcome = {"Outcome Type": "Metric", "Metric Name": "orders", "Metric Unit": "Number",
                       "Start": chance.choice((0.0, 100.0)), "Target": chance.choice((0.0, 50.0, 100.0)),
                       "Target Type": chance.choice(kinds), "Risk Threshold": chance.choice((None, 40.0, 120.0))}  # fmt: skip
        phased = {
            "Interval": "Month",
            "Phased Targets": [{"Target Value": 25.0, "Target Date": "2025-06-30"}],
        }
        return {
            "ID": id_, "Title": f"Goal {id_}", "Type": chance.choice(("Big rock", "Kpi", "Project")),
            "Created By": alma, "Owner": [chance.choice((alma, bo))], "Teams": chance.choice((None, [{"ID": 31, "Name": "Sales"}])),
            "Time Period": {"ID": 51, "Name": "Annual 2025"}, "Start Date": "2025-01-01", "End Date": "2025-12-31",
            "Alignment": above and [{"ID": above[0], "Title": "x", "Weight": chance.choice(("40.0%", "70.0%", "0"))}],
            "Delegated To": None, "Permissions": {"View": chance.choice(("Everybody", {"Users": [bo]})), "Edit": {}, "Align": "Everybody"},
            "Description": None, "Tags": chance.choice((None, ["growth", "x"], "a; b", [{"ID": 61}])),
            "Progress and Status Configuration": {
                "Progress": chance.choice(("Update Manually", "Update from Children", "Integration")),
                "Status": chance.choice(("Update Manually", "Update based on Progress"))},
            "Progress": chance.choice((0.0, 40.0, 120.0)), "Status": chance.choice(("On Track", "At Risk", "Closed", "Postponed")),
            "Outcome": outcome, "Phased Targets": chance.choice(("Disabled", phased)), "Check-in Owners": [alma],
            "Parent IDs": above, "Children": [{"ID": 1, "Task Name": "Ask", "Task Status": "Complete", "Task Owner": bo}],
            "Score": chance.choice((0.0, 0.7)), "Goal Type": "Aspirational", "Created At": "2024-12-12", "Last Check-in": None,
        }  # fmt: skip

    def checkin(id_: int) -> dict[str, Any]:
        return {"ID": id_, "OKR ID": chance.randint(99, 107), "CheckIn Date": "2025-02-03 00:00:00", "Check In Owner": alma,
                "Check In Note": {"Check In Note": "Moving", "Check In Note HTML": "<p>Moving</p>"}, "Metric Name": "orders",
                "Status": "Behind", "Current Value": float(chance.randint(0, 120)), "Activity Date": "2025-02-03"}  # fmt: skip

    return {
        "objectives": [goal(100 + number) for number in range(chance.randint(1, 6))],
        "checkins": [checkin(200 + number) for number in range(chance.randint(0, 5))],
        "comments": [{"ID": 301, "OKR ID": 101, "Comment": "What?", "Created By": bo, "Created At": "2025-02-14 21:05:45"}],
        "Teams": [{"ID": 31, "Team Name": "Sales", "Parent Team": "", "Team Owners": [alma], "Status": "Active"},
                  {"ID": 32, "Team Name": "North", "Parent Team": "Sales", "Team Owners": [], "Status": "Archived"}],
        "Tags": [{"ID": 61, "Name": "growth"}],
        "TimePeriods": [{"ID": 51, "Time Period Name": "Annual 2025", "Start Date": "2025-01-01", "End Date": "2025-12-31"}],
        "Users": [{**alma, "Manager": None, "Teams": [], "Role": "Organization Owner", "Status": "active"},
                  {**bo, "Manager": alma, "Teams": [{"ID": 31, "Name": "Sales"}], "Role": "Member", "Status": "inactive"}],
    }  # fmt: skip


CHECKIN: Final = (
    "Checkin Date: 2025-02-03; User: Alma Holm; Note: Moving; Metric Name: orders; Status: Behind; "
    "Current Value: 20; Activity Date: 2025-02-03 20:57:08 UTC;"
)
SHEETS: Final[tuple[dict[str, tuple[Any, ...]], ...]] = (
    {  # the Explorer's
        "Id": ("7", "8", "9", ""), "Title": ("Win", "Sell", "Goal 9"), "Team": ("Sales", "Sales; North", ""),
        "Creator": ("Alma Holm",), "Owner": ("Alma Holm", "Alma Holm, Bo Krog", ""), "Period": ("Annual 2025", "Q1 2025", "Sprint"),
        "Start Date": ("2025-01-01", ""), "End Date": ("2025-12-31", ""), "Description": ("Why\nso", ""),
        "Aligned To (weight, Objective ID)": ("", "Win(weight: 40.00%, Id: 7)", "Sell(weight: 100%, Id: 8), Win(weight: 0%, Id: 7)"),
        "Metric Name": ("orders", ""), "Unit": ("%", "", "USD"), "Target": ("100.0", "50"), "Object Type": ("Objective", "Key result", "Initiative"),
        "Goal Type": ("Aspirational Goal", "Committed Goal", ""), "Start": ("0.0", "10"), "Created At": ("2024-12-12 09:00:00 UTC",),
        "Last Check-in": ("", "2025-02-03"), "Progress %": ("40", "50", "-10"), "Actual Progress": ("40.0", "30"),
        "Status": ("On Track", "At Risk", "Closed", "Behind"), "Last Check-in Note": ("", "x"), "Score": ("0.5", "0", ""), "Checkins": (CHECKIN, ""),
    },
    {  # one that people keep themselves
        "Mål": ("Grøn", "Blå", ""), "Nøgleresultat": ("Ordrer", "", "Besøg"), "Ansvarlig": ("Alma Holm", "Bo Krog", ""), "Start": (0, "1.250,5", ""),
        "Måltal": (100, "50", ""), "Nu": (7, "12,5", ""), "Status": ("på kurs", "rød", ""), "Frist": ("31.12.2025", ""), "Kvartal": ("Q1 2025", ""),
        "Vægt": ("", "40%"), "Senest opdateret": ("01.02.2025", ""), "Note": ("", "Går godt"), "Tillid": ("7", "", "11"),
    },
    {  # another tool's
        "Order*": ("1", "1.1", "1.1.1", "2"), "Type*": ("Objective", "Key result", "Work item"), "Summary*": ("Win", "Sell"), "Status*": ("On track", "Completed"),
        "Period*": ("Y2025", "Q3 Y2025"), "Owner*": ("Alma Holm", "bo@nord.example"), "Weight": ("1", "3", ""), "OKR type": ("Company", "Team"), "Labels": ("", "a, b"),
        "Teams": ("", "Alpha, Beta"), "Expected start date": ("", "2025-07-01"), "Expected end date": ("2025-09-30", ""), "Start value*": ("0", "20"),
        "Current value*": ("2", "11"), "Target value*": ("10", "0"), "Description": ("",),
    },
    {  # a tool with numbered parts
        "email": ("alma@nord.example",), "name": ("Grow", "Learn"), "description": ("",), "visibility": ("everyone", "private"), "individual_emails": ("bo@nord.example;c@d",),
        "due_at": ("2025-12-31",), "created_at": ("2025-01-02", ""), "status": ("on_track", "completed"), "completion": ("0.4", "1"),
        "key_result_1_title": ("Orders", ""), "key_result_1_completion": ("0.5", ""), "key_result_2_title": ("Visits", ""), "key_result_2_completion": ("0.3", ""),
    },
)  # fmt: skip


ANSWERS: Final[tuple[Any, ...]] = (
    {"goals": [{"id": "g", "name": "Grow", "ownerId": "u", "dateFrom": "2025-01-01", "dateTo": "2025-12-31", "status": "on_track", "owner": {"name": "Alma Holm"}}],
     "metrics": [{"id": "m", "name": "Orders", "goalId": "g", "initialValue": 0, "target": 10, "actual": 4, "targetOperator": "at_least", "ownerId": "u"}]},
    [{"gid": "1", "name": "Grow", "owner": {"gid": "9", "name": "Alma Holm"}, "due_on": "2025-03-31", "time_period": {"display_name": "Q1 2025"}, "status": "green",
      "metric": {"initial_number_value": 0, "current_number_value": 0.25, "target_number_value": 0.5, "unit": "percentage"}}],
    [{"text": "Grow", "notes": "Why", "krs": [{"text": "Orders"}, {"text": "Visits"}]}, {"text": "Learn", "notes": "", "krs": []}],
    {"data": [{"goal_id": "a", "name": "Grow", "owner_id": "u", "parent_goal_id": None, "phase": "in_progress", "status": "at_risk", "started_at": "2025-01-01",
               "targeted_at": "2025-06-30", "teams": ["Sales", "Ops"], "is_archived": False, "created_at": "2024-12-01"},
              {"goal_id": "b", "name": "Sell", "parent_goal_id": "a", "phase": "done", "status": "done", "targeted_at": "2025-06-30"}]},
)  # fmt: skip


XML: Final[tuple[tuple[bytes, tuple[bytes, ...]], ...]] = (
    (rb"<v>[^<]*</v>", (b"<v>1e999</v>", b"<v>-1e999</v>", b"<v>nan</v>", b"<v></v>", b"<v>99999999</v>", b"<v>-1</v>", b"<v>1e300</v>",
                        b"<v>" + b"9" * 400 + b"</v>", b"<v>2958466</v>", b"<v>0.1</v>", b"<v>#REF!</v>", b"<v>0x1</v>")),
    (rb't="[a-z]+"', (b't="s"', b't="n"', b't="d"', b't="b"', b't="e"', b't="str"', b't="inlineStr"', b't="x"', b"")),
    (rb' r="[A-Z]+[0-9]+"', (b' r="XFD1048576"', b' r="ZZZZ9"', b' r="A0"', b' r="A99999999999"', b' r="1"', b' r=""', b"", b' r="B2"')),
    (rb'<row r="[0-9]+"', (b'<row r="0"', b'<row r="-1"', b'<row r="99999999999"', b'<row r="x"', b"<row")),
    (rb' s="[0-9]+"', (b' s="9999"', b' s="-1"', b' s="x"', b' s="1"')),
    (rb'<dimension ref="[^"]*"', (b'<dimension ref="A1:XFD1048576"', b'<dimension ref="A1:ZZZZ99999999"', b'<dimension ref=""')),
    (rb"<t[^>]*>[^<]*</t>", (b"<t>&lol;</t>", b"<t>_x0000_</t>", b"<t>_xD800_</t>", b"<t>&#xD800;</t>", b"<t>&#1;</t>", b"<t/>", b"<t>" + b"y" * 200_000 + b"</t>")),
    (rb"<c ", (b"<c><f>1+1</f></c><c ", b"<c", b"<d><c ", b'<c t="str"><f>HYPERLINK("a","b")</f><v>1</v></c><c ')),
    (rb"^<[?]xml[^>]*>|^", (b'<!DOCTYPE a [<!ENTITY lol "ha"><!ENTITY b "&lol;&lol;">]>', b'<!DOCTYPE a SYSTEM "file:///etc/passwd">', b"\xff\xfe", b"\xef\xbb\xbf")),
    (rb'Target="[^"]*"', (b'Target="../../x"', b'Target=""', b'Target="/xl/workbook.xml"', b'Target="http://x.example/"')),
    (rb'numFmtId="[0-9]+"', (b'numFmtId="14"', b'numFmtId="9"', b'numFmtId="999"', b'numFmtId="x"', b'numFmtId="46"')),
    (rb"</[a-zA-Z]+>", (b"", b"</x>", b"<a>" * 300)),
    (rb"<sheet [^>]*>", (b"", b'<sheet name="a" sheetId="1" r:id="rId99"/>', b'<workbookPr date1904="1"/>')),
)  # fmt: skip
