"""The README keeps its word: the script in it runs, and it is short."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_script_runs():
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "gap · confirmed" in done.stdout
    assert "Intramuscular B₁₂ is preferred" in done.stdout
    assert "('S09',)" in done.stdout
    assert done.stderr == ""


def test_the_first_result_stands_within_twenty_lines():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert any("[S12]" in line for line in lines[:20])
