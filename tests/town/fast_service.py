"""`python -m tests.town.fast_service run`: the command line where Telegram takes ten times as much a second."""

from bot.channels.telegram.channel import Telegram
from bot.cli import main
from bot.pace import Rate

#: messages a second, in all and to one chat
RATE = Rate(overall=300, to_one=1)

if __name__ == "__main__":
    Telegram.rate = RATE
    main()
