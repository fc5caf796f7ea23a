"""Check the brand pictures: size, margins, transparency and interlacing."""

from collections.abc import Iterator
from itertools import product

from PIL import Image, UnidentifiedImageError

from .repository import Problem, Repository

# Length of the shortest side, in pixels: least and most. An icon has exactly the most.
_SIDES = {"": (128, 256), "@2x": (256, 512)}
PICTURES = tuple(
    f"{shade}{kind}{density}.png"
    for shade, kind, density in product(("", "dark_"), ("icon", "logo"), _SIDES)
)


def check(repository: Repository) -> Iterator[Problem]:
    """Report pictures that are missing or have faults."""
    for name in PICTURES:
        path = f"{repository.integration}/brand/{name}"
        if path not in repository.files:
            yield Problem(path, "is missing")
            continue
        try:
            with Image.open(repository.root / path, formats=["PNG"]) as picture:
                picture.load()
        except (UnidentifiedImageError, OSError) as err:
            yield Problem(path, f"is no PNG: {err}")
            continue
        for message in _faults(name, picture):
            yield Problem(path, message)
    folder = f"{repository.integration}/brand/"
    for path in repository.files:
        if path.startswith(folder) and path.removeprefix(folder) not in PICTURES:
            yield Problem(path, "is no picture that Home Assistant asks for")


def _faults(name: str, picture: Image.Image) -> Iterator[str]:
    """Yield the faults of a picture with this name."""
    width, height = picture.size
    least, most = _SIDES["@2x" if "@2x" in name else ""]
    if "icon" in name and (width, height) != (most, most):
        yield f"is {width}x{height}, but an icon has {most}x{most}"
    if "logo" in name and not least <= height <= most:
        yield f"is {height} high, but a logo has {least} to {most}"
    if "logo" in name and width <= height:
        yield "is no landscape, as a logo should be"
    if not picture.info.get("interlace"):
        yield "is not interlaced"
    if picture.mode != "RGBA":
        yield "has no transparent ground"
        return
    alpha = picture.getchannel("A")
    if alpha.getextrema() != (0, 255):
        yield "is not both transparent and opaque"
    if alpha.getbbox() != (0, 0, width, height):
        yield "has an empty margin"
