"""The text of a record, wherever its logger writes it, for stores that show one; pure."""

from msgspec.structs import replace

from logship.records.candidates import Candidates
from logship.records.enrichment import Enrichment
from logship.records.field_paths import Column, FieldPath, merged
from logship.records.layouts import Rows
from logship.records.text_records import MESSAGE


class MessageText:
    """Puts the text of records under ``message`` where they have no such member."""

    def __init__(self, enrichment: Enrichment) -> None:
        # Where the name is given to something else anyway, nothing is added: no record has a name twice.
        taken = enrichment.clash(MESSAGE) or any(new.partition(".")[0] == MESSAGE for new in enrichment.rename.values())
        names = [] if taken else [name for name in enrichment.message_fields if name != MESSAGE]
        self._paths = [FieldPath(name, enrichment.clash) for name in names]
        found = [MESSAGE, *(name for path in self._paths for name in path.wants)] if names else []
        self.wants: tuple[str, ...] = tuple(dict.fromkeys(found))
        """The top-level names whose columns are needed."""

    def added(self, rows: Rows, columns: dict[str, Column]) -> Rows:
        """Give the records with their texts; ``columns`` has those that are wanted."""
        if not self._paths or None not in columns[MESSAGE]:
            return rows
        objects = rows.own()
        records = Candidates(
            *(rows.block.file, len(objects), rows.offsets, columns.__getitem__, list, list),
            *(lambda: objects, lambda: objects),
        )
        texts = merged(_strings(path.values(records)) for path in self._paths)
        if not any(texts):
            return rows
        rests = [
            each[1:] if has is not None or text is None else b'"message":' + text + b"," + each[1:]
            for each, has, text in zip(objects, columns[MESSAGE], texts, strict=True)
        ]
        return replace(rows, rests=rests, before=b"", after=b"", hollow=())


def _strings(values: Column) -> Column:
    return [value if value and value.startswith(b'"') else None for value in values] if any(values) else values
