"""A real Chromium without a window, driven by its DevTools protocol (https://chromedevtools.github.io/devtools-protocol/)."""

import asyncio
import base64
import contextlib
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-extensions"),
    *("--disable-component-update", "--disable-sync", "--mute-audio", "--hide-scrollbars", "--disable-dev-shm-usage"),
    *("--no-sandbox", "--remote-debugging-port=0", "--remote-allow-origins=*"),
)
"""Without its sandbox: CI runs as root, and all that is shown is ours. Port 0: any that is free."""
START_SECONDS = 30.0
WAIT_SECONDS = 15.0


def find_browser() -> str | None:
    """Give the program, or None where there is none; LOGSHIP_TEST_CHROMIUM names another."""
    named = os.environ.get("LOGSHIP_TEST_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def running_browser(program: str, folder: Path) -> Iterator[str]:
    """Run it while the block runs, with its profile in the folder; gives the address of its DevTools."""
    command = [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    # The program may be a script that starts it: all of them end together.
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if "DevTools listening on " in line:
                break
        else:
            raise AssertionError("".join(said))
        yield line.split("DevTools listening on ")[1].strip()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()


class Page:
    """One tab, with a profile of its own; ``problems`` are what its console said and what it refused to do."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.problems: list[str] = []
        self.loads = 0
        """How many documents it has loaded."""
        self._socket = socket
        self._session: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def listen(self) -> None:
        """Take what the browser says, until the connection ends."""
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                self._answers.pop(said["id"]).set_result(said)
            else:
                self._note(said["method"], said.get("params", {}))

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            self.problems.append(str(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.problems.append(str(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.problems.append(params["entry"]["text"])
        elif method == "Page.loadEventFired":
            self.loads += 1

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Have the browser do something; gives its answer, or fails with its words."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params, **self._session})
        said = await asyncio.wait_for(answer, START_SECONDS)
        assert "error" not in said, f"{method}: {said['error']}"
        result: dict[str, Any] = said["result"]
        return result

    async def open(self) -> None:
        """Make the tab."""
        context = await self.send("Target.createBrowserContext", disposeOnDetach=True)
        target = await self.send("Target.createTarget", url="about:blank", browserContextId=context["browserContextId"])
        session = await self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = {"sessionId": session["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Accessibility"):
            await self.send(f"{domain}.enable")
        await self.shape(1200, 900)

    async def shape(self, width: int, height: int, *, dark: bool = False, phone: bool = False) -> None:
        """Set the size in CSS pixels, the colour scheme, and whether it is a phone."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        await self.send("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])

    async def go(self, url: str) -> None:
        """Load a page."""
        await self.send("Page.navigate", url=url)

    async def run(self, script: str) -> Any:
        """Give what a script comes to, as JSON has it; what it does to the page is bound by the page's policy."""
        how = {"awaitPromise": True, "returnByValue": True, "allowUnsafeEvalBlockedByCSP": False}
        result = await self.send("Runtime.evaluate", expression=script, **how)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    async def wait(self, script: str, seconds: float = WAIT_SECONDS) -> Any:
        """Give what a script comes to, once that is something true."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := await self.run(script)):  # noqa: ASYNC110 - the browser is another process
                    await asyncio.sleep(0.05)
        except TimeoutError:
            shown = await self.text()
            pytest.fail(f"not in {seconds} s: {script}\n{shown}\n{self.problems}")
        return found

    async def text(self, selector: str = "body") -> str:
        """Give the text that an element shows, with common blanks."""
        return str(await self.run(f"document.querySelector({selector!r}).innerText")).replace("\N{NO-BREAK SPACE}", " ")

    async def press(self, key: str, text: str = "") -> None:
        """Press and release a key."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        words = {"key": key, "windowsVirtualKeyCode": codes.get(key, 0), **({"text": text} if text else {})}
        await self.send("Input.dispatchKeyEvent", type="keyDown", **words)
        await self.send("Input.dispatchKeyEvent", type="keyUp", **words)

    async def tree(self) -> list[tuple[str, str]]:
        """Give (role, name) of all that a screen reader gets, in its order."""
        nodes = (await self.send("Accessibility.getFullAXTree"))["nodes"]
        by_id = {node["nodeId"]: node for node in nodes}
        found, left = [], [nodes[0]["nodeId"]]
        while left:
            node = by_id[left.pop()]
            left += [child for child in reversed(node.get("childIds", ())) if child in by_id]
            if not node.get("ignored"):
                found.append((node["role"]["value"], str(node.get("name", {}).get("value", ""))))
        return found

    async def picture(self) -> bytes:
        """Give a PNG of what is seen without scrolling."""
        return base64.b64decode((await self.send("Page.captureScreenshot", format="png"))["data"])


@contextlib.asynccontextmanager
async def new_page(address: str) -> AsyncIterator[Page]:
    """Open a tab in the browser at the address of its DevTools."""
    async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
        page = Page(socket)
        listening = asyncio.create_task(page.listen())
        try:
            await page.open()
            yield page
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
