"""Remembering: what a user wants to be kept in mind, shown and forgotten on request. Only the user's own words are kept."""

from tools.kinds import Note, NoteWords
from tools.memory.notebook import Notebook
from tools.result import ToolResult
from tools.tool import tool


@tool(
    effect="read",
    examples=[
        "remember that my bucket is datasets",
        "my bucket is datasets",
        "the usual experiment is churn",
        "always use UTC+2",
        "from now on show me times in UTC+2",
        "keep in mind that I prefer short answers",
        "note that our pipeline is churn-training",
        "when I say the usual pipeline I mean iris",
        "please remember this for next time",
        "remember that our default bucket is {bucket}",
        "remember that {pipeline} is mine",
        "note that the release is on every Monday at 9:30",
        "memorize that the team sits in Hamburg",
        "keep in mind that site 4 is offline",
        "for later: we use UTC",
        "please note that {run} is the baseline",
        "note that the usual experiment is {experiment}",
        "for the future, remember I like short answers",
        "note: threshold 0.7 for the gearbox",
        "I want you to remember that {pipeline} is mine",
    ],
)
def remember_note(notebook: Notebook, /, note: Note) -> ToolResult:
    """Remember what the user says about their usual names and wishes, for later conversations. Only on the user's own request."""
    lead = "I will remember" if notebook.add(note) else "I remember already"
    return ToolResult(content=f"{lead}: {note}")


@tool(
    effect="read",
    examples=[
        "what do you remember about me",
        "what do you know about me",
        "show my profile",
        "list what you remember",
        "what have you noted",
        "which preferences of mine do you keep",
        "notes",
        "show notes",
        "show all my notes",
        "show my notes",
        "what do you remember",
        "which notes are there",
        "what did I ask you to remember",
        "what did I tell you about myself",
        "which things have you noted about me",
    ],
)
def list_notes(notebook: Notebook, /) -> ToolResult:
    """List everything that is remembered about the user."""
    notes = notebook.notes()
    if not notes:
        return ToolResult.no_data("I remember nothing about you. Say, for example, “remember that my bucket is datasets”.")
    return ToolResult(content="I remember:\n\n" + "\n".join(f"- {note}" for note in notes))


@tool(
    effect="read",
    examples=[
        "forget my bucket",
        "forget that my bucket is datasets",
        "forget what I said about UTC+2",
        "do not remember my experiment any more",
        "remove the note on my bucket",
        "forget everything you know about me",
        "remove the note about UTC",
        "delete the note about the release",
        "forget the note about the audit",
        "drop the note on the team",
        "you may forget the note on short answers",
        "forget what I said about my bucket",
        "the note about {pipeline} is no longer true, forget it",
    ],
)
def forget_note(notebook: Notebook, /, words: NoteWords) -> ToolResult:
    """Forget what is remembered about the user: the notes that have these words, or all of them for 'everything'."""
    gone = notebook.remove(words)
    if not gone:
        return ToolResult.no_data(f"Nothing that I remember has the words “{words}”. “What do you remember about me?” lists it.")
    return ToolResult(content="Forgotten:\n\n" + "\n".join(f"- {note}" for note in gone))
