from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from standalone.samples.page import confusion_section, page, roc_section, values_section


class Tags(HTMLParser):
    def __init__(self, markup: str):
        super().__init__()
        self.opened: list[str] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.opened.append(tag)

    def handle_data(self, data):
        self.text += data


texts = st.text(alphabet=st.characters(exclude_categories=["C"]), max_size=40)


@given(title=texts, introduction=texts, values=st.dictionaries(texts, texts, max_size=3))
def test_no_text_becomes_markup(title, introduction, values):
    rows = len(values) - ("display_name" in values)
    markup = Tags(page(title, introduction, values_section("Values", values)))
    assert [tag for tag in markup.opened if tag in ("h1", "p", "tr")] == ["h1", "p"] + ["tr"] * rows
    assert not set(markup.opened) - {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "tr", "th", "td"}
    assert introduction in markup.text


def test_values_are_sorted_and_rounded():
    section = values_section("Metrics", {"recall": 0.123456, "accuracy": 1.0, "display_name": "metrics", "kernel": "rbf", "rows": 178})
    assert Tags(section).text == "Metricsaccuracy1kernelrbfrecall0.1235rows178"
    assert section.count('class="number"') == 3


def test_confusion_matrix_escapes_names_and_keeps_counts():
    matrix = {"annotationSpecs": [{"displayName": "<b>"}, {"displayName": "no"}], "rows": [{"row": [7.0, 0.0]}, {"row": [1.0, 12.0]}]}
    section = Tags(confusion_section({"confusionMatrix": matrix}))
    assert section.text.endswith("<b>no<b>70no112")
    assert "b" not in section.opened


def test_roc_curve_reads_both_shapes_of_metadata():
    curve = [{"falsePositiveRate": 0.0, "recall": 0.0}, {"falsePositiveRate": 0.5, "recall": 1.0}]
    section = roc_section({"confidenceMetrics": curve})
    assert 'points="20.0,280.0 150.0,20.0"' in section
    assert roc_section({"confidenceMetrics": {"list": curve}}) == section
