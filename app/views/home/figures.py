"""What each figure of a start page means and how it is counted; each chart leads to its paragraph (docs/figures.md)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

# Key of a chart (or of the tiles) -> its name, and the words.
DEFINITIONS = {
    "tiles": (
        _l("Figures at the top"),
        _l(
            "Each leads to the list of exactly the rows it counts, in the same division and period. Beyond 1,000 the lists"
            " count on request only; then the figure says 1,000+. “Before” is the period of the same length before this one."
        ),
    ),
    "backlog": (
        _l("Waiting, by time left"),
        _l(
            "Items sent in that nobody has decided yet, held by somebody or not; without those on hold and those whose sender"
            " was asked. Overdue: the due instant has passed. Due today: before midnight in China. One working day left: until"
            " the end of the next working day of the calendar."
        ),
    ),
    "flow": (
        _l("Received and decided"),
        _l(
            "Received: items by the day they were sent in, each new round of a matter once more. Decided: verdicts that stand"
            " (approved, returned, rejected) by the day they were given; a verdict that was undone is not counted. Late: given"
            " after the due instant. Days are days in China. Items that a school decides are not counted."
        ),
    ),
    "open": (
        _l("Open at the end of the day"),
        _l(
            "Reckoned back from what is open now: less what was received, plus what was decided, withdrawn or replaced on each"
            " day. Items on hold and asked count as open."
        ),
    ),
    "people": (
        _l("Decided by each reviewer"),
        _l(
            "Verdicts that stand, by who gave them. The time from claim to verdict is a median, true to 4 percent; so is the"
            " time from arrival to verdict, which runs through nights and rest days."
        ),
    ),
    "reasons": (
        _l("Why it was returned or rejected"),
        _l("How often each reason was given with a return or a rejection; a verdict may give several."),
    ),
    "own": (_l("My verdicts"), _l("Your own verdicts that stand, by the day you gave them.")),
    "residency": (
        _l("Requests for residency by month"),
        _l("Requests by the month in which they were last sent in, and what they are now."),
    ),
    "states": (
        _l("What was sent in, by state"),
        _l("Everything of yours by its present state. Views and applications are not recorded yet and not shown."),
    ),
    "left": (
        _l("Live postings by days left"),
        _l("Postings that are public now, by the days until their last day; the last day itself counts."),
    ),
    "clients": (
        _l("Postings by unit"),
        _l("The ten units with most postings of the agency: those that are live, and those under review."),
    ),
    "agencies": (
        _l("Agencies"),
        _l("Agencies by kind; a licence counts as ending from thirty days before its last day."),
    ),
    "imports": (_l("Imports by state"), _l("Imports and checks without import that began in the period.")),
    "roles": (_l("Roles given"), _l("Roles in force; an account may have several.")),
    "logins": (
        _l("Logins by day"),
        _l("Every attempt to log in by its outcome: success, wrong password, locked out after too many attempts."),
    ),
    "names": (
        _l("User names refused most often"),
        _l("User names as they were typed, whether such an account exists or not."),
    ),
}  # fmt: skip
