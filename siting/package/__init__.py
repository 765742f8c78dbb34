"""The permit package of a study: the report to scale, the study's files checked against each other, and a manifest."""

from siting.package.folder import report_pdf, write_package

__all__ = ["report_pdf", "write_package"]
