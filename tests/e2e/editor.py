"""The automation editor, as an owner uses it."""

from dataclasses import dataclass
from typing import Literal

from playwright.async_api import Locator

from .browsing import Front

type Kind = Literal["trigger", "condition"]


@dataclass(frozen=True, slots=True)
class Editor:
    """The editor with an automation; what was added last is open at the side."""

    front: Front

    @property
    def side(self) -> Locator:
        """Return where the fields of what was added last are."""
        return self.front.page.locator("ha-automation-sidebar")

    async def add(
        self, kind: Kind, name: str, device: str, search: str | None = None
    ) -> None:
        """Add a trigger or condition for a device; find it by a word, or by its type.

        What was used before is offered first, without its type.
        """
        front = self.front
        await front.press(f"Add {kind}")
        dialog = front.page.locator("add-automation-element-dialog")
        if search:
            await dialog.get_by_placeholder("Search").fill(search)
        else:
            await front.click(dialog.get_by_text("By type"))
            await front.click(dialog.get_by_text("Meter Bridge", exact=True).last)
        await front.click(dialog.get_by_text(name, exact=True).last)
        await front.see(name, self.side)
        await front.press("Add target", self.side)
        offered = self.side.locator("ha-target-picker")
        await front.click(offered.get_by_role("button", name="Devices"))
        # A meter below a bridge shows the bridge's name in its second line.
        named = offered.locator(f'[slot=headline]:text-is("{device}")')
        await front.click(named)
        await front.see("Exclude target", self.side)

    async def choose(self, text: str) -> None:
        """Choose one of the options that are shown."""
        await self.front.click(self.side.get_by_text(text, exact=True))

    async def last_for(self, seconds: int) -> None:
        """Demand that it lasts for some seconds."""
        await self.front.fill("seconds", str(seconds), self.side)

    async def tick(self) -> None:
        """Tick the box in front of the only optional field."""
        await self.front.click(self.side.locator("ha-checkbox"))

    async def save(self, name: str | None = None) -> None:
        """Save; for the first time it asks for a name."""
        await self.front.press("Save")
        if name:
            dialog = self.front.page.locator("ha-dialog-automation-save")
            await dialog.locator("input").fill(name)
            await self.front.press("Save", dialog)
