"""`hostwatch report import`: one verdict per line; nothing valid is lost beside a bad line."""

from __future__ import annotations

import json
import os
import threading

import pytest
from command_house import ANALYST, AUDITOR, in_store, run, run_process

GOOD = [f"http://good.test/{number}" for number in range(4)]


def write(data, text: str | bytes, name: str = "reports.csv"):
    path = data.parent / name
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return path


def verdicts(said) -> dict[int, dict]:
    rows = [json.loads(line) for line in said.out.splitlines()]
    return {row["line"]: row for row in rows}


def cases_in(data) -> list[dict]:
    return json.loads(run(data, "cases", "list", "--json", "--limit", "5000").out)


def entered_locations(data) -> set[str]:
    async def look(tx):
        from cases.ports import CaseFilter

        return {case.url for case in await tx.cases(CaseFilter())}

    return in_store(data, look)


BAD_LINES = {
    "unclosed quotation": 'http://bad.test/1,"never closed',
    "too many fields": "http://bad.test/1,a,b,c,d",
    "NUL": "http://bad.test/\x00,note",
    "1 MB": "http://bad.test/" + "x" * 1_000_000 + ",note",
    "long note": "http://bad.test/1," + "n" * 5000,
    "unknown priority": "http://bad.test/1,,soonest",
    "another separator": "http://bad.test/1;a note;urgent",
    "a bar as separator": "http://bad.test/1|a note|urgent",
}


@pytest.mark.parametrize("bad", BAD_LINES.values(), ids=BAD_LINES)
def test_a_refused_line_costs_no_other(data, bad):
    """Exit code 65; the lines before and after are entered; the refusal quotes no location."""
    file = write(data, f"url,note,priority\n{GOOD[0]},first\n{bad}\n{GOOD[1]},second,urgent\n")
    said = run(data, "report", "import", str(file), "--json")
    assert said.code == 65, said
    said.is_plain()
    found = verdicts(said)
    assert [found[line]["outcome"] for line in (2, 3, 4)] == ["new", "refused", "new"]
    assert found[3]["reason"].startswith("The line ")
    assert "bad.test" not in said.out + said.err
    assert entered_locations(data) == {GOOD[0], GOOD[1]}


BAD_JSON = {
    "no JSON": "not json",
    "a list": "[]",
    "a number": "17",
    "a long number": "1" * 9000,
    "deep": "[" * 100_000,
    "an unknown member": '{"address": "http://bad.test/"}',
    "a member that is no text": '{"url": 5}',
    "NUL": '{"url": "http://bad.test/\\u0000"}',
    "half a surrogate pair": '{"url": "http://bad.test/\\ud800"}',
    "half a surrogate pair in the note": '{"url": "http://bad.test/", "note": "\\udc00"}',
    "1 MB": '{"url": "http://bad.test/' + "x" * 1_000_000 + '"}',
    "not finite": '{"url": NaN}',
}


@pytest.mark.parametrize("bad", BAD_JSON.values(), ids=BAD_JSON)
def test_a_refused_json_line_costs_no_other(data, bad):
    """The same for JSON Lines."""
    lines = [json.dumps({"url": GOOD[0]}), bad, json.dumps({"url": GOOD[1], "note": None})]
    said = run(data, "report", "import", str(write(data, "\n".join(lines), "r.jsonl")), "--json")
    assert said.code == 65, said
    said.is_plain()
    found = verdicts(said)
    assert [found[line]["outcome"] for line in (1, 2, 3)] == ["new", "refused", "new"]
    assert entered_locations(data) == {GOOD[0], GOOD[1]}


def test_hostile_locations_get_their_own_verdicts(data):
    """What is no location is kept as insufficient, the rest becomes cases; none is lost."""
    lines = {
        "javascript:alert(1)": "insufficient",
        "data:text/html,x": "insufficient",
        "=HYPERLINK(1)": "insufficient",
        "http://127.1/": "insufficient",
        "http://m\u00fcnchen.test/": "new",
        "http://abcdefghijklmnop.onion/": "new",
        "http://a.test/\u202ex": "new",
    }
    file = write(data, "url\n" + "\n".join(lines) + "\n")
    said = run(data, "report", "import", str(file), "--json")
    assert said.code == 65
    assert [row["outcome"] for row in verdicts(said).values()] == list(lines.values())
    assert all(row["reference"] for row in verdicts(said).values())
    assert len(cases_in(data)) == len(lines)


def test_the_verdicts_in_words(data):
    """One line each, then a count on standard error."""
    file = write(data, f'url\n{GOOD[0]}\nnonsense\n{GOOD[0]}\n"x\n')
    said = run(data, "report", "import", str(file))
    assert said.code == 65
    new, insufficient, added, refused = said.out.splitlines()
    assert new.startswith("line 2: new HW-")
    assert insufficient.startswith("line 3: insufficient HW-")
    assert added.startswith("line 4: added HW-")
    assert refused == "line 5: refused The line has an unclosed or misplaced quotation mark."
    assert said.err == "4 lines: 1 added, 1 insufficient, 1 new, 1 refused\n"


def test_a_second_import_of_the_same_file_enters_nothing(data):
    """Every line that was entered is `repeated`, with the same case and reference."""
    file = write(data, "url,note\n" + "".join(f"{url},n\n" for url in GOOD) + "nonsense,n\n")
    first = verdicts(run(data, "report", "import", str(file), "--json"))
    second = run(data, "report", "import", str(file), "--json")
    again = verdicts(second)
    assert {row["outcome"] for row in again.values()} == {"repeated"}
    for line, row in first.items():
        assert (again[line]["case"], again[line]["reference"]) == (row["case"], row["reference"])
    assert second.code == 0
    assert {case["reports"] for case in cases_in(data)} == {1}


def test_a_copy_of_the_file_under_another_name_is_the_same_file(data):
    """Its content counts, not where it lies."""
    text = f"url\n{GOOD[0]}\n"
    run(data, "report", "import", str(write(data, text, "one.csv")))
    said = run(data, "report", "import", str(write(data, text, "two.csv")), "--json")
    assert verdicts(said)[2]["outcome"] == "repeated"


def test_two_different_files_through_a_pipe_are_two_files(data):
    """A pipe can be read once only; nothing of the second may pass for the first."""
    outcomes = []
    for url in GOOD[:2]:
        pipe = data.parent / "pipe.csv"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_text, args=(f"url\n{url}\n",))
        writer.start()
        said = run(data, "report", "import", str(pipe), "--json")
        writer.join(10)
        pipe.unlink()
        outcomes.append(verdicts(said)[2]["outcome"])
    assert outcomes == ["new", "new"]
    assert entered_locations(data) == set(GOOD[:2])


def test_a_dry_run_judges_and_enters_nothing(data):
    """Same verdicts and exit code; the store is as before."""
    file = write(data, f'url\n{GOOD[0]}\nnonsense\n"x\n')
    said = run(data, "report", "import", str(file), "--dry-run", "--json")
    assert said.code == 65
    outcomes = [row["outcome"] for row in verdicts(said).values()]
    assert outcomes == ["new", "insufficient", "refused"]
    assert "none entered" in said.err
    assert cases_in(data) == []


def test_formula_cells_are_kept_as_text_and_never_shown_as_formulas(data):
    """They are what was sent; a revealed note is text, and a table or JSON executes nothing."""
    note = "=cmd|' /C calc'!A0"
    file = write(data, f'url,note\n{GOOD[0]},"{note}"\n{GOOD[1]},"@SUM(1)"\n{GOOD[2]},+1\n')
    said = run(data, "report", "import", str(file), "--json")
    assert said.code == 0
    case = verdicts(said)[2]["case"]
    shown = run(data, "cases", "show", case, "--reveal", "check of formula cells", "--json")
    assert json.loads(shown.out)["notes"] == [note]
    for command in (("cases", "list"), ("cases", "show", case)):
        assert "cmd" not in run(data, *command).out


def test_the_exchange_form_of_six_columns(data):
    """`URL;REFERER;WORKUSER-EMAIL;REFERENCE;SOURCE;TYPE`, with and without its header."""
    row = "{};http://portal.test/;anna@hotline.test;R-{};police;url"
    rows = [row.format(url, number) for number, url in enumerate(GOOD)]
    header = "URL;REFERER;WORKUSER-EMAIL;REFERENCE;SOURCE;TYPE"
    one = write(data, "\n".join([header, *rows[:2]]), "one.csv")
    two = write(data, "\n".join(rows[2:]), "two.csv")
    for file in (one, two):
        assert run(data, "report", "import", str(file)).code == 0
    assert entered_locations(data) == set(GOOD)


@pytest.mark.parametrize("separator", ["|", "\t", ",", ";", " "])
def test_six_columns_without_header_never_run_together_into_one_location(data, separator):
    """Whatever separates them, the location is the first field or the line is refused."""
    row = separator.join((GOOD[0], "http://portal.test/", "anna@hotline.test", "R-1", "police"))
    run(data, "report", "import", str(write(data, row + "\n")))
    assert entered_locations(data) <= {GOOD[0]}


UNUSABLE_FILES = {
    "wrong separator in the header": ("r.csv", "url|note|priority\nhttp://a.test/1|x|urgent\n"),
    "no column of locations": ("r.csv", "address,note\nhttp://a.test/1,x\n"),
    "two columns of locations": ("r.csv", "url,url\nhttp://a.test/1,http://a.test/2\n"),
    "a picture": ("r.csv", b"\x89PNG\r\n\x1a\n\x00\x00\xff"),
    "a spreadsheet": ("r.csv", b"PK\x03\x04\x00\x00\xff\xfe" * 100),
    "UTF-16": ("r.csv", "url\nhttp://a.test/1\n".encode("utf-16")),
    "UTF-16 without mark": ("r.csv", "url\nhttp://a.test/1\n".encode("utf-16-le")),
    "1 MB of header": ("r.csv", "x" * 1_000_000 + "\nhttp://a.test/1\n"),
}


@pytest.mark.parametrize(("name", "content"), UNUSABLE_FILES.values(), ids=UNUSABLE_FILES)
def test_a_file_that_cannot_be_read_as_a_whole_is_one_sentence(data, name, content):
    """It names the file and what is expected; nothing is entered."""
    file = write(data, content, name)
    run(data, "report", "import", str(file)).is_sentence(65, str(file))
    assert cases_in(data) == []


def test_a_folder_a_missing_and_a_forbidden_file_are_told(data):
    """The file and the system's reason."""
    for path in (data.parent, data.parent / "nowhere.csv", data.parent / "\x1b[2J\udcff.csv"):
        run(data, "report", "import", str(path)).is_sentence(65, "cannot be read")


def test_an_empty_file_is_no_success(data):
    """Nothing was in it, and that is said."""
    for text in ("", "\n\n"):
        run(data, "report", "import", str(write(data, text))).is_sentence(65)
    said = run(data, "report", "import", str(write(data, "url\n")))
    assert (said.code, said.err) == (0, "0 lines: empty\n")


def test_old_encodings_and_marks_are_read(data):
    """A byte order mark and western text from an old office program."""
    one = write(data, "\ufeffurl,note\r\nhttp://a.test/1,gr\u00fcn\r\n", "one.csv")
    two = write(data, "url,note\r\nhttp://a.test/2,gr\u00fcn\r\n".encode("cp1252"), "two.csv")
    for file in (one, two):
        assert run(data, "report", "import", str(file)).code == 0

    async def notes(tx):
        from cases.ports import CaseFilter

        found = [await tx.reports(case.id) for case in await tx.cases(CaseFilter())]
        return {report.note for reports in found for report in reports}

    assert in_store(data, notes) == {"gr\u00fcn"}


def test_an_account_that_may_not_report_enters_nothing(data):
    """Refused before the first line."""
    file = write(data, f"url\n{GOOD[0]}\n")
    run(data, "report", "import", str(file), account=AUDITOR).is_sentence(77)
    assert cases_in(data) == []


def test_a_thousand_lines_with_hostile_ones_among_them(data):
    """Every line has its verdict, in order, and every usable one its case."""
    rows = [f"http://site{n % 50}.test/{n},n" if n % 10 else '"broken' for n in range(1000)]
    file = write(data, "url,note\n" + "\n".join(rows) + "\n")
    said = run(data, "report", "import", str(file), "--json")
    found = verdicts(said)
    assert list(found) == list(range(2, 1002))
    assert sum(row["outcome"] == "refused" for row in found.values()) == 100
    assert len(cases_in(data)) == 900


def test_the_installed_program_does_the_same(data):
    """A real process: verdicts on standard output, the count on standard error, the exit code."""
    file = write(data, f'url\n{GOOD[0]}\n"x\n')
    said = run_process("--data", str(data), "--as", ANALYST, "report", "import", str(file))
    assert said.code == 65
    said.is_plain()
    assert len(said.out.splitlines()) == 2
    assert said.err == "2 lines: 1 new, 1 refused\n"
