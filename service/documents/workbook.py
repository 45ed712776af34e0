"""Workbooks that open right in Excel: text stays text, dates are dates, nothing that was typed becomes a formula."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Value = str | int | float | bool | date | datetime | None

LONGEST_TEXT = 32_767
"""More does not go into a cell of Excel."""
LONGEST_NAME = 31

_HEAD = Font(bold=True)
_HEAD_FILL = PatternFill("solid", fgColor="E8EDF3")
_THIN = Side(style="thin", color="B8C2CC")
_LINED = Border(_THIN, _THIN, _THIN, _THIN)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


class Book:
    """A workbook written sheet by sheet and row by row; rows go to a file as they come, not into memory."""

    def __init__(self, zone: str) -> None:
        self._book = Workbook(write_only=True)
        self._zone = ZoneInfo(zone)

    def sheet(
        self, name: str, heads: Sequence[str], rows: Iterable[Sequence[Value]], widths: Sequence[float] = ()
    ) -> int:
        """Add a sheet with its heads, which stay in sight and repeat on paper, printed on A4 across; how many rows."""
        sheet = self._book.create_sheet(name[:LONGEST_NAME])
        _set_up(sheet, len(heads), widths)
        sheet.append([self._cell(sheet, head, head=True) for head in heads])
        count = 0
        for row in rows:
            sheet.append([self._cell(sheet, value) for value in row])
            count += 1
        return count

    def save(self, path: Path) -> None:
        """Write the finished file."""
        self._book.save(path)

    def to_bytes(self) -> bytes:
        """The finished file."""
        buffer = BytesIO()
        self._book.save(buffer)
        return buffer.getvalue()

    def _cell(self, sheet: WriteOnlyWorksheet, value: Value, head: bool = False) -> WriteOnlyCell:
        cell = WriteOnlyCell(sheet, value=self._fit(value))
        if isinstance(value, str):
            cell.data_type = "s"  # a text that begins with = is still a text
        if isinstance(value, datetime):
            cell.number_format = "dd/mm/yyyy hh:mm"
        elif isinstance(value, date):
            cell.number_format = "dd/mm/yyyy"
        cell.border, cell.alignment = _LINED, _WRAPPED
        if head:
            cell.font, cell.fill = _HEAD, _HEAD_FILL
        return cell

    def _fit(self, value: Value) -> Value:
        if isinstance(value, str):
            return str(ILLEGAL_CHARACTERS_RE.sub(" ", value))[:LONGEST_TEXT]
        if isinstance(value, datetime):
            return value.astimezone(self._zone).replace(tzinfo=None, microsecond=0)
        return value


def _set_up(sheet: WriteOnlyWorksheet, columns: int, widths: Sequence[float]) -> None:
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for n in range(columns):
        sheet.column_dimensions[get_column_letter(n + 1)].width = widths[n] if n < len(widths) else 18
