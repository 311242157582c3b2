"""Reports to look at."""

from kfp import dsl


@dsl.component
def report(page: dsl.Output[dsl.HTML], text: dsl.Output[dsl.Markdown]):
    open(page.path, "w").write("<b>x</b>")
    open(text.path, "w").write("# x")


@dsl.pipeline(name="html-and-markdown")
def pipeline():
    report()


ARTIFACTS = {"report": {"page": ("system.HTML", {}), "text": ("system.Markdown", {})}}
FILES = {"report": {"page": "<b>x</b>", "text": "# x"}}
