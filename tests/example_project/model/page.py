"""The project's page: the newest chunk is sent first, and a refusal for now is tried again."""

from lastchunk.reference_impl.contract import NetworkError

RETRYABLE = (408, 429, 500, 502, 503, 504)


class NewestFirst:
    """Its queue is a stack, its retries follow the status."""

    def __init__(self, browser, settings, stop_flow):
        self.browser = browser
        self.wait_ms = settings.retry_ms
        self.stop_flow = stop_flow
        self.waiting = []
        self.is_busy = False

    async def start(self):
        """Create the session until it is there, then record."""
        while not await self.is_sent("create", ()):
            await self.browser.sleep(self.wait_ms, self.wait_ms)
        await self.browser.start_recorder()

    async def is_sent(self, method, arguments):
        """Whether the object has answered, and not with a status that may pass."""
        try:
            response = await self.browser.fetch(method, arguments)
        except NetworkError:
            return False
        return response.status not in RETRYABLE

    async def data_available(self, chunk):
        """Upload on, until nothing waits."""
        self.waiting.append(chunk)
        if self.is_busy:
            return
        self.is_busy = True
        while self.waiting:
            newest = self.waiting.pop()
            while not await self.is_sent("upload", (newest,)):
                await self.browser.sleep(self.wait_ms, self.wait_ms)
        self.is_busy = False

    async def stop(self):
        """Write the duration down, then go through the design's stop flow."""
        await self.browser.write_row(await self.browser.stop_recorder())
        await self.stop_flow(self)
