"""A study as data and as files: `study` and `yard` the document that map, package and batch read, `layers` its files."""

from siting.export.layers import COLUMNS, dumps, layout_geojson, study_files
from siting.export.study import document

__all__ = ["COLUMNS", "document", "dumps", "layout_geojson", "study_files"]
