"""Colours, type and spacing."""

from pathlib import Path

import gradio as gr

ASSETS = Path(__file__).with_name("assets")
STYLE = ASSETS / "style.css"
FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "SF Mono", "Cascadia Code", "DejaVu Sans Mono", "monospace"]


def theme() -> gr.themes.Base:
    """The page's theme: quiet surfaces, one accent, fonts that every machine has."""
    base = gr.themes.Base(
        primary_hue=gr.themes.colors.indigo,
        secondary_hue=gr.themes.colors.slate,
        neutral_hue=gr.themes.colors.slate,
        text_size=gr.themes.sizes.text_md,
        radius_size=gr.themes.sizes.radius_lg,
        spacing_size=gr.themes.sizes.spacing_md,
        font=FONT,
        font_mono=MONO,
    )
    return base.set(
        body_background_fill="#f7f8fb",
        body_background_fill_dark="#0e1218",
        block_background_fill="#ffffff",
        block_background_fill_dark="#151a22",
        block_border_width="0px",
        block_shadow="none",
        border_color_primary="#e3e6ee",
        border_color_primary_dark="#262d38",
        input_background_fill="#ffffff",
        input_background_fill_dark="#151a22",
        input_border_color="#d5dae5",
        input_border_color_dark="#303846",
        button_primary_background_fill="#3f5bea",
        button_primary_background_fill_hover="#3049cf",
        button_primary_background_fill_dark="#4f6ef7",
        button_primary_background_fill_hover_dark="#6581ff",
        button_primary_text_color="#ffffff",
    )
