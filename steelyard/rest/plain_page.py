"""A page of the server itself for a browser that arrives from elsewhere: what went wrong, what to do. No scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from starlette.responses import HTMLResponse, Response

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading} · Steelyard</title><link rel="icon" href="/favicon.svg">
<style>
:root {{ color-scheme: light dark; --ink: #1b2330; --soft: #566173; --ground: #f5f6f8; --card: #fff; --line: #d9dde4;
  --accent: #1f5fbf; --on: #fff }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e7eaf0; --soft: #a2acbb; --ground: #11151b; --card: #191f28;
  --line: #313a47; --accent: #8ab4f8; --on: #10151d }} }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif }}
main {{ box-sizing: border-box; width: min(30rem, 100% - 2rem); padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 12px; overflow-wrap: anywhere }}
h1 {{ font-size: 1.25rem; margin: 0 0 1rem }} p {{ margin: 0 0 1rem }} .soft {{ color: var(--soft) }}
nav {{ display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem }}
a {{ color: var(--accent); padding: .5rem 1rem; border: 1px solid var(--line); border-radius: 8px;
  text-decoration: none }}
a.first {{ background: var(--accent); border-color: var(--accent); color: var(--on) }}
a:focus-visible {{ outline: 3px solid var(--accent); outline-offset: 2px }}
</style>
</head>
<body><main>
<h1>{heading}</h1>
<p role="alert">{message}.</p>
<p>{advice}</p>
<nav>{links}</nav>
<p class="soft" style="margin: 1.5rem 0 0; font-size: .8125rem">Request {request_id}</p>
</main></body>
</html>
"""


@dataclass(frozen=True)
class PlainPage:
    """What it says. `links` are pairs of path and words; the first is the one to follow."""

    heading: str
    message: str
    advice: str
    links: Sequence[tuple[str, str]]

    def answer(self, status: int, request_id: str) -> Response:
        """Return the page. Every text is shown as text, whoever has written it."""
        first, *others = (f'href="{escape(path)}">{escape(words)}</a>' for path, words in self.links)
        content = _PAGE.format(
            heading=escape(self.heading),
            message=escape(self.message[:1].upper() + self.message[1:]),
            advice=escape(self.advice),
            links="".join([f'<a class="first" {first}', *(f"<a {other}" for other in others)]),
            request_id=escape(request_id),
        )
        return HTMLResponse(content, status, headers=_HEADERS)
