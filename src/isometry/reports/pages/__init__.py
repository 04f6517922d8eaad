"""Pages for browsers: one file, offline."""

from isometry.reports.pages.page import page
from isometry.reports.pages.run_page import run_page

__all__ = ["page", "run_page"]
