"""The one place where the machinery is given what the rooms add: handlers, repeated jobs, steps, tools."""

from collections.abc import Callable
from pathlib import Path

import handlers
from bot.assistant import Product
from bot.broadcasts.audience import list_report
from bot.broadcasts.audience.intake import ListIntake
from bot.broadcasts.sending.steps import BroadcastSteps
from bot.broadcasts.sending.watching import Watching
from bot.cases.roles import Appointed
from bot.codes import Codes
from bot.enrolling import file as enrolment_file
from bot.jobs import RepeatedJob
from bot.privacy import my_data, retention
from bot.privacy.erasing import Erasing
from bot.turn import Tools

#: seconds between two looks for files that have lain here long enough
_TIDYING = 3600
#: seconds between two looks for people who should be erased and are not, or are not on the list
_ERASING = 60


def product(
    codes: Codes | None = None, folder: Callable[[], Path] | None = None, appointed: Appointed | None = None
) -> Product:
    """Put Jembatan together: `codes` seal tickets and certificates, `folder` is where the list of erasures is kept.

    Without `codes`, seals are good as long as the process runs; without `folder`, no list is kept.
    """
    return Product(
        handlers.ROUTERS,
        jobs=(
            RepeatedJob(_TIDYING, "tidying", enrolment_file.forget),
            RepeatedJob(_TIDYING, "my-data", my_data.forget),
            RepeatedJob(_TIDYING, "lists", list_report.forget),
            RepeatedJob(_ERASING, "erasing", Erasing(folder).run),
            RepeatedJob(retention.DAY, retention.JOB, retention.run),
            RepeatedJob(retention.WEEK, "retention-report", retention.report),
        ),
        steps=BroadcastSteps,
        watchers=(Watching,),
        intake=ListIntake,
        tools=Tools(codes or Codes(), appointed or Appointed()),
    )
