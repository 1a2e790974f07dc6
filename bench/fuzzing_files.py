"""Files that nobody meant to write: whole ones of every kind, bent in their values, make and bytes.

Everything comes out of one `random.Random`, so that a seed (or a test's own source of chance) gives the same
file again.
"""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from random import Random
from typing import Any, Final

from bench import fuzzing_bases
from openpyxl import Workbook

_TOKEN: Final = re.compile(r'"@@(.*?)@@"')
# What Python has no honest way to say in JSON, put in as it stands; then what JSON has none for either.
_TOKENS: Final = (
    "1e999", "-1e999", "1E+999999999", "1e-999999999", "-0", "-0.0", "1" * 40, "0." + "1" * 60,
    "9223372036854775808", '"\\ud800"', '"\\udfff\\ud800"', '"\\u0000"', '"a\\u0000b"',
    "[" * 20 + "]" * 20, '{"a":' * 20 + "1" + "}" * 20,
)  # fmt: skip
_WRONG: Final = (
    "NaN", "-Infinity", "0x10", "01", "9" * 5000, "tru", "[" * 90 + "]" * 90, '{"a":' * 90 + "1" + "}" * 90,
    "[", "}", ",", '"', "1e99999999999999999999", "[" * 50_000,
)  # fmt: skip
_TEXTS: Final = (
    "", " ", "\t\n", "a\0b", "\ufeffx", "\u202eabc", "x" * 600, "x" * 100_001, "ß" * 300, "\U0001f600" * 60,
    "NaN", "nan", "Infinity", "1e999", "-1e-999", "1e30", "1E31", "-0", "1,250", "1.250,5", "25.0%", "%",
    "-5%", "$ 5", "٣", "½", "²", "1 000", "1'000", "=1+1", '=HYPERLINK("x","7")', '=HYPERLINK("', "@SUM(A1)",
    "+1", "#REF!", "2025-13-40", "2025-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "31.12.2025",
    "03/04/2025", "2025-02-03T25:61:61", "2025-02-03T10:00:00+99:99", "2025-W07-1", "25-Feb-30", "Q9 2025",
    "Q1 2025", "FY2025", "Annual 2099", "2000", "a@b", "@", "a@b@c;;,", "Alma Holm", "alma@nord.example",
    "Sales", ";", ";;a;b", "<p>a<script>b</p>", "&#0;&#xD800;", "<!DOCTYPE a [<!ENTITY b 'c'>]>&b;", "null",
    "true", "At Risk", "at_risk", "CLOSED", "Postponed", "İ", "ŉ", "../../etc/passwd", "1", "7", "100", "101",
)  # fmt: skip
_VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, 1, -1, 100, 101, 0.1, 1e-20, 1e20, -1e17, 1e300, 10**30, 10**31, 10**400, [], {},
    [[]], [None], {"ID": None}, {"ID": 100}, {"ID": [1]}, {"Name": 7}, [1, "a", {"ID": 100}],
    {"": ""}, ["", {}],
)  # fmt: skip


def value(chance: Random, *, wrong: float = 0.03) -> Any:
    """Anything in place of a value of JSON; a text between "@@" is put in as it stands, see `jsoned`. Some of
    those, `wrong` of 1, are no JSON or none that is read."""
    sort = chance.randrange(5)
    if sort == 0:
        return f"@@{chance.choice(_WRONG if chance.random() < wrong else _TOKENS)}@@"
    if sort == 1:
        return chance.choice(_VALUES)
    if sort == 2:
        return chance.choice((Random(chance.getrandbits(32)).uniform(-1e3, 1e3), chance.randint(-300, 300)))
    return chance.choice(_TEXTS)


def jsoned(told: Any) -> str:
    """As JSON, with the tokens as they stand."""
    text = json.dumps(told)
    return _TOKEN.sub(lambda found: json.loads(f'"{found[1]}"'), text)


def bent(told: Any, chance: Random, *, often: float, wrong: float = 0.03) -> Any:
    """The same with some of its values, keys and items otherwise."""
    if chance.random() < often:
        return value(chance, wrong=wrong)
    if isinstance(told, dict):
        kept = {key: bent(one, chance, often=often, wrong=wrong) for key, one in told.items()}
        if kept and chance.random() < often:
            kept.pop(chance.choice(list(kept)))
        if chance.random() < often:
            kept[str(chance.choice(_TEXTS))] = value(chance, wrong=wrong)
        return kept
    if isinstance(told, list):
        items = [bent(one, chance, often=often, wrong=wrong) for one in told]
        return items * 2 if items and chance.random() < often / 2 else items
    return told


# ------------------------------------------------------------------------------------------------ bytes


def damaged(data: bytes, chance: Random) -> bytes:
    """The same bytes with up to eight hurts: bits turned, pieces cut, doubled, moved or put in."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, wide = chance.randrange(len(found) + 1), chance.choice((1, 2, 4, 16, 200))
        piece = bytes(found[at : at + wide])
        sort = chance.randrange(8)
        if sort < 3 and at < len(found):
            found[at] ^= 1 << chance.randrange(8)
        elif sort == 3:
            del found[at : at + wide]
        elif sort == 4:
            found[at:at] = piece * chance.choice((1, 2, 50))
        elif sort == 5 and chance.random() < 0.3:
            del found[at:]
        elif sort == 6:
            found[at:at] = chance.choice(
                (
                    b"\0",
                    b"\xff\xfe",
                    b"\xef\xbb\xbf",
                    b'"',
                    b"\n",
                    b"\r",
                    b"\xed\xa0\x80",
                    b"1e999",
                    b"PK\3\4",
                )
            )
        else:
            found[at : at + wide] = chance.randbytes(len(piece))
    return bytes(found)


def packed(members: Sequence[tuple[str, bytes]], chance: Random, *, odd: bool) -> bytes:
    """A ZIP; where it is to be odd, with members twice, named astray, swapped, huge, or headers that lie."""
    some = list(members)
    sort = chance.randrange(7) if odd else -1
    if sort == 0:
        some.append(chance.choice(some))
    elif sort == 1:
        name = chance.choice(
            ("../../x.json", "/etc/passwd", "a\\b.json", "", "x" * 300, "__MACOSX/", "\u202e")
        )
        some.insert(0, (name + chance.choice(some)[0] * chance.randrange(2), b"[]"))
    elif sort == 2:
        names = [name for name, _ in some]
        chance.shuffle(names)
        some = [(name, text) for name, (_, text) in zip(names, some, strict=True)]
    elif sort == 3:
        at = chance.randrange(len(some))
        some[at] = (
            some[at][0],
            chance.choice((b"[" + b" " * 3_000_000 + b"]", b"", b"[" * 200_000, b"\0" * 99)),
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for name, text in some:
            archive.writestr(_named(name, archive), text)
    return _lying(out.getvalue(), chance) if sort > 3 else out.getvalue()


def _named(name: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # writing one twice is no mistake here, so nothing is warned of
    archive.NameToInfo.pop(name, None)
    info.compress_type = archive.compression
    return info


def _lying(data: bytes, chance: Random) -> bytes:
    """Another number somewhere in the headers: flags, methods, sizes, places, lengths, counts."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        sign, fields = chance.choice(
            (
                (b"PK\3\4", ((6, "H"), (8, "H"), (14, "L"), (18, "L"), (22, "L"), (26, "H"), (28, "H"))),
                (b"PK\1\2", ((8, "H"), (10, "H"), (16, "L"), (20, "L"), (24, "L"), (28, "H"), (42, "L"))),
                (b"PK\5\6", ((8, "H"), (10, "H"), (12, "L"), (16, "L"), (20, "H"))),
            )
        )  # fmt: skip
        places = [one.start() for one in re.finditer(re.escape(sign), bytes(found))]
        if not places:
            continue
        start, (at, width) = chance.choice(places), chance.choice(fields)
        place = start + at
        if place + 4 > len(found):
            continue
        most = 0xFFFF if width == "H" else 0xFFFFFFFF
        number = chance.choice((0, 1, 8, 9, 12, 14, 99, 0x800, most, most - 1, chance.randint(0, most)))
        struct.pack_into(f"<{width}", found, place, number)
    return bytes(found)


# ------------------------------------------------------------------------------------------ Viva's ZIP


def viva(chance: Random) -> tuple[bytes, str]:
    arrays: Any = fuzzing_bases.organisation(chance)
    how = chance.randrange(4)
    if how != 3:
        often = chance.choice((0.0, 0.003, 0.01, 0.04))
        arrays = {name: bent(rows, chance, often=often) for name, rows in arrays.items()}
    members = []
    for name, rows in arrays.items():
        text = jsoned(rows).encode("utf-8", "surrogatepass")
        if how == 1 and chance.random() < 0.3:
            text = damaged(text, chance)
        elif chance.random() < 0.03:
            text = chance.choice(
                (b"\xef\xbb\xbf" + text, text.decode().encode("utf-16"), text + b"x", b"{}" + text)
            )
        members.append((f"{name}_export_file_4100_1_Organization_4100_20251124170615.json", text))
    data = packed(members, chance, odd=how == 2)
    return (damaged(data, chance) if how == 3 else data), "export.zip"


# ---------------------------------------------------------------------------------------------- tables


def sheet(chance: Random) -> list[list[Any]]:
    """Headings and rows of some kind of table, with some cells and headings otherwise."""
    columns = chance.choice(fuzzing_bases.SHEETS)
    often = chance.choice((0.0, 0.01, 0.05, 0.3))
    headings = [
        chance.choice(_TEXTS) if chance.random() < often / 4 else heading
        for heading in columns
        if chance.random() > often / 4
    ]
    if chance.random() < 0.05:
        chance.shuffle(headings)
    rows = [
        [_cell(columns.get(heading, ("",)), chance, often=often) for heading in headings]
        + [fuzzing_bases.CHECKIN] * (chance.randrange(4) if chance.random() < 0.2 else 0)
        for _ in range(chance.randint(0, 8))
    ]
    above = [[chance.choice(_TEXTS)]] * chance.randrange(3) if chance.random() < 0.1 else []
    return [*above, headings, *rows]


def _cell(usual: Sequence[Any], chance: Random, *, often: float) -> Any:
    if chance.random() >= often:
        return chance.choice(usual)
    if chance.random() < 0.2:
        return chance.choice(
            (
                fuzzing_bases.CHECKIN[: chance.randrange(len(fuzzing_bases.CHECKIN))],
                fuzzing_bases.CHECKIN.replace("20", chance.choice(_TEXTS)),
            )
        )
    told = chance.choice(_VALUES) if chance.random() < 0.1 else chance.choice(_TEXTS)
    return told if isinstance(told, str) else str(told)


def text_table(chance: Random) -> tuple[bytes, str]:
    out = io.StringIO()
    if chance.random() < 0.05:
        out.write(f"sep={chance.choice((',', ';', chr(34), chr(13), ' ', 'x', chr(0)))}\n")
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(
        out,
        delimiter=chance.choice(",;\t|"),
        quoting=quoting,
        lineterminator=chance.choice(("\r\n", "\n", "\r")),
    )
    writer.writerows(sheet(chance))
    text = out.getvalue()
    code = chance.choice(
        ("utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
    )
    data = text.encode(code, "surrogatepass" if code.startswith("utf") else "replace")
    return (damaged(data, chance) if chance.random() < 0.4 else data), chance.choice(
        ("a.csv", "a.tsv", "a.txt", "")
    )


@cache
def _workbook(number: int) -> tuple[tuple[str, bytes], ...]:
    """The members of a sound workbook; making one costs more than bending it."""
    chance, book = Random(number), Workbook()
    for at in range(1 + number % 2):
        page = book.active if at == 0 else book.create_sheet("More")
        assert page is not None
        for row in sheet(chance):
            page.append([_fit(one) for one in row])
        page.cell(row=3, column=2).number_format = chance.choice(("0%", "yyyy-mm-dd", "[h]:mm", "General"))
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        return tuple((name, archive.read(name)) for name in archive.namelist())


def _fit(one: Any) -> Any:
    text = re.sub("[\0-\x08\x0b\x0c\x0e-\x1f]", "", str(one))[:30_000]
    return float(text) if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", text) else text


def workbook(chance: Random) -> tuple[bytes, str]:
    members = list(_workbook(chance.randrange(24)))
    how = chance.randrange(4)
    for _ in range(chance.randint(1, 3) if how in (0, 1) else 0):
        name = chance.choice([one for one, _ in members if one.endswith((".xml", ".rels"))])
        if chance.random() < 0.6:
            name = chance.choice([one for one, _ in members if "sheet" in one and one.endswith(".xml")])
        at = next(at for at, (one, _) in enumerate(members) if one == name)
        found, instead = chance.choice(fuzzing_bases.XML)
        members[at] = (name, _once(members[at][1], found, chance.choice(instead), chance))
    if chance.random() < 0.03:
        members.pop(chance.randrange(len(members)))
    data = packed(members, chance, odd=how == 2)
    return (damaged(data, chance) if how == 3 else data), "a.xlsx"


def _once(data: bytes, found: bytes, instead: bytes, chance: Random) -> bytes:
    """One of the places that fit, or all, or where none fits a piece put in somewhere."""
    places = [one.span() for one in re.finditer(found, data)]
    if not places:
        return data
    if chance.random() < 0.1:
        return re.sub(found, lambda _: instead, data)
    start, end = chance.choice(places)
    return data[:start] + instead + data[end:]


# ------------------------------------------------------------------------------------------------ JSON


def answer(chance: Random) -> tuple[bytes, str]:
    told = chance.choice(fuzzing_bases.ANSWERS)
    data = jsoned(bent(told, chance, often=chance.choice((0.0, 0.01, 0.1)))).encode()
    return (damaged(data, chance) if chance.random() < 0.3 else data), "goals.json"


KINDS: Final[dict[str, Callable[[Random], tuple[bytes, str]]]] = {
    "zip": viva,
    "csv": text_table,
    "xlsx": workbook,
    "json": answer,
}


def files(kind: str, *, seed: int, examples: int) -> Iterator[tuple[bytes, str]]:
    """So many files of the kind; the n-th is the same for the same seed, whatever came before it."""
    for number in range(examples):
        yield KINDS[kind](Random(f"{seed}/{kind}/{number}"))


def packed_organisation() -> tuple[bytes, str]:
    """A sound one, always the same."""
    chance = Random(7)
    members = [
        (f"{name}.json", jsoned(rows).encode()) for name, rows in fuzzing_bases.organisation(chance).items()
    ]
    return packed(members, chance, odd=False), "export.zip"
