"""A look for what an owner would mind on a page, in a wide and in a narrow window."""

from dataclasses import dataclass, field
from pathlib import Path

from mashumaro.codecs.basic import decode

from scripts.demo.waiting import until

from .browsing import NARROW, WIDE, Front

LAYOUT = Path(__file__).with_name("layout.js").read_text("utf-8")
WINDOWS = {"narrow": NARROW, "wide": WIDE}
# Animations end within this time.
SETTLES_WITHIN = 5.0


async def complaints(front: Front) -> set[str]:
    """Return what an owner would mind of what is shown now."""
    return set(decode(await front.page.evaluate(LAYOUT), list[str]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an owner would mind, by the name of the view; `known` is nothing of ours."""

    front: Front
    known: frozenset[str] = frozenset()
    wrong: dict[str, set[str]] = field(default_factory=dict)

    async def at(self, view: str) -> None:
        """Look at what is shown now in both windows; it must be there already."""
        for name, (width, height) in WINDOWS.items():
            await self.front.page.set_viewport_size({"width": width, "height": height})
            if found := await until(self._found, lambda each: not each, SETTLES_WITHIN):
                self.wrong[f"{view}, {name}"] = found

    async def _found(self) -> set[str]:
        """Return what an owner would mind once the page is drawn again."""
        await self.front.drawn()
        return await complaints(self.front) - self.known
