"""Weekly series from a file, and what is said of one that holds none."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pejl.adapters import series

GOOD = """# a remark
series_id,step,value
ghr-stars-dense-1,0,5
ghr-stars-dense-1,2,7.5
ghr-forks-lumpy-2,0,1
"""


def test_series_are_read_in_order_packed_or_not(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.csv", tmp_path / "a.csv.gz"
    plain.write_text(GOOD, encoding="utf-8")
    packed.write_bytes(gzip.compress(GOOD.encode()))
    found = series.read(plain)
    assert found == {"ghr-stars-dense-1": [(0, 5.0), (2, 7.5)], "ghr-forks-lumpy-2": [(0, 1.0)]}
    assert series.read(packed) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,week\na,1\n", "needs the columns series_id, step, value"),
        ("", "needs the columns"),
        ("series_id,step,value\nghr-stars-dense-1,one,5\n", "step is a whole number and value a number"),
        ("series_id,step,value\nghr-stars-dense-1,1\n", "step is a whole number"),
        ("series_id,step,value\nghr-stars-dense-1,1,nan\n", "value finite"),
        ("series_id,step,value\nghr-stars-dense-1,-1,4\n", "step is 0 or more"),
        ("series_id,step,value\nstars,1,4\n", "series_id is source-measure-dense-1"),
        ("series_id,step,value\na-b-dense-1,1,4\na-b-dense-1,1,5\n", "the steps of a-b-dense-1 do not rise"),
        ("\udcff\udcfe,b\n", "no CSV file in UTF-8"),
    ],
)
def test_a_file_that_holds_none_is_refused_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "odd.csv"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(series.Unreadable, match=said) as refused:
        series.read(file)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_broken_archive_and_one_that_unpacks_to_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.csv.gz"
    file.write_bytes(gzip.compress(GOOD.encode())[:-12])
    with pytest.raises(series.Unreadable, match="cannot be read"):
        series.read(file)
    file.write_bytes(gzip.compress(GOOD.encode()))
    monkeypatch.setattr(series, "MOST_BYTES", 20)
    with pytest.raises(series.Unreadable, match="larger than"):
        series.read(file)
