"""What not every machine has: the folder of real geodata, and a browser."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the checkout with real geodata, references and facts; a test that needs it is skipped without."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the folder shared is not beside the checkout")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser of Debian's package; without it a test is skipped, or failed where CI is true."""
    browser = Path("/usr/bin/chromium")
    if not browser.exists():
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"there is no {browser}, and CI is true", pytrace=False)
        pytest.skip(f"there is no {browser}")
    return browser
