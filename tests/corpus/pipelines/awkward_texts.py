"""Quotes, line ends, shell and unicode in a parameter."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="awkward-texts")
def pipeline(text: str) -> str:
    return echo(text=text).output


ARGUMENTS = {"text": 'it\'s "q" $HOME `id` \\n\n ü 漢 🎉 python3'}
OUTPUTS = {"Output": 'it\'s "q" $HOME `id` \\n\n ü 漢 🎉 python3'}
LOCAL = "replaces python3 in parameters"
