"""Serves the built web app: hashed assets for ever, and the one page for every path a person may open."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

# Nothing may come from elsewhere, and nothing inline runs. Blobs and data are charts, previews, and parts of one file,
# such as the textures of a model: the page has made them itself.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src {img}; media-src {img}; "
    "font-src 'self' data:; connect-src {connect}; frame-src {img}; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
_FOLDER = Path(__file__).parent.parent / "web_dist"
_MISSING = (
    "<!doctype html><title>Steelyard</title><p>The web app has not been built. Run <code>make web</code> "
    "(or install the package with pip) and reload."
)


class WebApp:
    """`bucket_origins` are where signed object URLs lead when not to ourselves; the page may load them."""

    def __init__(self, bucket_origins: str) -> None:
        self._outside = f" {bucket_origins}" if bucket_origins else ""
        self._headers = {
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        }

    async def page(self, request: Request) -> Response:
        """Return the one page. A notebook may frame it, as the client prints it there (`?jupyter=true`).

        In a frame of another site no cookie comes along: the page can only point to a tab of its own.
        """
        index = _FOLDER / "index.html"
        if not index.exists():
            return HTMLResponse(_MISSING, 503)
        policy = CONTENT_SECURITY_POLICY.format(
            img=f"'self' data: blob:{self._outside}",
            connect=f"'self' data: blob:{self._outside}",
            ancestors="*" if request.query_params.get("jupyter") == "true" else "'self'",
        )
        return HTMLResponse(index.read_text(), headers=self._headers | {"Content-Security-Policy": policy})

    async def asset(self, request: Request) -> Response:
        """Serve a file of the build; names hold a content hash, so they are cached for ever."""
        path = (_FOLDER / request.url.path.lstrip("/")).resolve()
        if not path.is_relative_to(_FOLDER) or not path.is_file():
            return Response("not found", 404)
        hashed = request.url.path.startswith("/assets/")
        cache = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return FileResponse(path, headers={"Cache-Control": cache, "X-Content-Type-Options": "nosniff"})
