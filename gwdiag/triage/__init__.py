"""The cause, named: what logs, the node's own figures, configuration, probes and heap say together.

case.py finds the parts of a case; symptoms.py groups what fails; facts/ are questions with yes, no or unknown for an
answer; causes/ say what each root cause explains; rank.py weighs them; examine.py makes the report.
"""
