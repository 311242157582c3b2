"""A user that a language model plays: it knows what it wants, sees what is answered, and ends when it has it."""

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from evals.chat.cases import Case
from swarm.assistant import Assistant
from swarm.models import open_model
from swarm.planner.catalogue import Catalogue
from swarm.reply import Reply
from swarm.settings import Settings
from tools.services import Services

MOST_TURNS = 8
DONE = "DONE"
_PART = """You play a person who talks to an assistant for machine-learning operations. You want this: {goal}
Write only what this person would type next: one short message, one thing at a time, in your own words.
Never invent names; keep those of your goal exactly. Answer the questions of the assistant.
When you have all you wanted, or see that you will not get it, write only {done}."""


class SimulatedUser:
    """Talks a case through by its goal; a case without one is talked through as its script says what is wanted."""

    def __init__(self, settings: Settings) -> None:
        self._model = open_model(settings, Catalogue([], Services({})))

    async def __call__(self, assistant: Assistant, case: Case, session: str) -> list[Reply]:
        """The replies to what the user said; approvals are given unless the case refuses the turn."""
        goal = case.goal or " Then: ".join(case.turns)
        talk: list[BaseMessage] = [SystemMessage(_PART.format(goal=goal, done=DONE)), HumanMessage("(The assistant waits.)")]
        replies: list[Reply] = []
        while len(replies) < MOST_TURNS:
            said = (await self._model.ainvoke(talk)).text.strip()
            if not said or (said.rstrip(".") == DONE and replies):
                break
            refused = len(replies) + 1 in case.refuse
            replies.append(await assistant.ask(said, session=session, approve="none" if refused else "all"))
            talk += [AIMessage(said), HumanMessage(replies[-1].answer)]
        return replies
