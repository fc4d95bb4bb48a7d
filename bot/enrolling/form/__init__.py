"""The enrolment form: its fields, a draft of it with what was answered, and how its questions and its review are said.

Answers are kept by the names of their fields, so a draft outlives a restart, days of silence, another device, and a
programme whose questions have changed: only what is new is asked.
"""
