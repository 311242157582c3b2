"""`swarm docs` and `swarm eval rag` as a person runs them."""

import json
import os
import subprocess
from pathlib import Path

from knowledge.knowledge import HANDBOOK
from tests.swarm_command import swarm_command

QUESTIONS = Path(__file__).parents[1] / "knowledge" / "handbook_questions.jsonl"


def swarm(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SWARM_HOME": str(home)}
    return subprocess.run([swarm_command(), *args], capture_output=True, text=True, env=environment, timeout=120, cwd=home, check=False)


def test_documents_are_added_found_listed_and_removed(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "oncall.md").write_text("# Oncall\n\nThe pager number is 4711.")
    (tmp_path / "docs" / "broken.md").write_bytes(b"\xff\xfe\x00\xd8")
    added = swarm(tmp_path, "docs", "add", "docs")
    assert (added.returncode, added.stderr) == (0, "")
    assert added.stdout.startswith("Indexed 1 document, 1 could not be read: `docs/oncall.md`.")
    assert "4711" in swarm(tmp_path, "docs", "search", "pager number").stdout
    listed = json.loads(swarm(tmp_path, "docs", "list", "--json").stdout)
    assert listed["artifacts"][0]["data"]["rows"][0][0] == "docs/oncall.md"
    assert swarm(tmp_path, "docs", "remove", "oncall.md").stdout.startswith("Removed `docs/oncall.md`")


def test_what_cannot_be_done_is_one_line_on_stderr_and_exit_code_1(tmp_path: Path) -> None:
    for args, words in (
        (("add", "missing.md"), "no local file"),
        (("remove", "missing.md"), "no document"),
        (("add", "http://[::1]/"), "private"),
    ):
        done = swarm(tmp_path, "docs", *args)
        assert (done.returncode, done.stdout) == (1, "")
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_eval_rag_prints_the_ways_and_writes_the_result(tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    unknown = '{"id": "x", "question": "who paints the bridges of the city", "unanswerable": true}'
    questions.write_text("\n".join([*QUESTIONS.read_text().splitlines()[:5], unknown]))
    done = swarm(tmp_path, "eval", "rag", "--corpus", str(HANDBOOK), "--questions", str(questions), "--json", "out.json")
    assert done.returncode == 0, done.stderr
    for way in ("as used", "BM25 alone", "vectors alone", "rank fusion"):
        assert f"\n{way} " in done.stdout
    result = json.loads((tmp_path / "out.json").read_text())
    assert (result["suite"], result["model"], result["cases"]) == ("rag", "wordllama", 5)
    assert {"recall_at_1", "recall_at_5", "mrr_at_10", "pass_at_5", "query_p50_ms", "query_p95_ms", "abstention_auc"} == set(
        result["metrics"]
    )
