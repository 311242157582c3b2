"""The page at `/`, in a real browser."""

import pytest
from kfp_server_api import V2beta1Run
from playwright.sync_api import expect

from tests.chromium import chromium
from tests.integration.standalone.server.support import finish

EVIL = "<img src=x onerror=document.title='broken'>"


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser):
    page = browser.new_page()
    page.set_default_timeout(15_000)
    errors = []
    page.on("pageerror", lambda error: errors.append(error))  # Playwright marks what it calls, which a built-in method does not allow
    yield page
    assert not errors
    page.close()


def test_printed_links_lead_to_something_readable(page, server, client, packages):
    pipeline = client.upload_pipeline(packages["greeting"], pipeline_name=EVIL, description="evil name")
    body = V2beta1Run(
        display_name=EVIL, pipeline_version_reference={"pipeline_id": pipeline.pipeline_id}, runtime_config={"parameters": {"name": EVIL}}
    )
    run = finish(client, client._run_api.run_service_create_run(run=body).run_id)

    page.goto(f"{server.url}/#/runs/details/{run.run_id}")
    page.get_by_label("Token").fill(server.token)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name=EVIL)).to_be_visible()
    expect(page.get_by_text("SUCCEEDED").first).to_be_visible()
    page.get_by_role("button", name="Log").first.click()
    expect(page.locator("pre")).to_contain_text(f"hello {EVIL}")

    for section, text in {"runs": EVIL, "pipelines": "evil name", "experiments": "Default", "recurringruns": "Recurring runs"}.items():
        page.goto(f"{server.url}/#/{section}")
        expect(page.get_by_role("main")).to_contain_text(text)
    page.goto(f"{server.url}/#/pipelines/details/{pipeline.pipeline_id}")
    page.locator("summary").click()
    expect(page.locator("pre")).to_contain_text("pipelineInfo")
    page.goto(f"{server.url}/#/experiments/details/{run.experiment_id}")
    expect(page.get_by_role("link", name=EVIL).first).to_be_visible()
    page.goto(f"{server.url}/#/runs/details/nowhere")
    expect(page.get_by_role("alert")).to_contain_text("not found")
    assert page.title() == "Pipelines"


def test_a_token_in_the_fragment_logs_in_and_leaves_the_address(page, server):
    page.goto(f"{server.url}/#token={server.token}")
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    assert server.token not in page.url


def test_a_wrong_token_asks_again(page, server):
    page.goto(f"{server.url}/#token=wrong")
    expect(page.get_by_label("Token")).to_be_visible()
