"""Infrastructure: the freight network, projects on it, and shipments between cities."""

from beltroad.infrastructure.network import Network

__all__ = ["Network"]
