"""The command `forlob` in this process, and its words without the frames that a terminal draws around them."""

from __future__ import annotations

import re

from typer.testing import CliRunner

import cli


def here(*arguments: str) -> tuple[int, str]:
    """The command in this process: exit code, and all it said in one line of words, as a terminal may wrap it."""
    done = CliRunner().invoke(cli.app, list(arguments))
    assert "Traceback" not in done.output
    return done.exit_code, words(done.output)


def words(said: str) -> str:
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", said).split())
