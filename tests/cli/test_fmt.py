"""`guidewright fmt` and `guidewright table`: what they write, print and answer."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guidewright.cli import main

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
PROJECT = Path(__file__).parents[2]
LOOSE = (
    f'<d:definitions xmlns:d="{NAMESPACE}" namespace="urn:m" name="µ">'
    '<d:decision name="D"><d:literalExpression><d:text>1</d:text></d:literalExpression>'
    "</d:decision></d:definitions>"
)
CANONICAL = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{NAMESPACE}" name="µ" namespace="urn:m">
  <decision id="decision-d" name="D">
    <literalExpression><text>1</text></literalExpression>
  </decision>
</definitions>
"""
FAULTY = LOOSE.replace("literalExpression", "literalExpresion")


def call(*arguments: str | Path, given: str = "") -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], input=given)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "m.dmn"
    path.write_text(LOOSE, encoding="utf-8")
    return path


def test_a_file_is_written_once(file: Path) -> None:
    result = call("fmt", file)
    assert (result.exit_code, result.output) == (0, f"rewrote {file}\n")
    assert file.read_text(encoding="utf-8") == CANONICAL
    before = file.stat()
    result = call("fmt", file)
    assert (result.exit_code, result.output) == (0, "")
    assert file.stat() == before
    assert list(file.parent.iterdir()) == [file]


def test_the_mode_stays(file: Path) -> None:
    file.chmod(0o640)
    call("fmt", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_link_stays_a_link(file: Path) -> None:
    link = file.parent / "link.dmn"
    link.symlink_to(file)
    assert call("fmt", link).exit_code == 0
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == CANONICAL


def test_check_lists_what_would_change(file: Path) -> None:
    good = file.parent / "a.dmn"
    good.write_text(CANONICAL, encoding="utf-8")
    result = call("fmt", "--check", good, file)
    assert (result.exit_code, result.output) == (1, f"would rewrite {file}\n")
    assert file.read_text(encoding="utf-8") == LOOSE
    assert call("fmt", "--check", good).exit_code == 0


def test_diff_shows_what_would_change(file: Path) -> None:
    file.write_text(CANONICAL.replace(' id="decision-d"', ""), encoding="utf-8")
    result = call("fmt", "--diff", file)
    assert result.exit_code == 0
    changed = [line for line in result.output.splitlines() if line[0] in "+-"]
    assert changed == [
        f"--- {file}",
        f"+++ {file} (canonical)",
        '-  <decision name="D">',
        '+  <decision id="decision-d" name="D">',
    ]
    assert "decision-d" not in file.read_text(encoding="utf-8")
    assert call("fmt", "--diff", "--check", file).exit_code == 1


def test_a_folder_stands_for_its_models(file: Path) -> None:
    (file.parent / "notes.txt").write_text("<", encoding="utf-8")
    assert call("fmt", file.parent).output == f"rewrote {file}\n"
    assert (file.parent / "notes.txt").read_text(encoding="utf-8") == "<"


def test_a_folder_without_models(tmp_path: Path) -> None:
    result = call("fmt", tmp_path)
    assert result.exit_code == 4
    assert "file.missing" in result.output
    assert "has no file whose name ends in .dmn" in result.output


def test_from_standard_input_to_standard_output() -> None:
    result = call("fmt", "-", given=LOOSE)
    assert result.exit_code == 0
    assert result.stdout_bytes.decode("utf-8") == CANONICAL
    assert call("fmt", "-", given=CANONICAL).stdout_bytes.decode("utf-8") == CANONICAL
    result = call("fmt", "--check", "-", given=LOOSE)
    assert (result.exit_code, result.output) == (1, "would rewrite <standard input>\n")


def test_a_file_with_faults_is_left_and_the_others_are_written(file: Path) -> None:
    faulty = file.parent / "a.dmn"
    faulty.write_text(FAULTY, encoding="utf-8")
    result = call("fmt", file.parent)
    assert result.exit_code == 4
    assert f"{faulty}:1:" in result.output
    assert "did you mean 'literalExpression'?" in result.output
    assert faulty.read_text(encoding="utf-8") == FAULTY
    assert file.read_text(encoding="utf-8") == CANONICAL


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = call("fmt", tmp_path / "x.dmn")
    assert result.exit_code == 4
    assert "file.missing" in result.output


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written(file: Path) -> None:
    file.parent.chmod(0o500)
    result = call("fmt", file)
    file.parent.chmod(0o700)
    assert result.exit_code == 4
    assert "cannot be written" in result.output


def test_when_writing_fails_the_old_file_stays(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = call("fmt", file)
    assert result.exit_code == 4
    assert "cannot be written: No space left on device" in result.output
    assert file.read_text(encoding="utf-8") == LOOSE
    assert list(file.parent.iterdir()) == [file]


def test_what_would_be_too_large_to_read_is_not_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = file.stat().st_size
    monkeypatch.setattr("guidewright.dmn.xml_parser.MAX_BYTES", size)
    result = call("fmt", file)
    assert result.exit_code == 4
    assert "file.too-large" in result.output
    assert file.read_text(encoding="utf-8") == LOOSE


def test_our_guidelines_are_canonical() -> None:
    result = call("fmt", "--check", PROJECT / "models" / "b12-deficiency")
    assert (result.exit_code, result.output) == (0, "")


# table ------------------------------------------------------------------------------------------


def test_a_model_as_markdown(file: Path) -> None:
    result = call("table", file)
    assert result.exit_code == 0
    assert result.stdout == (
        "# µ\n\nDMN 1.5, namespace `urn:m`\n\n## Decision: D\n\n```feel\n1\n```\n"
    )
    assert call("table", file.parent).stdout == result.stdout
    assert call("table", "-", given=LOOSE).stdout == result.stdout


def test_one_decision_as_markdown(file: Path) -> None:
    result = call("table", file, "--decision", "D")
    assert result.stdout == "## Decision: D\n\n```feel\n1\n```\n"


def test_a_decision_that_is_not_there(file: Path) -> None:
    result = call("table", file, "--decision", "d")
    assert result.exit_code == 2
    assert "no decision, function or input is named 'd'; did you mean 'D'?" in result.output


def test_markdown_of_a_file_with_faults(file: Path) -> None:
    file.write_text(FAULTY, encoding="utf-8")
    result = call("table", file)
    assert result.exit_code == 4
    assert result.stdout == ""
    assert "dmn.structure" in result.stderr
