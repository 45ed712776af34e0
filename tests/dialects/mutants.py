"""Breaks diagrams on purpose, the same way for the same seed: what is dropped, doubled, renamed, cut or smuggled in."""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
Mutation = Callable[[bytes, random.Random], bytes]


def mutant(xml: bytes, seed: int) -> tuple[bytes, str]:
    """The diagram with one to five things wrong, and what they are called."""
    chance = random.Random(seed)
    named = []
    for _ in range(chance.choice((1, 2, 3, 4, 5))):
        mutation = chance.choice(MUTATIONS if chance.random() < 0.75 else HOSTILE)
        try:
            xml = mutation(xml, chance)
        except (etree.XMLSyntaxError, ValueError, IndexError):
            continue  # it is broken already
        named.append(mutation.__name__)
    return xml, " + ".join(named)


def _changed(xml: bytes, chance: random.Random, change: Callable[[Any, random.Random], None]) -> bytes:
    root = etree.fromstring(xml)
    change(root, chance)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _any(root: Any, chance: random.Random, *tags: str) -> Any:
    wanted = [f"{BPMN}{tag}" for tag in tags] or ["*"]
    return chance.choice([each for each in root.iter(*wanted) if each is not root])


# ---- of the tree ------------------------------------------------------------------------------------------------


def drop_element(xml: bytes, chance: random.Random) -> bytes:
    def change(root: Any, chance: random.Random) -> None:
        gone = _any(root, chance)
        gone.getparent().remove(gone)

    return _changed(xml, chance, change)


def double_element(xml: bytes, chance: random.Random) -> bytes:
    def change(root: Any, chance: random.Random) -> None:
        one = _any(root, chance)
        one.addnext(deepcopy(one))

    return _changed(xml, chance, change)


def move_element(xml: bytes, chance: random.Random) -> bytes:
    def change(root: Any, chance: random.Random) -> None:
        one, other = _any(root, chance), _any(root, chance)
        if other not in one.iter() and one is not other:
            other.append(one)

    return _changed(xml, chance, change)


def rename_element(xml: bytes, chance: random.Random) -> bytes:
    names = (
        "serviceTask", "callActivity", "subProcess", "adHocSubProcess", "transaction", "complexGateway", "startEvent",
        "boundaryEvent", "endEvent", "eventBasedGateway", "process", "laneSet", "lane", "conditionExpression", "x",
        "parallelGateway", "inclusiveGateway", "businessRuleTask", "receiveTask", "extensionElements", "definitions",
    )  # fmt: skip

    def change(root: Any, chance: random.Random) -> None:
        _any(root, chance).tag = f"{BPMN}{chance.choice(names)}"

    return _changed(xml, chance, change)


def drop_attribute(xml: bytes, chance: random.Random) -> bytes:
    def change(root: Any, chance: random.Random) -> None:
        node = chance.choice([each for each in root.iter("*") if each.attrib])
        del node.attrib[chance.choice(list(node.attrib))]

    return _changed(xml, chance, change)


def another_value(xml: bytes, chance: random.Random) -> bytes:
    values = (
        "", " ", "a b", "../../etc/passwd", "0", "-1", "true", "null", "NaN", "1e400", "x" * 90, "x" * 3000,
        "\u202e\u0000"[0], "“petik”", "{isi}", "${1+1}", "__class__", "P1Y", "R/PT1S", "P999999D", "2026-13-45",
        "a/b.json", "javascript:alert(1)", "<b>", "%s%n", "😀" * 30,
    )  # fmt: skip

    def change(root: Any, chance: random.Random) -> None:
        node = chance.choice([each for each in root.iter("*") if each.attrib])
        node.set(chance.choice(list(node.attrib)), chance.choice(values))

    return _changed(xml, chance, change)


def another_text(xml: bytes, chance: random.Random) -> bytes:
    texts = (
        "", "${a.b.c()}", "=for x in [1,2] return x", "().__class__", "x" * 5000, "((((", "a == b == c", "a" * 100,
        "${" + "!" * 900 + "a}", "=" + "not(" * 200 + "a" + ")" * 200, "PT0S", "P1M", "R5/PT1H", "1/0",
        '{"components": [{"type": "group", "components": 5}]}', '{"components": ' + "[" * 60 + "]" * 60 + "}",
    )  # fmt: skip

    def change(root: Any, chance: random.Random) -> None:
        node = chance.choice([each for each in root.iter("*") if (each.text or "").strip()] or [root])
        node.text = chance.choice(texts)

    return _changed(xml, chance, change)


def broken_reference(xml: bytes, chance: random.Random) -> bytes:
    names = ("sourceRef", "targetRef", "attachedToRef", "default", "processRef", "bpmnElement", "messageRef")

    def change(root: Any, chance: random.Random) -> None:
        node = chance.choice([each for each in root.iter("*") if any(name in each.attrib for name in names)])
        name = chance.choice([name for name in names if name in node.attrib])
        ids = [each.get("id") for each in root.iter("*") if each.get("id")]
        node.set(name, chance.choice([*ids, "nowhere"]))

    return _changed(xml, chance, change)


def same_id(xml: bytes, chance: random.Random) -> bytes:
    def change(root: Any, chance: random.Random) -> None:
        with_ids = [each for each in root.iter("*") if each.get("id")]
        chance.choice(with_ids).set("id", chance.choice(with_ids).get("id"))

    return _changed(xml, chance, change)


def circle(xml: bytes, chance: random.Random) -> bytes:
    def change(root: Any, chance: random.Random) -> None:
        flow = _any(root, chance, "sequenceFlow")
        back = etree.SubElement(flow.getparent(), f"{BPMN}sequenceFlow", id="kembali")
        back.set("sourceRef", flow.get("targetRef", ""))
        back.set("targetRef", chance.choice([flow.get("sourceRef", ""), flow.get("targetRef", "")]))

    return _changed(xml, chance, change)


def attached_in_a_circle(xml: bytes, chance: random.Random) -> bytes:
    def change(root: Any, chance: random.Random) -> None:
        process = _any(root, chance, "process")
        for one, other in (("b1", "b2"), ("b2", "b1")):
            etree.SubElement(process, f"{BPMN}boundaryEvent", id=one, attachedToRef=other)

    return _changed(xml, chance, change)


def second_process(xml: bytes, chance: random.Random) -> bytes:
    def change(root: Any, chance: random.Random) -> None:
        process = _any(root, chance, "process")
        other = deepcopy(process)
        other.set("id", "lain")
        other.set("isExecutable", chance.choice(("true", "false")))
        process.addnext(other)

    return _changed(xml, chance, change)


def wrapped_in_subprocess(xml: bytes, chance: random.Random) -> bytes:
    def change(root: Any, chance: random.Random) -> None:
        node = _any(root, chance, "userTask", "task", "exclusiveGateway", "startEvent")
        for depth in range(chance.choice((1, 3, 90))):
            inner = etree.Element(f"{BPMN}subProcess", id=f"dalam_{depth}")
            node.addprevious(inner)
            inner.append(node)
            node = inner

    return _changed(xml, chance, change)


def repeated(xml: bytes, chance: random.Random) -> bytes:
    def change(root: Any, chance: random.Random) -> None:
        node = _any(root, chance, "userTask", "task", "manualTask")
        loop = etree.SubElement(node, f"{BPMN}multiInstanceLoopCharacteristics")
        etree.SubElement(loop, f"{BPMN}loopCardinality").text = chance.choice(("3", "${n}", "1000000000", "-1", "a"))

    return _changed(xml, chance, change)


def other_namespace(xml: bytes, chance: random.Random) -> bytes:
    kinds = (
        (b"http://www.omg.org/spec/BPMN/20100524/MODEL", b"urn:another"),
        (b"http://camunda.org/schema/1.0/bpmn", b"http://activiti.org/bpmn"),
        (b"http://flowable.org/bpmn", b"http://camunda.org/schema/1.0/bpmn"),
        (b"http://camunda.org/schema/zeebe/1.0", b"http://camunda.org/schema/1.0/bpmn"),
        (b"http://www.omg.org/spec/BPMN/20100524/DI", b"urn:drawn"),
        (b"http://spiffworkflow.org/bpmn/schema/1.0/core", b"http://camunda.org/schema/zeebe/1.0"),
    )
    return xml.replace(*chance.choice([kind for kind in kinds if kind[0] in xml]))


# ---- of the bytes -----------------------------------------------------------------------------------------------


def _after_root(xml: bytes, inserted: bytes) -> bytes:
    at = xml.index(b">", xml.index(b"definitions")) + 1
    return xml[:at] + inserted + xml[at:]


def _before_root(xml: bytes, inserted: bytes) -> bytes:
    at = xml.index(b"?>") + 2
    return xml[:at] + inserted + xml[at:]


def entities(xml: bytes, chance: random.Random) -> bytes:
    laughs = b"".join(b'<!ENTITY l%d "&l%d;&l%d;&l%d;">' % (i, i - 1, i - 1, i - 1) for i in range(1, 25))
    kind = chance.choice(
        (
            b'<!DOCTYPE d [<!ENTITY l0 "ha">' + laughs + b"]>",
            b'<!DOCTYPE d [<!ENTITY l24 SYSTEM "file:///etc/passwd">]>',
            b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">',
            b'<!DOCTYPE d [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>',
        )
    )
    return _after_root(_before_root(xml, kind), b"&l24;" if chance.random() < 0.7 else b"")


def xinclude(xml: bytes, chance: random.Random) -> bytes:
    included = b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    return _after_root(xml, included)


def instruction(xml: bytes, chance: random.Random) -> bytes:
    return _after_root(
        xml, chance.choice((b'<?xml-stylesheet href="file:///etc/passwd"?>', b"<?php echo 1 ?>", b"<!-- -->"))
    )


def wrong_encoding(xml: bytes, chance: random.Random) -> bytes:
    text = xml.decode("utf-8", "replace")
    return chance.choice(
        (
            xml.replace(b'"UTF-8"', b'"UTF-16"', 1),
            xml.replace(b'"UTF-8"', b'"x-nonsense"', 1),
            xml.replace(b'"UTF-8"', b'"UTF-7"', 1),
            text.replace('"UTF-8"', '"ISO-8859-1"', 1).encode("latin-1", "xmlcharrefreplace"),
            text.encode("utf-16"),
            b"\xef\xbb\xbf" + xml,
            text.replace('"UTF-8"', '"windows-1252"', 1).encode("cp1252", "xmlcharrefreplace"),
        )
    )


def invalid_bytes(xml: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(xml))
    return (
        xml[:at] + chance.choice((b"\xff\xfe", b"\xc3\x28", b"\x00", b"\xed\xa0\x80", b"&#0;", b"&#xD800;")) + xml[at:]
    )


def truncated(xml: bytes, chance: random.Random) -> bytes:
    return xml[: chance.randrange(len(xml))]


def random_bytes(xml: bytes, chance: random.Random) -> bytes:
    changed = bytearray(xml)
    for _ in range(chance.choice((1, 5, 50))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def deep(xml: bytes, chance: random.Random) -> bytes:
    levels = chance.choice((50, 70, 300, 5000))
    return _after_root(xml, b"<a>" * levels + b"</a>" * levels)


def many(xml: bytes, chance: random.Random) -> bytes:
    return _after_root(xml, b"<a/>" * chance.choice((4_000, 20_000)))


def huge(xml: bytes, chance: random.Random) -> bytes:
    return _after_root(xml, b'<a b="' + b"x" * chance.choice((60_000, 990_000)) + b'"/>')


MUTATIONS: tuple[Mutation, ...] = (
    drop_element, double_element, move_element, rename_element, drop_attribute, another_value, another_value,
    another_text, another_text, broken_reference, same_id, circle, attached_in_a_circle, second_process,
    wrapped_in_subprocess, repeated, other_namespace,
)  # fmt: skip
HOSTILE: tuple[Mutation, ...] = (
    entities, xinclude, instruction, wrong_encoding, invalid_bytes, truncated, random_bytes, deep, many, huge,
)  # fmt: skip
