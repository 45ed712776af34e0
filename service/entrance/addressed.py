"""What a list is narrowed to, as it stands in its address: so it can be kept, sent to a colleague, and gone back to."""

from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urlencode


@dataclass(frozen=True)
class InAddress:
    """Its fields are texts that bear the names they have in the address; an empty one does not stand there."""

    HOME: ClassVar[str] = ""
    """The address of the list itself."""
    PLACE: ClassVar[str] = "sesudah"
    """The field that says where a page begins."""
    FRAME: ClassVar[tuple[str, ...]] = ()
    """Fields that choose a list and leave nothing out of it."""

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return any(value for name, value in vars(self).items() if name not in (self.PLACE, *self.FRAME))

    def address(self, path: str = "", **changes: str) -> str:
        """The list, or another page with the same filters, changed so; from its beginning unless a place is named."""
        asked = replace(self, **{self.PLACE: "", **changes})
        pairs = {name: value for name, value in vars(asked).items() if value}
        path = path or self.HOME
        return f"{path}?{urlencode(pairs)}" if pairs else path
