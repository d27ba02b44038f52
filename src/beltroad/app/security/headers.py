"""Headers of every answer: what a page may load, who may frame it, what may be kept."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

from beltroad.app.settings import Settings

__all__ = ["POLICY", "protect", "report_policy"]

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
        "font-src 'self'", "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)  # fmt: skip
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PERSONAL = ("/login", "/logout", "/account", "/admin", "/api/v1/accounts")


def report_policy() -> str:
    """The policy of a stored report: its own inline scripts run, in an origin of no one.

    The sandbox gives it no cookies, no storage, no forms and no way to ask our pages; no source
    is allowed, so that it can load nothing either.
    """
    return "; ".join(
        (
            "sandbox allow-scripts allow-downloads", "default-src 'none'",
            "script-src 'unsafe-inline'", "style-src 'unsafe-inline'", "img-src data:",
            "font-src data:", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'",
        )
    )  # fmt: skip


def protect(headers: MutableHeaders, settings: Settings, path: str, query: str) -> None:
    """Set what is not set; nothing may hold a line break."""
    for index, (key, value) in enumerate(headers.raw):
        if b"\r" in value or b"\n" in value:
            headers.raw[index] = (key, value.replace(b"\r", b" ").replace(b"\n", b" "))
    for name, text in _FIXED.items():
        headers.setdefault(name, text)
    headers.setdefault("Content-Security-Policy", POLICY)
    if settings.secure_cookies:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if path.startswith("/static/"):
        headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if query.startswith("v=") else "no-cache"
        )
    elif path.startswith(_PERSONAL):
        headers["Cache-Control"] = "no-store"
    elif "cache-control" not in headers:
        headers["Cache-Control"] = "private, no-cache"
    elif settings.mode == "team":
        # Behind the login nothing may stay in a cache that others share.
        headers["Cache-Control"] = headers["Cache-Control"].replace("public", "private")
