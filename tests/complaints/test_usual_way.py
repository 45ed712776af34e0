"""Which milestones lie ahead: the fullest way forward, never a way back."""

from service.complaints.usual_way import milestones_ahead
from service.engine import load_spec
from tests.engine.diagrams import end, exclusive, parallel, process, start, subprocess, task, timer


def told(element, text=None):
    return task(element, milestone=text or element.upper())


def ahead(*nodes, flows):
    return milestones_ahead(load_spec(process(*nodes, flows=flows)))


def test_milestones_lie_ahead_in_the_order_of_the_flow():
    way = ahead(told("a"), task("b"), told("c"), end(), flows="mulai > a > b > c > selesai")
    assert way["mulai"] == ("A", "C")
    assert way["a"] == ("C",)
    assert way["c"] == ()


def test_rework_is_not_ahead():
    nodes = (told("a"), task("b"), exclusive("g"), told("c"), end())
    way = ahead(*nodes, flows="mulai > a > b > g; g > a : ulang; g > c : default; c > selesai")
    assert way["mulai"] == ("A", "C")
    assert way["b"] == ("C",)


def test_where_it_decides_the_fullest_way_is_the_usual_one():
    nodes = (exclusive("g"), told("a"), told("b"), told("c"), end(), end("lain"))
    way = ahead(*nodes, flows="mulai > g; g > c : pendek; g > a : default; c > lain; a > b > selesai")
    assert way["mulai"] == ("A", "B")
    assert way["c"] == ()


def test_of_parallel_ways_all_lie_ahead_each_milestone_once():
    nodes = (parallel("f"), told("a"), told("b"), parallel("j"), told("c"), told("d", "A"), end())
    way = ahead(*nodes, flows="mulai > f; f > a > j; f > b > j; j > c > d > selesai")
    assert way["mulai"] == ("A", "C", "B")
    assert way["b"] == ("C", "A")


def test_what_a_boundary_event_leads_to_is_not_usual_but_known_once_there():
    nodes = (told("a"), timer("lewat", "P1D", on="a"), told("tegur"), told("b"), end())
    way = ahead(*nodes, flows="mulai > a > b > selesai; lewat > tegur > b")
    assert way["mulai"] == ("A", "B")
    assert way["tegur"] == ("B",)


def test_the_way_leads_into_a_sub_process_and_out_again():
    inner = subprocess("s", told("x"), end("s_selesai"), flows="s_mulai > x > s_selesai")
    way = ahead(inner, told("b"), end(), flows="mulai > s > b > selesai")
    assert way["mulai"] == ("X", "B")
    assert way["x"] == ("B",)


def test_milestones_of_start_and_end_count():
    way = ahead(start(milestone="DITERIMA"), task("a"), end(), flows="mulai > a > selesai")
    assert way["mulai"] == ()


def test_many_decisions_in_a_row_take_no_longer_for_it():
    """Two ways at each of fifty gateways: 2^50 ways, looked at as a hundred."""
    nodes, flows = [], ["mulai > g0"]
    for n in range(50):
        nodes += [exclusive(f"g{n}"), task(f"a{n}"), told(f"b{n}")]
        onward = f"g{n + 1}" if n < 49 else "selesai"
        flows += [f"g{n} > a{n} : cepat", f"g{n} > b{n} : default", f"a{n} > {onward}", f"b{n} > {onward}"]
    way = ahead(*nodes, end(), flows="; ".join(flows))
    assert way["mulai"] == tuple(f"B{n}" for n in range(50))
