"""Alur: runs government procedures drawn as BPMN diagrams."""
