"""Which way a diagram leads: what may come next, and along which flows it went."""

from service import content
from service.engine import load_spec
from service.instances.way import flows_between, next_steps

SPEC = load_spec(content.bpmn("penanganan_pengaduan"))


def test_after_a_decision_each_of_its_answers_may_come_next() -> None:
    found = {element.id for element in next_steps(SPEC, "koreksi_draf_surat")}
    assert found == {"susun_draf_surat", "telaah_draf_final"}


def test_the_way_back_is_another_than_the_way_on() -> None:
    back = flows_between(SPEC, "koreksi_draf_surat", "susun_draf_surat")
    on = flows_between(SPEC, "koreksi_draf_surat", "telaah_draf_final")
    assert back[0] == on[0] and back[1:] != on[1:]
    assert SPEC.flows[back[-1]].target == "susun_draf_surat"


def test_no_way_leads_past_a_step_that_waits() -> None:
    assert flows_between(SPEC, "agendakan_surat", "tugaskan_petugas") == ()


def test_the_last_step_leads_to_the_end() -> None:
    assert [element.kind for element in next_steps(SPEC, "sampaikan_surat")] == ["endEvent"]
