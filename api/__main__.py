"""``python -m api`` is ``onegrid``."""

from api.command_line import main

main()
