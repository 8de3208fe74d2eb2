"""The story as it is printed: chapters of short lines."""

from rich.console import Console
from rich.table import Table

from .record import Story


def print_story(console: Console, story: Story) -> None:
    """Print it."""
    if story.repeated:
        console.print("\nThe story ran here before: its result stands, and nothing is done twice.", style="dim", soft_wrap=True)
    for number, chapter in enumerate(story.chapters, 1):
        console.print(f"\n[bold]{number}  [/bold]", end="")
        console.print(chapter.title, style="bold", markup=False, soft_wrap=True)
        table: Table | None = None
        for line in chapter.lines:
            if isinstance(line, tuple):
                table = table or _table(*line)
                if line != tuple(column.header for column in table.columns):
                    table.add_row(*line)
            else:
                console.print(f"   {line}", markup=False, soft_wrap=True, style=_style(line))
        if table is not None:
            console.print(table)
    if story.failure:
        console.print(f"   the story stopped: {story.failure}", markup=False, soft_wrap=True, style="red")
    if story.files:
        console.print(f"\nFiles in {story.folder}: {', '.join(sorted(path.name for path in story.files))}", markup=False, soft_wrap=True)


def _style(line: str) -> str:
    return "yellow" if line.startswith(("✗", "    –")) else ""


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=True, padding=(0, 2, 0, 3))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
