"""What would make a study pass, as text; from the document, so that it says what the files say."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from siting import quantities, wording


def print_mitigation(data: dict[str, Any], console: Console) -> None:
    """Print the `mitigation` of a study document: a table, what does not help, and the frontier."""
    console.print(
        f"Allowed as it is: {wording.units(data['allowed'])}; looked for: {wording.units(data['goal'])}."
    )
    if data["remedies"]:
        table = Table(
            "",
            "what",
            "how much",
            "units",
            "smallest margin",
            *_cost_head(data),
            "which",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        for number, row in enumerate(data["remedies"], start=1):
            table.add_row(
                str(number), row["kind"], row["size"], str(row["units"]), _margin(row),
                *_cost(data, row), row["sentence"],
            )  # fmt: skip
        console.print(table)
    for sentence in (*data["no_help"], *data["notes"]):
        console.print(sentence)
    if data["frontier"]:
        console.print("\nMore units, by the smallest wall and by the fewest decibels found for each number:")
        table = Table("units", "what", "how much", *_cost_head(data), box=box.SIMPLE_HEAD, pad_edge=False)
        for row in data["frontier"]:
            table.add_row(str(row["units"]), row["kind"], row["size"], *_cost(data, row))
        console.print(table)
    console.print(f"{data['runs']} full runs; every row above but a period cap is one of them.")


def _margin(row: dict[str, Any]) -> str:
    return "—" if row["margin_db"] is None else quantities.margin(row["margin_db"])


def _cost_head(data: dict[str, Any]) -> list[str]:
    return [] if data["costs"] is None else [f"cost, {data['costs']['currency']}"]


def _cost(data: dict[str, Any], row: dict[str, Any]) -> list[str]:
    if data["costs"] is None:
        return []
    return ["—" if row["cost"] is None else f"{row['cost']:,.0f}"]
