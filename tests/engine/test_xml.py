"""What strangers may hand in as XML, and what is refused before anything else looks at it."""

import socket
from pathlib import Path

import pytest

from service.engine.xml import MOST_BYTES, MOST_DEPTH, MOST_ELEMENTS, read_xml
from service.errors import Invalid

OPEN = '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">'
CLOSE = "</bpmn:definitions>"
GOOD = f"{OPEN}<bpmn:process id='alur'/>{CLOSE}"


def code(xml: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        read_xml(xml)
    (finding,) = refused.value.findings
    assert finding.blocks and finding.what and finding.why and finding.mend
    return finding.code


def laughs(word: str) -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE d [<!ENTITY l0 "{word}">{levels}]>'


DOCTYPES = {
    "empty": "<!DOCTYPE d>",
    "internal": '<!DOCTYPE d [<!ENTITY a "b">]>',
    "file": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "parameter": '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
    "external": '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">',
    "public": '<!DOCTYPE d PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd">',
    "attributes": '<!DOCTYPE d [<!ATTLIST process id CDATA "injected">]>',
    "notation": '<!DOCTYPE d [<!NOTATION n SYSTEM "file:///bin/sh">]>',
}


def test_a_diagram_is_read() -> None:
    assert read_xml(GOOD.encode()).getroot()[0].get("id") == "alur"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_diagram_is_read_in_any_encoding_it_declares(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    assert read_xml(f'<?xml version="1.0" encoding="{declared}"?>{GOOD}'.encode(encoding))


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_any_encoding(doctype: str, encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?>{DOCTYPES[doctype]}{GOOD}'
    assert code(xml.encode(encoding)) == "xml_doctype"


@pytest.mark.parametrize(
    "body",
    ["<bpmn:process id='&l9;'/>", "<bpmn:process id='a'><bpmn:documentation>&l9;</bpmn:documentation></bpmn:process>"],
)
def test_a_billion_laughs_are_refused(body: str) -> None:
    assert code(f"{laughs('ha')}{OPEN}{body}{CLOSE}".encode()) in ("xml_doctype", "xml_unreadable")


def test_no_file_of_the_server_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    xml = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{OPEN}<bpmn:process id="a">&x;</bpmn:process>{CLOSE}'
    with pytest.raises(Invalid) as refused:
        read_xml(xml.encode())
    assert "secret" not in str(refused.value)


def test_nothing_is_asked_of_the_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        for doctype in (f'<!DOCTYPE d SYSTEM "{address}">', f'<!DOCTYPE d [<!ENTITY % p SYSTEM "{address}">%p;]>'):
            assert code(f"{doctype}{GOOD}".encode()) == "xml_doctype"
        include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}"/>'
        assert read_xml(f"{OPEN}{include}{CLOSE}".encode())
        with pytest.raises(TimeoutError):
            listening.accept()


def test_what_is_too_large_is_refused_unread() -> None:
    assert code(b"x" * (MOST_BYTES + 1)) == "xml_too_large"


def test_what_is_too_deep_is_refused() -> None:
    deep = MOST_DEPTH + 1
    assert code(f"{OPEN}{'<a>' * deep}{'</a>' * deep}{CLOSE}".encode()) == "xml_too_deep"
    assert code(f"{OPEN}{'<a>' * 5000}{'</a>' * 5000}{CLOSE}".encode()) == "xml_unreadable"


def test_too_many_elements_are_refused() -> None:
    assert code(f"{OPEN}{'<a/>' * MOST_ELEMENTS}{CLOSE}".encode()) == "xml_too_many_elements"


@pytest.mark.parametrize(
    "xml", [b"", b"   ", b"not xml", b"<a>", b"\x00\x01", b"%PDF-1.7", b"<a>&undefined;</a>", b"PK\x03\x04"]
)
def test_what_is_no_xml_is_refused(xml: bytes) -> None:
    assert code(xml) == "xml_unreadable"


@pytest.mark.parametrize(
    "xml",
    [
        b"<definitions/>",
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        b'<process xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
        b"<html/>",
    ],
)
def test_what_is_no_bpmn_is_refused(xml: bytes) -> None:
    assert code(xml) == "xml_not_bpmn"


def test_comments_and_instructions_are_left_out() -> None:
    tree = read_xml(f"<?php evil?>{OPEN}<!-- note --><?php evil?><bpmn:process id='a'/>{CLOSE}".encode())
    assert len(tree.getroot()) == 1
