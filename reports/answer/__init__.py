"""What a review concludes, by rules: the answer, what it recommends and its price, why, how sure.

None of these sentences is typed for a report. Each is made from the ledger, the sessions and the
schedules by a rule that ``tests/reports/test_answer.py`` holds, for every kind of evidence.
"""
