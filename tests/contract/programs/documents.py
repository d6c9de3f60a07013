"""What the workspaces library and the public API do with stored documents, all in one process.

entity, project   where; a run with `loss` and `acc` exists there
run               its id
The answer has a finding per question; the test compares them.
"""

import json

import wandb
import wandb_workspaces.reports.v2 as wr
import wandb_workspaces.workspaces as ws
from exchange import answer_with
from wandb_workspaces.reports.v2.interface import GalleryURL

EVERY_BLOCK = [
    wr.TableOfContents(),
    wr.H1("One – naïve"),
    wr.H2("Two", collapsed_blocks=[wr.P("hidden")]),
    wr.H3("Three"),
    wr.P(["text with ", wr.Link("a link", "https://example.test/x?a=1&b=2"), " and ", wr.InlineCode("code")]),
    wr.P(["formula ", wr.InlineLatex("e=mc^2")]),
    wr.UnorderedList(["a", "b"]),
    wr.OrderedList(["first", "second"]),
    wr.CheckedList([wr.CheckedListItem("done", checked=True), wr.CheckedListItem("open", checked=False)]),
    wr.BlockQuote("quoted"),
    wr.CalloutBlock("called"),
    wr.CodeBlock("def f():\n    return '\\n'", language="python"),
    wr.MarkdownBlock("# md\n\n- *x* | \\alpha"),
    wr.LatexBlock("\\int_0^1 x\\,dx"),
    wr.Image("https://example.test/i.png", caption="caption"),
    wr.Video("https://www.youtube.com/embed/x"),
    wr.HorizontalRule(),
    wr.Gallery([GalleryURL("https://example.test", title="t", description="d")]),
    wr.WeaveBlockSummaryTable("e", "p", "table"),
]
EVERY_PANEL = [
    wr.LinePlot(x="Step", y=["loss", "acc"], smoothing_factor=0.6, smoothing_type="exponential", log_y=True),
    wr.ScatterPlot(x="Summary('loss')", y="Config('lr')", regression=True),
    wr.BarPlot(metrics=["acc"], orientation="v", max_bars_to_show=3),
    wr.ScalarChart(metric="acc", groupby_aggfunc="mean"),
    wr.ParallelCoordinatesPlot(columns=[wr.ParallelCoordinatesPlotColumn("lr")]),
    wr.ParameterImportancePlot(with_respect_to="loss"),
    wr.RunComparer(diff_only="split"),
    wr.CodeComparer(diff="split"),
    wr.MediaBrowser(media_keys=["picture"], num_columns=3),
    wr.MarkdownPanel("*text*"),
    wr.CustomChart(query={"summary": ["loss"]}, chart_name="wandb/scatter/v0", chart_fields={"x": "loss", "y": "acc"}),
    wr.WeavePanelSummaryTable(table_name="table"),
]


def dump(report) -> dict:
    return json.loads(report._to_model().spec.model_dump_json(by_alias=True, exclude_none=True))


def stored(given: dict, view_type: str, name: str) -> dict:
    """What the public API lists under that name."""
    (found,) = wandb.Api().reports(f"{given['entity']}/{given['project']}", name=name)
    return {"id": found.id, "title": found.display_name, "author": found.user["username"], "spec": found.spec}


def write_report(given: dict) -> dict:
    place = {"entity": given["entity"], "project": given["project"]}
    runset = wr.Runset(
        **place, name="mine", query="r", filters="Config('lr') = 0.001 and Metric('State') in ['finished']"
    )
    grid = wr.PanelGrid(runsets=[runset], panels=EVERY_PANEL)
    report = wr.Report(**place, title="Every block – ü", description="about", blocks=[*EVERY_BLOCK, grid])
    report.save()
    loaded = wr.Report.from_url(report.url)
    before, after = dump(report), dump(loaded)
    loaded.title, loaded.blocks = "Every block, twice", [*loaded.blocks, wr.P("added")]
    loaded.save()
    again = wr.Report.from_url(loaded.url)
    return {
        "url": report.url,
        "id": report.id,
        "before": before,
        "after": after,
        "same_id": loaded.id == report.id == again.id,
        "title": again.title,
        "added": dump(again) == dump(loaded),
    }


def list_reports(given: dict) -> dict:
    """A draft and many reports, found page by page."""
    place = {"entity": given["entity"], "project": given["project"]}
    for number in range(3):
        wr.Report(**place, title=f"r{number}", blocks=[wr.P(str(number))]).save()
    draft = wr.Report(**place, title="draft")
    draft.save(draft=True)
    path = f"{given['entity']}/{given['project']}"
    names = [(item.display_name, item.user["username"]) for item in wandb.Api().reports(path, per_page=2)]
    urls = [item.url for item in wandb.Api().reports(path)]
    deleted = draft.delete()
    return {"listed": names, "urls": urls, "deleted": deleted}


def write_workspace(given: dict) -> dict:
    place = {"entity": given["entity"], "project": given["project"]}
    space = ws.Workspace(
        **place,
        name="Mine",
        sections=[
            ws.Section(
                name="Charts",
                panels=EVERY_PANEL[:4],
                is_open=True,
                layout_settings=ws.SectionLayoutSettings(columns=2, rows=3),
                panel_settings=ws.SectionPanelSettings(
                    x_axis="_runtime", smoothing_type="gaussian", smoothing_weight=2
                ),
            ),
            ws.Section(name="Empty", panels=[]),
        ],
        settings=ws.WorkspaceSettings(
            x_axis="loss", x_max=75, max_runs=20, group_by_prefix="first", panel_search_query="l.*"
        ),
        runset_settings=ws.RunsetSettings(
            query="r",
            regex_query=True,
            filters="Config('lr') = 0.001 or Metric('State') in ['finished']",
            groupby=[ws.Config("lr")],
            run_settings={given["run"]: ws.RunSettings(color="#ff0000", disabled=True)},
            pinned_columns=["summary:acc"],
            baseline_run=given["run"],
        ),
    )
    space.save()
    url = space.url
    loaded = ws.Workspace.from_url(url)
    same = loaded._to_model().spec.model_dump() == space._to_model().spec.model_dump()
    loaded.name = "Renamed"
    loaded.sections[0].panels.append(wr.MarkdownPanel("more"))
    loaded.save()
    other = ws.Workspace.from_url(url)
    panels = len(other.sections[0].panels)
    renamed = other.name
    other.name = "Copy"
    other.save_as_new_view()
    copy = ws.Workspace.from_url(other.url)
    return {
        "url": url,
        "copy": other.url,
        "same": same,
        "renamed": renamed,
        "panels": panels,
        "settings": [loaded.settings.x_max, loaded.settings.max_runs, loaded.runset_settings.filters],
        "copied": [copy.name, len(copy.sections[0].panels)],
        "kept": ws.Workspace.from_url(url).name,
    }


def make_chart(given: dict) -> str:
    spec = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "bar", "data": {"name": "wandb"}}
    return wandb.Api().create_custom_chart(
        entity=given["entity"], name="bars", display_name="Bars", spec_type="vega2", access="private", spec=spec
    )


def gone(given: dict, url: str) -> bool:
    report = wr.Report.from_url(url)
    assert report.delete()
    try:
        wr.Report.from_url(url)
    except TypeError:
        return True
    return False


def documents(given: dict) -> dict:
    found = {"report": write_report(given), "workspace": write_workspace(given), "chart": make_chart(given)}
    found["lists"] = list_reports(given)
    found["gone"] = gone(given, found["report"]["url"])
    return found


answer_with(documents)
