"""Kept schemas of components are those that Gradio makes."""

import gradio as gr
from gradio.components.base import Component
from gradio.components.multimodal_textbox import MultimodalData

from ui.web.schemas import keep_schemas


class Kept(MultimodalData):
    """What a text box takes."""


class Box(gr.MultimodalTextbox):
    data_model = Kept
    is_template = True


def _described() -> dict[str, object]:
    made: Component = Box(render=False)
    return made.api_info()


def test_every_component_is_described_as_before() -> None:
    before = _described()
    keep_schemas(Kept)
    first, second = _described(), _described()
    assert first == second == before
    assert first["additional_description"] == "What a text box takes."
