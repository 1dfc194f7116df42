"""The rows of the result and how they are printed."""
import dataclasses
import statistics


@dataclasses.dataclass
class Row:
    what: str
    larder: str
    peer: str
    ratio: str = ""
    bar: str = ""
    met: bool | None = None  # None: shown for comparison, no bar


def spread(values, unit="", digits=2):
    """The median, and the best in brackets."""
    return f"{statistics.median(values):.{digits}f}{unit} ({min(values):.{digits}f})"


HEADS = ["what", "larder", "peer", "ratio", "bar", "met"]


def show(rows):
    cells = [HEADS] + [[row.what, row.larder, row.peer, row.ratio, row.bar,
                        {True: "yes", False: "NO", None: ""}[row.met]] for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADS))]
    for number, line in enumerate(cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
