"""What the planner says about itself: greetings, what it can do, its limits, and how to connect a language model."""

import re
from collections.abc import Sequence

from swarm.planner import caution
from swarm.planner.catalogue import Known
from swarm.planner.language import words

_GREETING = re.compile(r"^\W*(?:hi|hey|hello|hiya|howdy|good (?:morning|afternoon|evening|day)|moin|hola)\b[\s\w,!.'?]{0,30}$", re.I)
_THANKS = re.compile(
    r"^\W*(?:(?:ok|okay|great|perfect|nice|cool|awesome"
    r"|super)?\W*(?:thanks?(?: you)?|thank you|thx|cheers|ta)|bye|goodbye|see you"
    r"|great|perfect|nice|cool|awesome|well done|good job)\b\W*(?:(?:a lot|so much|very much|again"
    r"|for (?:the|your) help|work|one|thanks?|thank you|that'?s all|all good)\W*)*$",
    re.I,
)
_HEARD = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|k|kk|fine|good|right|alright|all right|got it|i see|understood|noted|(?:that )?makes sense|sure|yes|yep|yeah"
    r"|lol|haha|hm+|aha|ah|oh|wow|interesting|very good|sounds good|that'?s all|all good)\b\W*)+$",
    re.I,
)
_NOTHING = re.compile(
    r"^\W*(?:no(?:pe)?|never ?mind|forget (?:it|that)"
    r"|leave it|don'?t|do not|nothing|skip it)\W*(?:thanks?|please)?\W*$",
    re.I,
)
_HALT = re.compile(r"^\W*(?:stop|abort|halt|cancel(?: (?:it|that))?)\W*(?:please)?\W*$", re.I)
_WHO = re.compile(
    r"\bare you (?:really )?(?:an? )?(?:ai|llm|bot|chatbot|robot|human|person|real|machine|computer|chatgpt|gpt\S*|claude"
    r"|(?:large )?language model)\b|\bwho (?:are you|made you|built you|am i talking to)\b|\bwhat are you\b\W*$"
    r"|\bwhat(?:'s| is) your name\b|\bhow do you work\b|\b(?:what|which) (?:language )?model (?:are you|do you use|is this)\b",
    re.I,
)
_RUDE = re.compile(
    r"^\W*(?:(?:you(?:'re|r| are)?|this(?: is)?|it(?: is|'s)|that(?: is|'s| was)|what an?|how)\W+)?"
    r"(?:(?:so|really|an?|such|very|bloody|fucking)\W+)*"
    r"(?:stupid|dumb|useless|idiot\w*|moron|rubbish|garbage|crap|sucks?|terrible|awful|shut up|screw you|fuck (?:you|off|this)|piss off)"
    r"(?:\W+(?:bot|thing|machine|computer|tool|assistant|program|idiot))?\W*$",
    re.I,
)
_HELP = re.compile(
    r"\bwhat (?:can|could|do) you (?:do|help|offer|know how)|\bwhat are you (?:able|capable|good)"
    r"|(?<!would )(?<!will )(?<!to )\bhelp me\W*$|\bhow can you help\b"
    r"|\bwhat (?:can|should) i (?:ask|say|do here|type)"
    r"|^\W*(?:help|usage|commands"
    r"|\?)\W*$|\bwhat is this\W*$|\byour (?:capabilities|features|skills|limits|limitations)\b"
    r"|\bhow does this work\W*$|\bget(?:ting)? started\b|\bwhat is possible\b",
    re.I,
)
_MODEL = re.compile(
    r"\b(?:connect|use|set ?up|configure|switch to|plug in|add)\b.{0,30}\b(?:llm"
    r"|language model|openai|gpt\S*|claude|chatgpt|own model|ollama|vllm)\b",
    re.I,
)
ABOUT = (
    "I am the built-in planner, not a language model: short, plain requests work best. To connect a language model, set `OPENAI_API_KEY`, "
    "or `OPENAI_BASE_URL` for any compatible endpoint, and `SWARM_MODEL=openai:<name>`."
)
NOTHING_DONE = "All right, nothing was done."


def can_do(known: Known) -> str:
    """What can be asked for, with names that exist."""

    def name(kind: str) -> str:
        return next((entry.name for entry in known.entries(kind)), f"<{kind}>")

    pipeline, bucket = name("pipeline"), name("bucket")
    return (
        "I work with your pipelines, data and documentation. For example:\n\n"
        f"- **pipelines and runs**: “which pipelines are there?”, “run {pipeline}”, “why did the last run fail?”, "
        "“compare the last two runs”\n"
        f"- **schedules**: “run {pipeline} every Monday at 9:30”, “which schedules are there?”\n"
        f"- **files and buckets**: “what is in {bucket}?”, “show the first rows of {name('object')}”, “upload data/new.csv to {bucket}”\n"
        "- **documentation**: “how does caching work?”"
    )


SHORT = 300
"""Characters of a greeting or of thanks at the most."""


def small_talk(text: str, known: Known, at_hand: bool = False) -> str | None:
    """What to say to greetings, thanks, questions about the assistant, and requests that are refused; None for anything else. "Stop" alone
    is a request where something that can be stopped is at hand."""
    if caution.overrides(text):
        return "I do not act on that: my rules stay, and nothing was done. " + can_do(known)
    if caution.wants_secret(text) and not re.search(
        r"\bhow (?:do|can|should|to|are)\b|\b(?:where|in which|which file)\b.*\b(?:configured?|set|rotated?|stored?"
        r"|defined?)\b|\bwhat is\b an?\b|best pract",
        text,
        re.I,
    ):
        return "I never show keys, passwords or tokens; `swarm config` lists the settings with secrets masked. " + can_do(known)
    if _MODEL.search(text):
        return ABOUT
    if _WHO.search(text):
        return f"{ABOUT}\n\n{can_do(known)}"
    short = len(text) <= SHORT
    if short and _GREETING.search(text) and len(words(text)) <= 7 and not _HELP.search(text):
        return "Hello! " + can_do(known)
    if _HELP.search(text):
        return f"{can_do(known)}\n\n{ABOUT}"
    if short and _THANKS.search(text) and len(words(text)) <= 6:
        return "You are welcome. Ask for more whenever you like."
    if short and _HEARD.search(text):
        return "All right. What shall I look at next?"
    if _RUDE.search(text):
        return "Sorry that this went wrong. Say it in other words, or ask “what can you do?”."
    if _NOTHING.search(text) or (_HALT.search(text) and not at_hand):
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


def off_topic(known: Known) -> str:
    """That a question has nothing to do with what the assistant is for."""
    return f"That is outside of what I can help with. {can_do(known)}\n\n{ABOUT}"
