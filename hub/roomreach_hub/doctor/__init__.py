"""What is wrong with this hub, first cause first, and what is the one thing to do about it?"""

from roomreach_hub.doctor.checks import CHECKS
from roomreach_hub.doctor.examine import Examination, examine
from roomreach_hub.doctor.finding import Finding, Situation

__all__ = ["CHECKS", "Examination", "Finding", "Situation", "examine"]
