"""The page that shows an OpenAPI description to people. Nothing of it is loaded from elsewhere."""

import json
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{ api.info.title }}: API</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
summary { cursor: pointer; padding: .4rem 0 } code, pre { font: 14px/1.4 ui-monospace, monospace }
pre { overflow: auto; padding: .6rem; border: 1px solid #8888; border-radius: 6px }
.method { display: inline-block; width: 4.5rem; font-weight: 600 }
</style>
<h1>{{ api.info.title }}: API</h1>
<p>{{ api.info.description }}</p>
<p>The same as OpenAPI: <a href="openapi.json">openapi.json</a>. Programs sign in with <code>Authorization: Bearer &lt;token&gt;</code>.</p>
{% for path, methods in api.paths.items() %}{% for method, operation in methods.items() %}
<details><summary><code><span class="method">{{ method | upper }}</span> /api{{ path }}</code> {{ operation.description }}</summary>
{% if operation.parameters %}<ul>{% for p in operation.parameters %}
<li><code>{{ p.name }}</code> ({{ p["in"] }}{{ ", required" if p.required }}) {{ p.description }}</li>{% endfor %}</ul>{% endif %}
{% for type, body in (operation.requestBody or {}).get("content", {}).items() %}<p>Body, <code>{{ type }}</code>:</p>
<pre>{{ body.schema | written }}</pre>{% endfor %}
<p>Answers:</p>
<ul>{% for status, answer in operation.responses.items() %}<li><code>{{ status }}</code> {{ answer.description }}</li>{% endfor %}</ul>
</details>{% endfor %}{% endfor %}
<h2>Types</h2>
{% for name, schema in api.components.schemas.items() %}
<details><summary><code>{{ name }}</code> {{ schema.description }}</summary><pre>{{ schema | written }}</pre></details>
{% endfor %}
"""


def page(description: dict[str, Any]) -> str:
    """The page for an OpenAPI description."""
    environment = Environment(autoescape=True)
    environment.filters["written"] = lambda schema: Markup.escape(json.dumps(schema, indent=2))
    return environment.from_string(_PAGE).render(api=description)
