"""What somebody is answered who asks what is held about them. Pure: the same words whatever is held."""

from __future__ import annotations

from datetime import date

_LETTER = """Our reference: {reference}
Your request of {received_on}

You asked what personal data about you this force processes for law enforcement purposes.

We have looked, and a named member of staff has considered your request on its own facts. Any data that you are
entitled to is enclosed. The law allows us not to confirm whether we hold other data, and not to give it, where that is
necessary and proportionate (Data Protection Act 2018, section 45(4)). This answer is worded in the same way whether or
not there is other data. Nothing should be read into it.

You may ask us to look at this decision again. You may also complain to the Information Commissioner, who can check
whether we have acted lawfully, or apply to a court under section 167 of the Act:

Information Commissioner's Office, Wycliffe House, Water Lane, Wilmslow, Cheshire, SK9 5AF
Telephone 0303 123 1113, ico.org.uk/make-a-complaint
"""


def letter(*, reference: str, received_on: date) -> str:
    """The covering letter. It takes nothing that says what was found."""
    return _LETTER.format(reference=reference, received_on=received_on.strftime("%-d %B %Y"))
