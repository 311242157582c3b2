"""An importer whose metadata has keys, too, that come from parameters."""

from kfp import dsl


@dsl.component
def show(data: dsl.Input[dsl.Dataset]) -> dict:
    return data.metadata


@dsl.pipeline(name="importer-keys")
def pipeline(owner: str = "me") -> dict:
    imported = dsl.importer(
        artifact_uri="oci://registry.example/data:1",
        artifact_class=dsl.Dataset,
        metadata={owner: "top", "nested": {owner: [f"by {owner}"]}},
    )
    return show(data=imported.output).output


OUTPUTS = {"Output": {"me": "top", "nested": {"me": ["by me"]}}}
