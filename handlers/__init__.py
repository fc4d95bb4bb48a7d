"""The table of contents of the product: what a person can do here. The first rule that fits takes the turn."""

from handlers import ask, card, courtesy, language, lost, menu, start, wrong

ROUTERS = (
    start.router,  # /start, from a greeting to a poster's code
    menu.router,  # the menu, for those who do not know what to ask
    language.router,  # changing the language
    card.router,  # what stands under an answer: sections, related cards, sources
    wrong.router,  # "Not right?" under an answer
    courtesy.router,  # greetings, thanks, stickers: what asks nothing
    ask.router,  # every other text is a question
    lost.router,  # never silent: what nobody took is answered and counted
)
