"""Which patients no rule of a table answers: gaps, what hides them, how large they are.

In: a table as boxes. Out: findings with a patient each, or a proof.
"""
