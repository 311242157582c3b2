"""The built-in planner: a chat model that needs no language model.

One pipeline of small parts: `language` (words) -> `steps` (split) -> `linking` (names that exist) -> `ranking` (which tool) ->
`arguments` (filled by kind) -> `planner` (call, ask or decline) -> `answers`; `model` makes it a LangChain chat model.
"""
