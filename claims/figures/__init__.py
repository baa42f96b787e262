"""What the desk counts: charts over its claims, each number with the list behind it, and who said what on one topic."""
