"""What another tool has written comes back byte for byte, and what is translated keeps all it does not touch."""

import pytest

from service.dialects.mending import mend
from service.dialects.translating import translate
from tests.client import Client
from tests.dialects import foreign
from tests.dialects.foreign import ALL, CAMUNDA_7, PLAIN

BOM = b"\xef\xbb\xbf"


def as_on_windows(name: str) -> bytes:
    return BOM + foreign.xml_of(name).replace(b"\n", b"\r\n")


def in_utf_16(name: str) -> bytes:
    text = foreign.xml_of(name).decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    return text.encode("utf-16")


VARIANTS = {
    **{name: foreign.xml_of(name) for name in ALL},
    "line ends and mark of Windows": as_on_windows(CAMUNDA_7),
    "another encoding": in_utf_16(CAMUNDA_7),
    "white space and instructions": b"<?xml version='1.0'?>\n\n<?editor tab=2?>\n  <!-- a -->\n"
    + foreign.xml_of(PLAIN).partition(b"\n")[2].replace(b"/>", b"\n   />").rstrip()
    + b"\n\n<!-- the end -->\n\n",
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_file_of_another_tool_is_downloaded_byte_for_byte(client: Client, name: str) -> None:
    draft = foreign.upload(client, VARIANTS[name])
    assert foreign.fetched(client, draft) == VARIANTS[name]


def test_a_translation_keeps_mark_line_ends_and_comments() -> None:
    made = translate(as_on_windows(CAMUNDA_7), {}).xml
    assert made.startswith(BOM + b'<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- Kept by')
    assert made.count(b"\n") == made.count(b"\r\n") and made.endswith(b"</bpmn:definitions>\r\n")


def test_a_translation_changes_no_line_that_it_has_no_business_with() -> None:
    sent = foreign.xml_of(CAMUNDA_7).partition(b"<bpmndi:BPMNDiagram")[0].splitlines()
    made = set(translate(foreign.xml_of(CAMUNDA_7), {}).xml.splitlines())
    changed = [line for line in sent if line.strip() and line not in made]
    assert len(changed) == 2, changed  # the process with its key, and the condition


def test_a_mend_changes_nothing_else() -> None:
    sent = foreign.xml_of(PLAIN)
    made, forms = mend(sent, {}, "process_off", "Surat_Masuk")
    assert made == sent.replace(b'isExecutable="false"', b'isExecutable="true"') and forms == {}


def test_what_is_translated_already_comes_back_byte_for_byte() -> None:
    once = translate(foreign.xml_of(CAMUNDA_7), {}, origin="Process_1k2cuti/1")
    again = translate(once.xml, once.forms)
    assert again.xml == once.xml and again.forms == once.forms
    assert again.dialect.code == "alur"


def test_a_file_in_another_encoding_can_be_translated() -> None:
    made = translate(in_utf_16(CAMUNDA_7), {})
    assert "sisa_cukup == True" in made.xml.decode("utf-16")
