"""How fast guidewright is, beside hand-written Python and other engines."""
