"""The platform's rules as pages: each rule in words, on a tiny design, with a picture of its trace.

``python -m lastchunk.reports.docs.platform`` writes docs/platform.md and docs/platform/.
"""
