"""State in the page's stop flow, which asks again and again, and in the end insists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from lastchunk.reference_impl.contract import Page, Response
from tests.attack.ground import OK, PROVED, REFUSED, VIOLATED, Patient, Tried

PAUSE_MS = 10


class Asks(Patient):
    """The page asks every 10 ms whether all is stored; at last the object must complete."""

    async def is_missing(self) -> bool:
        """Whether no chunk is counted."""
        state = await self.ctx.storage.get("state")
        return not state["chunks_uploaded"]

    async def signal_stop(self, is_last: Any = False) -> Response:
        """Complete where the chunk is stored, or where the page insists."""
        if not is_last and await self.is_missing():
            return Response(409)
        await self.complete()
        return OK

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """Count the tries in a local variable (control)."""
        tries = 0
        while True:
            response = await page.browser.fetch("signal_stop", (tries >= settings.looks_max,))
            if response.status == 200:
                return
            tries += 1
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)


class InList(Asks):
    """The answers so far, in a list."""

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """As many tries as answers."""
        answers: list[int] = []
        while not answers or answers[-1] != 200:
            is_last = len(answers) >= settings.looks_max
            response = await page.browser.fetch("signal_stop", (is_last,))
            answers.append(response.status)
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)


class ByLoop(Asks):
    """A loop over a range."""

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """The range holds the place."""
        for tries in range(100):
            is_last = tries >= settings.looks_max
            response = await page.browser.fetch("signal_stop", (is_last,))
            if response.status == 200:
                return
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)


class ByRecursion(Asks):
    """It awaits itself."""

    @staticmethod
    async def stop_flow(page: Page, settings: Any, tries: int = 0) -> None:
        """How deep it is says how often it asked."""
        response = await page.browser.fetch("signal_stop", (tries >= settings.looks_max,))
        if response.status != 200:
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)
            await ByRecursion.stop_flow(page, settings, tries + 1)


def pauses() -> Iterator[int]:
    """The pauses between two tries."""
    yield from [PAUSE_MS] * 100  # refused: ByGenerator


class ByGenerator(Asks):
    """The pauses come from a generator."""

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """The generator holds the place, and the list that it goes through."""
        left = iter([False] * settings.looks_max)  # refused
        for pause_ms in pauses():  # refused
            response = await page.browser.fetch("signal_stop", (next(left, True),))  # refused
            if response.status == 200:
                return
            await page.browser.sleep(pause_ms, pause_ms)  # refused


class ByClosure(Asks):
    """A nested function counts."""

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """By a variable that is not its own."""
        tries = 0

        def is_last() -> bool:  # refused
            nonlocal tries  # refused
            tries += 1
            return bool(tries > settings.looks_max)

        while (await page.browser.fetch("signal_stop", (is_last(),))).status != 200:  # refused
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)  # refused


class OnPage(Asks):
    """The number of tries hangs on the page."""

    @staticmethod
    async def stop_flow(page: Any, settings: Any) -> None:
        """By an attribute of one's own."""
        page.tries = 0  # refused
        while True:
            is_last = page.tries >= settings.looks_max  # refused
            response = await page.browser.fetch("signal_stop", (is_last,))
            if response.status == 200:
                return
            page.tries += 1  # refused
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)


class OnBrowser(Asks):
    """The number of tries hangs on the browser."""

    @staticmethod
    async def stop_flow(page: Any, settings: Any) -> None:
        """By an attribute of one's own."""
        page.browser.tries = 0  # refused
        while True:
            is_last = page.browser.tries >= settings.looks_max  # refused
            response = await page.browser.fetch("signal_stop", (is_last,))
            if response.status == 200:
                return
            page.browser.tries += 1  # refused
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)


class ByDefault(Asks):
    """A default value counts the tries of all sessions."""

    @staticmethod
    async def stop_flow(page: Page, settings: Any, tries: list[int] = []) -> None:  # noqa: B006  # refused
        """By a list that is made once."""
        while True:
            is_last = len(tries) >= settings.looks_max
            response = await page.browser.fetch("signal_stop", (is_last,))
            if response.status == 200:
                return
            tries.append(1)  # refused
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)


class OnClass(Asks):
    """An attribute of the class counts the tries of all sessions."""

    tries: ClassVar[int] = 0

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """By the class's name."""
        while True:
            is_last = OnClass.tries >= settings.looks_max
            response = await page.browser.fetch("signal_stop", (is_last,))
            if response.status == 200:
                return
            OnClass.tries += 1  # refused
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)


class ByAnswer(Asks):
    """The object counts, and tells the page in the body of its answer."""

    def prepare(self) -> None:
        """Not asked yet."""
        self.asked: dict[str, int] = {"times": 0}

    async def signal_stop(self, is_last: Any = False) -> Response:
        """Answer with the record of how often it was asked."""
        if not is_last and await self.is_missing():
            self.asked["times"] += 1
            return Response(409, dict(self.asked))
        await self.complete()
        return OK

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """Insist when the object was asked often enough."""
        is_last = False
        while True:
            response: Any = await page.browser.fetch("signal_stop", (is_last,))
            if response.status == 200:
                return
            is_last = response.body["times"] >= settings.looks_max
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)


class SharedAnswer(ByAnswer):
    """The body is the object's own dictionary: the page's copy stays as it was sent."""

    async def signal_stop(self, is_last: Any = False) -> Response:
        """Answer with the record itself."""
        if not is_last and await self.is_missing():
            self.asked["times"] += 1
            return Response(409, self.asked)
        await self.complete()
        return OK


class SharedArgument(Asks):
    """The page sends a list that it goes on changing: the object's copy stays as it was sent."""

    def prepare(self) -> None:
        """Nothing was sent yet."""
        self.sent: list[int] = []

    async def signal_stop(self, is_last: Any = False) -> Response:
        """Keep the list that was sent; complete where the one before is long enough."""
        sent, self.sent = self.sent, is_last
        if len(sent) < self.settings.looks_max and await self.is_missing():
            return Response(409)
        await self.complete()
        return OK

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """Send one list again and again, one longer each time."""
        sent = [0]
        while (await page.browser.fetch("signal_stop", (sent,))).status != 200:
            sent.append(0)
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)


Rule = Callable[[int], bool]


class ByRule(Asks):
    """A lambda of a table says when to insist."""

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """The rule is chosen anew at each try."""
        rules: list[Rule] = [lambda n: n > 99, lambda n: n > settings.looks_max]  # refused
        rule = rules[0]  # refused
        tries = 0
        while (await page.browser.fetch("signal_stop", (rule(tries),))).status != 200:  # refused
            tries += 1
            rule = rules[tries % 2]
            await page.browser.sleep(PAUSE_MS, PAUSE_MS)  # refused


PLAIN = (
    Asks,
    InList,
    ByLoop,
    ByRecursion,
    ByGenerator,
    ByClosure,
    OnPage,
    ByAnswer,
    SharedAnswer,
    SharedArgument,
    ByRule,
)
TRIED = (
    *(
        Tried(cls, truth, settings=(("looks_max", looks),))
        for cls in PLAIN
        for looks, truth in ((2, VIOLATED), (20, PROVED))
    ),
    *(Tried(cls, REFUSED) for cls in (OnBrowser, ByDefault, OnClass)),
)
