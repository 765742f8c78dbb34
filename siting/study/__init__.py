"""From a lot and a question to a study: what is asked, the case, the layouts, the verdict."""

from siting.study.steps import assess, placed

__all__ = ["assess", "placed"]
