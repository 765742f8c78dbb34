import pytest


@pytest.fixture
def write(tmp_path):
    def write_text(text, name="mine.toml"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write_text
