"""What steps of a world's pipelines write: the type of an artifact by its name, and the lines of code that write it."""

import re
from collections.abc import Mapping
from typing import Literal

Kind = Literal["Metrics", "ClassificationMetrics", "HTML", "Markdown", "Model", "Dataset", "Artifact"]
_KINDS: list[tuple[str, Kind]] = [
    (r"confusion|roc", "ClassificationMetrics"),
    (r"metric|score", "Metrics"),
    (r"plot|chart|curve|html|figure|heatmap|map$", "HTML"),
    (r"report|summary|card|notes|markdown", "Markdown"),
    (r"model|weights|checkpoint|classifier|regressor|encoder", "Model"),
    (r"data|table|features|predictions|labels|split|sample|forecast|embeddings|csv|train|test|valid", "Dataset"),
]
_MAKERS: dict[Kind, str] = {
    "Model": r"train|fit|tune|learn|build",
    "Metrics": r"eval|test|valid|score|metric|backtest|assess|check",
    "ClassificationMetrics": r"eval|test|valid|score|metric|backtest|assess|check",
    "Dataset": r"load|prep|split|clean|feature|extract|ingest|read|import|predict|infer|forecast",
    "HTML": r"plot|report|eval|test|valid|backtest|visual|chart",
    "Markdown": r"report|summar|eval|valid|card|check",
}


def kind_of(name: str) -> Kind:
    """The KFP type that a name suggests."""
    return next((kind for pattern, kind in _KINDS if re.search(pattern, name, re.I)), "Artifact")


def made_in(artifact: str, step: str) -> bool:
    """Whether a step of this name would write it."""
    pattern = _MAKERS.get(kind_of(artifact))
    return pattern is not None and re.search(pattern, step, re.I) is not None


def writer(name: str, variable: str, metrics: Mapping[str, Mapping[str, float]], base: Mapping[str, float]) -> list[str]:
    """The lines that write an artifact into `variable`; in their scope are `name_of_the_run` and `given`, the arguments.

    Args:
        name: the artifact's name.
        variable: the output in the code.
        metrics: those of the world's runs, by run.
        base: metrics from which those of other runs are derived, changed a little by their arguments.
    """
    match kind_of(name):
        case "Metrics":
            return [
                "import zlib",
                "shift = 1 + (zlib.crc32(repr(sorted(given.items())).encode()) % 41 - 20) / 1000",
                f"derived = {{k: round(v * shift, 4) for k, v in {dict(base)!r}.items()}}",
                f"for key, value in {_plain(metrics)!r}.get(name_of_the_run, derived).items():",
                f"    {variable}.log_metric(key, value)",
            ]
        case "ClassificationMetrics" if re.search("roc", name, re.I):
            rates = [i / 10 for i in range(11)]
            curve = f"{rates}, {[round(rate**0.3, 4) for rate in rates]}, {rates[::-1]}"
            return [f"{variable}.log_roc_curve({curve})"]
        case "ClassificationMetrics":
            return [f'{variable}.log_confusion_matrix(["negative", "positive"], [[412, 31], [27, 130]])']
        case "HTML":
            return [f'open({variable}.path, "w").write("<h1>{name}</h1><svg width=200 height=80><path d=\'M0 70L60 40L200 10\'/></svg>")']
        case "Markdown":
            return [f'open({variable}.path, "w").write("# {name}\\n\\n500 rows were looked at; 3 need attention.\\n")']
        case "Model":
            return ["import pickle", f'pickle.dump({{"weights": [0.1, 0.7, 0.2]}}, open({variable}.path, "wb"))']
        case "Dataset":
            return [f'open({variable}.path, "w").write("id,value,label\\n1,0.5,a\\n2,0.7,b\\n3,0.1,a\\n")']
        case _:
            return [f'open({variable}.path, "w").write(\'{{"name": "{name}"}}\')']


def _plain(metrics: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {run: dict(values) for run, values in metrics.items()}
