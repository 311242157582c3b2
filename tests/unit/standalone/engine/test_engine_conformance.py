"""The page on conformance and the corpus of pipelines tell the same story."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[4]
PAGE = ROOT / "docs" / "developers" / "conformance.md"
ROW = re.compile(r"^\|(?P<feature>[^|]+)\| (?P<verdict>right|refused) \|(?P<proof>[^|]+)\|$", re.MULTILINE)


def test_every_row_is_proved_and_every_proof_is_on_the_page() -> None:
    corpus = {path.stem for path in (ROOT / "tests" / "corpus" / "pipelines").glob("*.py")}
    named: set[str] = set()
    for row in ROW.finditer(PAGE.read_text()):
        proofs = re.findall(r"`([\w.]+)`", row["proof"])
        assert proofs, row["feature"]
        for proof in proofs:
            if proof.endswith(".py"):
                assert list((ROOT / "tests").rglob(proof)), proof
            else:
                assert (proof.startswith("refused_")) == (row["verdict"] == "refused"), proof
                named.add(proof)
    assert named == corpus
