"""One diagnosis, or two of the same model, as one HTML file that needs nothing else."""

from isometry.reports.pages.page import page

__all__ = ["page"]
