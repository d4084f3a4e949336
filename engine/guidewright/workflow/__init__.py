"""Workflows: `workflow.yaml` goes in, a graph of states and its pure `step` come out."""
