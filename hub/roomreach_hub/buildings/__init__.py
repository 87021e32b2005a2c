"""Buildings that exist in no street: real agents in rooms whose radios and lines are simulated.

Only what an agent asks is simulated: the program ``iw``, the answers to its packets, the kernel's files.
Probes, rounds, outbox and uplink are the agent's own, and so is all that happens to a report afterwards.
"""
