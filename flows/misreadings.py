"""Misreadings: what YAML could not read, in plain words, and the quotes that are most often behind it.

Knows lines of text and YAML's errors, never the tree that comes of them.
"""

from __future__ import annotations

import re

import yaml

from flows.problems import Problems

CURLY = "“”„‟«»‘’‚"
BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What YAML counts as the end of a line."""

_CURLY_DOUBLE = re.compile("[“”„‟«»]")
_STRAIGHT = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![^\s,:{\[])\'[^\']*\'')
_COMMENT = re.compile(r"(?:^|\s)#.*")
_CURLY_AS_QUOTE = re.compile(rf"(?:[:,\[{{]\s+|^\s*(?:-\s+)?|[{{\[])[{CURLY}]")
_PLAIN_WORDS: tuple[tuple[str, bool, str, str], ...] = (
    (r"found character '(\\t)'", False, "A tab stands in this line.", "Use spaces."),
    (
        r"found character '(.)'",
        False,
        "A text cannot begin with {} here.",
        'Put the text in straight quotes: "...".',
    ),
    (
        "mapping values are not allowed",
        False,
        "A colon stands where none can.",
        "Put a text with a colon in it in straight quotes, or begin the line in the column of those above.",
    ),
    (
        "expected <block end>",
        False,
        "The line does not fit those above it.",
        "Lines that belong together begin in the same column, and a text in quotes ends with its quote.",
    ),
    (
        "found unexpected end of stream",
        True,
        "A quote is opened here and not closed.",
        "Write it after the text as well.",
    ),
    (
        "could not find expected ':'",
        True,
        "The line has no colon with a space after it.",
        "Write a name, a colon, a space and the rest, as in: answer: own words.",
    ),
    (
        r"found undefined alias '(.*)'",
        False,
        "'*{}' repeats something that is not in the file.",
        'A text that begins with * must stand in straight quotes: "...".',
    ),
    (
        "found duplicate anchor",
        False,
        "Two things here have the same & name.",
        "Give one of them another name.",
    ),
    ("but found another document", False, "A second file begins here (---).", "Take the three dashes away."),
    (
        "found unknown escape character",
        False,
        "A backslash (\\) in quotes means something else here.",
        "Write it twice: \\\\.",
    ),
)


class TooDeepError(yaml.YAMLError):
    """More brackets or steps inside each other than anyone means."""

    def __init__(self, line: int) -> None:
        self.line = line


def curly_lines(text: str) -> set[int]:
    """The lines of a text that is no YAML in which a curly quote opens or closes a text."""
    found = set()
    for number, line in enumerate(BREAK.split(text), 1):
        bare = _bare(line)
        if _CURLY_AS_QUOTE.search(bare) or (bare.count('"') % 2 and _CURLY_DOUBLE.search(bare)):
            found.add(number)
    return found


def straightened(text: str, lines: set[int]) -> str:
    """The text with straight quotes for curly double ones in these lines."""
    parts = BREAK.split(text)
    return "\n".join(_CURLY_DOUBLE.sub('"', part) if number in lines else part for number, part in enumerate(parts, 1))


def explain(error: yaml.YAMLError, text: str, problems: Problems) -> None:
    """Says in plain words what YAML found."""
    if isinstance(error, TooDeepError):
        problems.error(error.line, "Things stand too deep inside each other here.", "Close the brackets.")
        return
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem is None or error.problem_mark is None:
        problems.error(0, "The file cannot be read.", "Compare it with one that works.")
        return
    line = error.problem_mark.line + 1
    opened = error.context_mark.line + 1 if error.context_mark else line
    lost = _lost_quote(text, line)
    if lost is not None:
        fault = "A quote is opened here and not closed."
        problems.error(lost, fault, 'Write " before and after the text, on the line.')
        return
    bare = _bare(BREAK.split(text)[line - 1])
    if re.search(r"\w:\0", bare):
        problems.error(line, "A space is missing after a colon.", 'Write it as in en: "...".')
        return
    if bare.count("'") % 2 and "\0" in bare:
        fault = "An apostrophe ends a text that stands in single quotes."
        problems.error(line, fault, 'Put the text in double quotes: "...".')
        return
    if re.search(r"[:,{\[]\s+!", bare):
        problems.error(line, "A text cannot begin with ! here.", 'Put the text in straight quotes: "...".')
        return
    said = f"{error.context} {error.problem}"
    for sign, at_opening, fault, remedy in _PLAIN_WORDS:
        found = re.search(sign, said)
        if found:
            sign_found = next(iter(found.groups()), "")
            problems.error(opened if at_opening else line, fault.replace("{}", sign_found), remedy)
            return
    if "bracket" in said or "flow" in said:
        _explain_bracket(opened, line, problems)
        return
    remedy = "Compare it with the lines above: the spaces it begins with, the quotes, the colon."
    problems.error(line, "This line cannot be read as it stands.", remedy)


def _explain_bracket(opened: int, line: int, problems: Problems) -> None:
    if opened == line:
        remedy = 'Put each text in straight quotes "...", a comma between two, and the closing bracket last.'
        problems.error(line, "Something is missing between the brackets { } or [ ].", remedy)
    else:
        remedy = "Close it with the bracket of the same kind; if it is closed, a comma or a quote is missing."
        problems.error(opened, "A bracket is opened here and not closed.", remedy)


def _bare(line: str) -> str:
    """A line without its comment, each properly quoted text become a single sign that no file holds."""
    return _COMMENT.sub("", _STRAIGHT.sub("\0", line))


def _lost_quote(text: str, until: int) -> int | None:
    """The line in which a straight quote opens a text that nothing closes, not after `until`.

    A text over several lines leaves two lines with an odd quote, a lost one leaves a single line.
    """
    odd = [number for number, line in enumerate(BREAK.split(text)[:until], 1) if _bare(line).count('"') % 2]
    return odd[-1] if len(odd) % 2 else None
