"""Proofs about a guideline: gaps, overlaps, dead rules, unsafe paths, each with a patient.

In: a loaded guideline. Out: findings (`findings`), made by registered checks (`checks`), over exact
regions of the input space (`regions`). The command is `guidewright verify`.
"""
