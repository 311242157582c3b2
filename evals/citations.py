"""Whether citations hold: each statement of the built-in planner's answers stands in the passage that it cites.

`python -m evals.citations CORPUS QUESTIONS` adds a folder of documents to a new index, asks every question of a file, and prints the
statements that their passages do not hold; the exit code is 1 when there are some.
"""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.rag import asked_in
from knowledge.knowledge import Knowledge
from knowledge.settings import KnowledgeSettings
from swarm.citations import cite
from swarm.planner.quoting import quoted
from swarm.records import tool_message
from swarm.reply import Step
from tools.docs.search import search_docs
from tools.result import Source


def answered(knowledge: Knowledge, question: str) -> tuple[str, list[Source]]:
    """What the built-in planner says to what the search found, with the sources renumbered as a reply has them."""
    result = search_docs(knowledge, query=question)
    step = Step(id="1", agent="rag", tool="search_docs", args={"query": question}, effect="read", status="ok", ms=0)
    return cite(quoted(question, tool_message("1", result, step, [])), result.sources)


def statements(answer: str) -> list[tuple[str, int]]:
    """Parts of an answer, each with the citation that follows it; parts of one part are what ellipses and
    a heading leave, code stands for itself."""
    found = []
    told = (answer.partition("What comes nearest:")[2] or answer).replace("Other pages near it: ", "")
    for part in re.finditer(r"(.*?)\[(\d+)\]:?", re.sub(r"```.*?```", " ", told, flags=re.DOTALL), re.DOTALL):
        words = re.sub(r"(?:^|\n)From $|^[\s,.]+", "", part.group(1))
        words = re.sub(r"^\*\*(.+?)\*\* ", r"\1 … ", words)
        found += [(_plain(piece), int(part.group(2))) for piece in words.split(" … ") if _plain(piece)]
    return found


def held(statement: tuple[str, int], sources: list[Source]) -> bool:
    """Whether the cited passage has the statement, word by word."""
    words, number = statement
    return any(words in _plain(f"{s.title} {s.section} {s.text}") for s in sources if s.n == number)


def main(corpus: str, questions: str) -> int:
    """Ask, check and print; the exit code."""
    checked = broken = 0
    with TemporaryDirectory() as home:
        knowledge = Knowledge(KnowledgeSettings(home=Path(home)))
        knowledge.add(corpus)
        for asked in asked_in(Path(questions)):
            answer, sources = answered(knowledge, asked.question)
            wrong = [one for one in statements(answer) if not held(one, sources)]
            checked += len(statements(answer))
            broken += len(wrong)
            for words, number in wrong:
                print(f"{asked.question}: [{number}] does not say: {words}")  # noqa: T201 - the command's output
        knowledge.close()
    print(f"{checked} statements checked, {broken} not held by what they cite")  # noqa: T201 - the command's output
    return 1 if broken else 0


def _plain(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
