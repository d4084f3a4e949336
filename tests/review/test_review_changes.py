"""What a pack says about another version: what was edited, and whose advice changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from review_pages import read

import guidewright as gw
from guidewright_visualize.review.contents import pack_of
from guidewright_visualize.review.html import pack_to_html
from guidewright_visualize.review.pack import Pack

FEVER = Path(__file__).resolve().parents[1] / "guidelines" / "fever"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The pack of the guideline against a version whose first threshold is another."""
    old = tmp_path_factory.mktemp("versions") / "fever"
    shutil.copytree(FEVER, old)
    path = old / "decisions.dmn"
    text = path.read_text(encoding="utf-8")
    assert text.count("&lt; 38") >= 1
    path.write_text(text.replace("&lt; 38", "&lt; 37.5", 1), encoding="utf-8")
    return pack_of(gw.load(FEVER), against=gw.load(old))


def test_the_edited_rule_and_its_patients_are_named(changed: Pack) -> None:
    changes = changed.changes
    assert changes is not None
    assert [(each.before, each.after) for each in changes.rules] == [
        ("temperature: < 37.5", "temperature: < 38")
    ]
    assert any("37.5" in each.text for each in changes.patients)
    assert all(each.before != each.after for each in changes.patients)


def test_the_edited_rule_is_linked_both_ways(changed: Pack) -> None:
    assert changed.changes is not None
    page = read(pack_to_html(changed))
    edited = [(each.anchor, link.to) for each in changed.changes.rules for link in each.links]
    assert edited
    for change, rule in edited:
        assert page.leads(change, rule)
        assert page.leads(rule, change)


def test_the_same_version_is_proved_to_be_the_same() -> None:
    guide = gw.load(FEVER)
    changes = pack_of(guide, against=guide).changes
    assert changes is not None
    assert not changes.rules
    assert not changes.patients
    assert "proved" in changes.verdict


def test_what_changed_is_marked_in_the_pictures(changed: Pack) -> None:
    words = [box.text for figure in changed.figures for box in figure.boxes]
    assert any("■ changed since the other version" in each for each in words)
