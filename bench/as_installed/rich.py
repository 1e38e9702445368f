"""Takes the place of `rich`, which the tests' tools bring and structlog loads where it is: 4 MB no installed tool has."""

raise ImportError("not installed where the tool runs")
