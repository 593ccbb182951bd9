"""Mail: subject, who and when, the body, quoted replies marked ``>``, attachments by their loaders.

An attachment is read within what is left of the mail's own limits and stands under its name. Of a
body that comes twice the plain text is taken, else the HTML. Left out: pictures within the text,
signatures of machines, headers nobody reads.
"""

from __future__ import annotations

import email
import email.errors
import email.policy
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from index.loading.builder import Parsed, TextBuilder, one_line
from index.loading.encoding import decode
from index.loading.html import decode_page
from index.loading.limits import Limits, RefusedError
from index.loading.mail_body import add_html_body, add_plain_body, unflowed
from index.loading.parts import add_part
from index.types import BlockKind, SkipReason

_MAX_PARTS = 500  #: of one mail, those of mails within it included
_MAX_DEPTH = 5  #: of mails within mails
_TIME_SHARE = 0.6  #: of the time limit; attachments begun later are left out
_NAMED_WARNINGS = 5
_SILENT = ("application/pgp-signature", "application/pkcs7-signature", "text/x-amp-html")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_HEADERS = ("From", "To", "Cc", "Date")
_HEADER_CHARS = 500  #: a mail to a whole company names its first dozens
_HEADER_LINE = re.compile(rb"\A(?:From [^\n]*\n)?[!-9;-~]+[ \t]*:", re.M)


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a mail. Raises RefusedError when it is none or holds no text."""
    if not _HEADER_LINE.match(data.lstrip()):
        raise RefusedError(SkipReason.NOT_AS_NAMED, "no mail: it does not begin with a header")
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    builder = TextBuilder(limits.text_chars)
    reader = _Reader(builder, limits)
    reader.mail(message, 0)
    title = _header(message, "Subject")
    # With OCR in an attachment the text is another than without, and so is its identity.
    loader = "eml+ocr" if reader.ocr else "eml"
    return builder.parsed(
        loader, title=title or None, modified=_date(message), warnings=reader.warnings()
    )


def parse_mails(mails: Iterable[bytes], count: int, limits: Limits) -> Parsed:
    """The ``count`` mails of a mailbox as one document, as far as there is time for them."""
    builder = TextBuilder(limits.text_chars)
    started = time.monotonic()
    left_out: list[str] = []
    ocr = False
    for number, data in enumerate(mails):
        if time.monotonic() - started > _TIME_SHARE * limits.seconds:
            left_out.append(f"{count - number:,} of {count:,} mails were not read: no time")
            break
        reader = _Reader(builder, limits, started)
        # One level down: no mail's subject is the title of them all.
        reader.mail(email.message_from_bytes(data, policy=email.policy.default), 1)
        left_out += reader.warnings()
        ocr = ocr or reader.ocr
    said = left_out[-_NAMED_WARNINGS:]
    if len(left_out) > len(said):
        said.append(f"{len(left_out) - len(said):,} more parts of mails were not read")
    return builder.parsed("mbox+ocr" if ocr else "mbox", warnings=said)


def _header(message: EmailMessage, name: str) -> str:
    """A header's words; one that breaks the rules is taken as it stands."""
    try:
        value = message.get(name)
        return one_line(str(value)) if value is not None else ""
    except Exception:  # the library raises all sorts of errors on broken headers
        raw = next((v for k, v in message.raw_items() if k.lower() == name.lower()), "")
        return one_line(str(raw))


def _date(message: EmailMessage) -> str | None:
    """The day the mail was sent, by its sender's clock."""
    try:
        return parsedate_to_datetime(_header(message, "Date")).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@dataclass(slots=True)
class _Reader:
    """One mail with all that hangs on it; counts parts, notes what is left out."""

    builder: TextBuilder
    limits: Limits
    started: float = field(default_factory=time.monotonic)
    parts: int = 0
    left_out: list[str] = field(default_factory=list)
    over: int = 0  #: parts beyond the limit
    ocr: bool = False  #: an attachment was read by OCR

    def warnings(self) -> list[str]:
        out = self.left_out[:_NAMED_WARNINGS]
        more = len(self.left_out) - len(out)
        if more:
            out.append(f"{more:,} more attachments were not read")
        if self.over:
            out.append(f"{self.over:,} parts beyond the first {_MAX_PARTS:,} were not read")
        return out

    def mail(self, message: EmailMessage, depth: int) -> None:
        subject = _header(message, "Subject")
        if subject:
            self.builder.add(BlockKind.HEADING, subject, level=min(6, depth + 1))
        facts = ((name, _header(message, name)) for name in _HEADERS)
        said = [f"{name}: {value[:_HEADER_CHARS]}" for name, value in facts if value]
        self.builder.start_table()
        self.builder.add(BlockKind.TABLE_ROW, " | ".join(said))
        later: list[EmailMessage] = []
        self._bodies(message, later)
        for part in later:
            self._attachment(part, depth)

    def _bodies(self, message: EmailMessage, later: list[EmailMessage]) -> None:
        """Add the body's parts in order; attachments and inner mails are kept for later."""
        waiting: list[EmailMessage] = [message]
        while waiting:
            part = waiting.pop()
            self.parts += 1
            if self.parts > _MAX_PARTS:
                self.over += 1
                if part.is_multipart() and part.get_content_maintype() == "multipart":
                    waiting.extend(reversed(list(_children(part))))
                continue
            kind = part.get_content_type()
            if kind in _SILENT or _is_inline_picture(part):
                continue
            if kind in _ENCRYPTED:
                self.left_out.append("the body is encrypted and was not read")
            elif kind == "message/rfc822" or (part is not message and _is_attachment(part)):
                later.append(part)
            elif kind == "multipart/alternative":
                chosen = _best(list(_children(part)))
                waiting.extend([chosen] if chosen is not None else [])
            elif part.is_multipart():
                waiting.extend(reversed(list(_children(part))))
            elif kind == "text/html":
                add_html_body(self.builder, _text(part, html=True))
            elif part.get_content_maintype() == "text":
                said = _text(part)
                if str(part.get_param("format", "")).lower() == "flowed":
                    said = unflowed(said, str(part.get_param("delsp", "")).lower() == "yes")
                add_plain_body(self.builder, said)

    def _attachment(self, part: EmailMessage, depth: int) -> None:
        if part.get_content_type() == "message/rfc822":
            for inner in list(_children(part))[:1]:
                if depth + 1 >= _MAX_DEPTH:
                    self.left_out.append(f"mails within mails beyond {_MAX_DEPTH} were not read")
                else:
                    self.mail(inner, depth + 1)
            return
        name = one_line(_file_name(part))[:_HEADER_CHARS] or "attachment"
        try:
            self._file(part, name, depth)
        except RefusedError as refused:
            detail = f" ({refused.detail})" if refused.detail else ""
            self.left_out.append(f"attachment {name} {refused.reason.value}{detail}"[:300])
        except MemoryError:
            raise
        except Exception as error:  # a parser may raise anything on a bad file
            self.left_out.append(f"attachment {name} is damaged ({type(error).__name__})")

    def _file(self, part: EmailMessage, name: str, depth: int) -> None:
        """Read an attachment by the loader of its name, within what is left of the time."""
        from index.loading.formats import loader_name, parse_part

        loader = loader_name(name)
        spent = time.monotonic() - self.started
        if spent > _TIME_SHARE * self.limits.seconds:
            raise RefusedError(SkipReason.TOO_SLOW, f"{spent:.0f} s were spent on the others")
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        if loader == "eml":
            if depth + 1 >= _MAX_DEPTH:
                raise RefusedError(SkipReason.TOO_LARGE, f"mails {_MAX_DEPTH} deep")
            inner = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
            self.mail(inner, depth + 1)
            return
        left = replace(self.limits, seconds=self.limits.seconds - spent)
        parsed = parse_part(data, name, left)
        self.ocr = self.ocr or "+ocr/" in parsed.loader
        self.builder.add(BlockKind.HEADING, name, level=min(6, depth + 2))
        add_part(self.builder, parsed.text, parsed.blocks, deeper=depth + 2)
        self.left_out += [f"attachment {name}: {warning}" for warning in parsed.warnings]


def _children(part: EmailMessage) -> Iterator[EmailMessage]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (child for child in payload if isinstance(child, EmailMessage))


def _best(parts: list[EmailMessage]) -> EmailMessage | None:
    """Of one body in several forms: the plain text when it says something, else the last."""
    for part in parts:
        if part.get_content_type() == "text/plain" and _text(part).strip():
            return part
    readable = [p for p in parts if p.is_multipart() or p.get_content_maintype() == "text"]
    return readable[-1] if readable else None


def _is_inline_picture(part: EmailMessage) -> bool:
    """A logo or the like within the text, not a picture that was sent."""
    shown = part.get_content_maintype() == "image" and part.get("Content-ID") is not None
    return shown and part.get_content_disposition() != "attachment"


def _is_attachment(part: EmailMessage) -> bool:
    if part.get_content_maintype() == "multipart":
        return False
    if part.get_content_disposition() == "attachment" or _file_name(part):
        return True
    return part.get_content_maintype() != "text"


def _file_name(part: EmailMessage) -> str:
    try:
        return part.get_filename() or ""
    except Exception:  # as for other broken headers
        return ""


def _text(part: EmailMessage, html: bool = False) -> str:
    """A text part's characters by its declared encoding, or a guess where that is wrong."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content.strip():
        return ""
    declared = part.get_content_charset()
    if declared and declared not in ("us-ascii", "ascii"):
        try:
            return content.decode(declared)
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    return decode_page(content)[0] if html else decode(content)[0]
