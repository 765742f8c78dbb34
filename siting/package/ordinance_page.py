"""What the report says of the ordinance: its rules in sentences with their sections, and how the units run under it."""

from typing import Any

from siting import rule_words

Document = dict[str, Any]


def rules(document: Document) -> Document:
    """Everything that the report prints about rules, use and machines that are there already."""
    ordinance, operation = document["ordinance"], document["operation"]
    said = [f"{name}: {value}." for name, value in rule_words.runs(operation, ordinance)]
    said += rule_words.standby(operation, ordinance)
    return {
        "ordinance": None if ordinance is None else _ordinance(ordinance),
        "operation": said,
        "existing": [f"{machine}." for machine in rule_words.existing(document)],
    }


def _ordinance(ordinance: Document) -> Document:
    evidence = rule_words.EVIDENCE.get(ordinance["evidence"], ordinance["evidence"])
    return {
        "source": f"{ordinance['place']}, {ordinance['code']}, {ordinance['title']}. Evidence: {evidence}.",
        "url": ordinance["url"],
        "parts": rule_words.rules(ordinance),
        "conditions": ordinance["conditions"],
        "not_applied": ordinance["not_applied"],
    }
