"""What is said of a field that was sent wrongly: our sentences in place of marshmallow's, for every field there is.

A phrase is filled in only after it was translated, as refusals are; until then it carries what belongs into it.
"""

from typing import Any

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate


class Phrase(str):
    """A sentence with `{named}` places, and what they are filled with when it is said."""

    params: dict[str, Any]

    def __new__(cls, message: str, params: dict[str, Any] | None = None) -> "Phrase":
        """The sentence, with what is known so far."""
        phrase = super().__new__(cls, message)
        phrase.params = params or {}
        return phrase

    def format(self, *_args: object, **params: Any) -> "Phrase":
        """Marshmallow fills its messages in at once; this one remembers what they are filled with."""
        return Phrase(str(self), {**self.params, **params})


OF_FIELDS: dict[type[fields.Field[Any]], dict[str, str]] = {
    fields.Field: {
        "required": Phrase("Bagian ini wajib diisi."),
        "null": Phrase("Bagian ini tidak boleh kosong."),
        "validator_failed": Phrase("Isi bagian ini tidak sesuai."),
    },
    fields.String: {
        "invalid": Phrase("Isi bagian ini dengan teks."),
        "invalid_utf8": Phrase("Teks ini memakai pengodean yang tidak dikenal; kirim sebagai UTF-8."),
    },
    fields.UUID: {"invalid_uuid": Phrase("Ini bukan id yang benar.")},
    fields.Number: {
        "invalid": Phrase("Isi bagian ini dengan angka."),
        "too_large": Phrase("Angka ini terlalu besar."),
    },
    fields.Float: {"special": Phrase("Isi bagian ini dengan angka yang dapat dihitung.")},
    fields.Integer: {"invalid": Phrase("Isi bagian ini dengan bilangan bulat.")},
    fields.Boolean: {"invalid": Phrase("Isi bagian ini dengan true atau false.")},
    fields.DateTime: {
        "invalid": Phrase("Tulis tanggal dan jam seperti 2026-12-24T09:30:00+07:00."),
        "invalid_awareness": Phrase("Tulis tanggal dan jam beserta zona waktunya, seperti 2026-12-24T09:30:00+07:00."),
        "format": Phrase("Tulis tanggal dan jam seperti 2026-12-24T09:30:00+07:00."),
    },
    fields.Date: {
        "invalid": Phrase("Tulis tanggal seperti 2026-12-24."),
        "invalid_awareness": Phrase("Tulis tanggal seperti 2026-12-24."),
        "format": Phrase("Tulis tanggal seperti 2026-12-24."),
    },
    fields.List: {"invalid": Phrase("Isi bagian ini dengan daftar.")},
    fields.Mapping: {"invalid": Phrase("Isi bagian ini dengan objek JSON.")},
    fields.Nested: {"type": Phrase("Isi bagian ini dengan objek JSON.")},
    Upload: {"invalid": Phrase("Kirim bagian ini sebagai berkas.")},
}

OF_SCHEMAS: dict[str, str] = {
    "type": Phrase("Kirim isi permintaan sebagai objek JSON."),
    "unknown": Phrase("Bagian ini tidak dikenal."),
}

OF_RANGES = {
    "message_min": Phrase("Paling sedikit {min}."),
    "message_max": Phrase("Paling banyak {max}."),
    "message_all": Phrase("Isi dengan angka dari {min} sampai {max}."),
}
OF_LENGTHS = {
    "message_min": Phrase("Isi paling sedikit {min} huruf."),
    "message_max": Phrase("Isi paling banyak {max} huruf."),
    "message_all": Phrase("Isi dengan {min} sampai {max} huruf."),
    "message_equal": Phrase("Isi dengan tepat {equal} huruf."),
}
ONE_OF = Phrase("Pilih salah satu: {choices}.")


def speak() -> None:
    """Let marshmallow say our sentences; before the first schema is made."""
    for kind, messages in OF_FIELDS.items():
        kind.default_error_messages = {**kind.default_error_messages, **messages}
    Schema._default_error_messages = OF_SCHEMAS
    for name, phrase in OF_RANGES.items():
        setattr(validate.Range, name, phrase)
    for name, phrase in OF_LENGTHS.items():
        setattr(validate.Length, name, phrase)
    validate.OneOf.default_message = ONE_OF
