"""How an examination is told to a person, or to a program."""

from roomreach_hub import speaking
from roomreach_hub.doctor.examine import Examination


def tell(examination: Examination, *, as_json: bool) -> None:
    """Tell the checks that went well, then one cause and one action."""
    cause = examination.cause
    if as_json:
        speaking.document(
            {
                "well": [finding.said for finding in examination.well],
                "cause": cause.said if cause else None,
                "action": cause.action if cause else None,
                "not_asked": list(examination.unasked),
            }
        )
        return
    for finding in examination.well:
        speaking.fact(f"✓ {finding.said}")
    if cause is None:
        speaking.fact("All is well.")
        return
    speaking.fact(f"✗ {cause.said}")
    speaking.fact(f"  {cause.action}")
