"""Figures in square brackets that cite evidence: ``[3]``, and several at once as ``[1, 2]``.  Pure."""

import re

# Four digits, so that "[2024]" and "[5000]" are found as what they look like and asked about before anybody reads it.
MARK = re.compile(r"\[(\d{1,4}(?:\s?,\s?\d{1,4})*)\]")
NUMBER = re.compile(r"\d+")


def cited_numbers(text: str) -> set[int]:
    """The numbers a text cites, whether there is such evidence or not."""
    return {int(number) for marked in MARK.findall(text) for number in NUMBER.findall(marked)}
