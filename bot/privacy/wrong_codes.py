"""Wrong codes that were tried in a conversation: whoever guesses has to wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.memory import Slot


@dataclass(slots=True)
class WrongCodes(Slot):
    wrong_codes: int = 0
    #: when the last one was written, in ISO 8601
    wrong_code_at: str = ""

    def count(self, now: datetime) -> None:
        """Count one more wrong code."""
        self.wrong_codes += 1
        self.wrong_code_at = now.isoformat()

    def are_too_many(self, most: int, within: timedelta, now: datetime) -> bool:
        """Whether `most` were tried, the last of them less than `within` ago; an older one is forgotten."""
        if self.wrong_code_at and now - datetime.fromisoformat(self.wrong_code_at) > within:
            self.wrong_codes = 0
        return self.wrong_codes >= most
