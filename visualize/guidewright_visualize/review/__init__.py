"""The review pack: one generated document that a committee reads, checks and signs.

In: a loaded guideline. Out: `Pack` (`contents.py`), which `html.py` and `pdf.py` write.
"""
