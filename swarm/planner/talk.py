"""What the planner says about itself: greetings, what it can do, its limits, and how to connect a language model."""

import re
from collections.abc import Sequence

from swarm.planner import caution
from swarm.planner.language import words

_GREETING = re.compile(r"^\W*(?:hi|hey|hello|hiya|howdy|good (?:morning|afternoon|evening|day)|moin|hola)\b[\s\w,!.'?]{0,30}$", re.I)
_THANKS = re.compile(
    r"^\W*(?:(?:ok|okay|great|perfect|nice|cool|awesome"
    r"|super)?\W*(?:thanks?(?: you)?|thank you|thx|cheers|ta)|bye|goodbye|see you"
    r"|great|perfect|nice|cool|awesome|well done|good job)\b\W*(?:(?:a lot|so much|very much|again"
    r"|for (?:the|your) help|work|one|thanks?|thank you|that'?s all|all good)\W*)*$",
    re.I,
)
_NOTHING = re.compile(
    r"^\W*(?:no(?:pe)?|never ?mind|forget (?:it|that)|stop|cancel(?: (?:it|that))?"
    r"|leave it|abort|don'?t|do not|nothing|skip it)\W*(?:thanks?|please)?\W*$",
    re.I,
)
_HELP = re.compile(
    r"\bwhat (?:can|could|do) you (?:do|help|offer|know how)|\bwhat are you (?:able|capable|good)|\bhelp me\W*$|\bwho are you\b"
    r"|\bwhat are you\b\W*$|\bhow do you work\b|\bhow can you help\b|\bwhat (?:can|should) i (?:ask|say|do here|type)"
    r"|\bare you (?:an? )?(?:ai|llm|bot|robot|human|real|chatgpt|gpt|claude|(?:large )?language model)\b|^\W*(?:help|usage|commands"
    r"|\?)\W*$|\bwhat is this\W*$|\byour (?:capabilities|features|skills|limits|limitations)\b"
    r"|\bhow does this work\W*$|\bget(?:ting)? started\b|\bwhat is possible\b",
    re.I,
)
_MODEL = re.compile(
    r"\b(?:connect|use|set ?up|configure|switch to|plug in|add)\b.{0,30}\b(?:llm"
    r"|language model|openai|gpt\S*|claude|chatgpt|own model|ollama|vllm)\b",
    re.I,
)
CAN_DO = (
    "I work with your pipelines, data and documentation. For example:\n\n"
    "- **pipelines and runs**: “which pipelines are there?”, “run iris-classification with "
    "max_depth=5”, “why did the last run fail?”, “compare the last two runs”\n"
    "- **schedules**: “run it every Monday at 9:30”, “pause the nightly schedule”\n"
    "- **files and buckets**: “what is in datasets?”, “show the first rows of iris.csv”, “upload data/new.csv to datasets”\n"
    "- **documentation**: “how does caching work?”"
)
ABOUT = (
    "I am the built-in planner, not a language model: short, plain requests work best. To connect a language model, set `OPENAI_API_KEY`, "
    "or `OPENAI_BASE_URL` for any compatible endpoint, and `SWARM_MODEL=openai:<name>`."
)
NOTHING_DONE = "All right, nothing was done."


def small_talk(text: str) -> str | None:
    """What to say to greetings, thanks, questions about the assistant, and requests that are refused; None for anything else."""
    if caution.overrides(text):
        return "I do not act on that: my rules stay, and nothing was done. " + CAN_DO
    if caution.wants_secret(text) and not re.search(r"\bhow (?:do|can|should|to|are)\b|\bwhat is\b an?\b|best pract", text, re.I):
        return "I never show keys, passwords or tokens; `swarm config` lists the settings with secrets masked. " + CAN_DO
    if _MODEL.search(text):
        return ABOUT
    if _GREETING.search(text) and len(words(text)) <= 7 and not _HELP.search(text):
        return "Hello! " + CAN_DO
    if _HELP.search(text):
        return f"{CAN_DO}\n\n{ABOUT}"
    if _THANKS.search(text) and len(words(text)) <= 6:
        return "You are welcome. Ask for more whenever you like."
    if _NOTHING.search(text):
        return NOTHING_DONE
    return None


def not_understood(text: str, nearest: Sequence[str]) -> str:
    """That a text was not understood, with the nearest things that can be done."""
    shown = text if len(text) <= 120 else text[:117] + "…"
    options = "\n".join(f"- {one}" for one in nearest)
    near = f" The nearest things I can do:\n\n{options}\n\n" if options else " "
    return f"I did not understand “{shown}”.{near}{ABOUT}"


def too_much(steps: int, characters: int) -> str:
    """That a request is too long."""
    most = f"up to {steps} steps in {characters:,} characters"
    return f"That is more than I can follow at once: {most}. Please send it in parts; nothing was done."


def off_topic() -> str:
    """That a question has nothing to do with what the assistant is for."""
    return f"That is outside of what I can help with. {CAN_DO}\n\n{ABOUT}"
