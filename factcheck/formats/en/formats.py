"""Dates and times in English, as newsrooms on this side of the Atlantic write them."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
MONTH_DAY_FORMAT = "j M"
YEAR_MONTH_FORMAT = "F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
# Names of our own; another language without them shows the English ones.
WEEKDAY_DATE_FORMAT = "D j M"
WEEKDAY_YEAR_FORMAT = "D j M Y"
WEEKDAY_TIME_FORMAT = "D j M, H:i"
LONG_DATE_FORMAT = "l j F Y"
LONG_DATETIME_FORMAT = "l j F Y, H:i"
SHORT_MONTH_FORMAT = "M Y"
SHORT_MONTH_OF_YEAR_FORMAT = "M ’y"  # noqa: RUF001
WEEKDAY_DATETIME_FORMAT = "D j M Y, H:i"
