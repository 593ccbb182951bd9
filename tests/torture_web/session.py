"""A whole session, watched: ``python -m tests.torture_web.session FOLDER``.

Start, upload, index, ask, read the source, draw a page, export, search, stop: with the real
command, models and HTTP. Every Python process that takes part writes down each connection it opens
and each name it looks up; with ``--strace`` the kernel's own calls of all processes are written
down, and with ``--browser`` the requests of Chromium. Run it inside a network namespace without a
route (``unshare -rn``), and what needs the outside would fail besides being seen.

The last line is JSON: what was done, and every attempt to reach the outside. ``--leak`` makes the
server try on purpose, twice, so that the watching can be seen to work.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from reportlab.pdfgen.canvas import Canvas  # noqa: E402
from web_server import Server  # noqa: E402

#: Imported by every Python process that starts with this folder on its path.
WATCH = """
import json, os, sys, threading
_log = open(os.environ["WATCH_LOG"], "a", encoding="utf-8", buffering=1)
_names = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
    "socket.getnameinfo", "socket.sendto", "socket.sendmsg", "urllib.Request", "ftplib.connect",
    "http.client.connect", "smtplib.connect", "webbrowser.open", "nntplib.connect"}
def _heard(event, arguments):
    if event in _names:
        given = [str(getattr(one, "family", one)) for one in arguments]
        _log.write(json.dumps({"pid": os.getpid(), "event": event, "given": given}) + "\\n")
sys.addaudithook(_heard)
_log.write(json.dumps({"pid": os.getpid(), "event": "started", "given": sys.argv[:2]}) + "\\n")
def _leak():
    import socket, time
    while not os.path.exists(os.environ["WATCH_LEAK"]):
        time.sleep(0.1)
    for way in (lambda: socket.create_connection(("192.0.2.1", 9), timeout=0.5),
            lambda: socket.getaddrinfo("tell.example", 80)):
        try:
            way()
        except OSError as error:
            _log.write(json.dumps({"event": "refused", "given": [type(error).__name__]}) + "\\n")
if os.environ.get("WATCH_LEAK") and "chat" in sys.argv:
    threading.Thread(target=_leak, daemon=True).start()
"""
START_S = 900  #: a chat under `strace` on a busy computer takes its time
BOAT = "The boat is called Wren and has nine sails."
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-extensions",
    "--disable-features=AutofillServerCommunication,OptimizationHints,MediaRouter",
]


@dataclass(frozen=True, slots=True)
class Session:
    """Where it takes place."""

    folder: Path
    environment: Mapping[str, str]
    prefix: tuple[str, ...] = ()

    def footnote(self, *arguments: str) -> list[str]:
        return [*self.prefix, sys.executable, "-m", "ui.command_line", *arguments]

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            self.footnote(*arguments),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-1500:]
        return done.stdout

    @contextmanager
    def chat(self, *arguments: str) -> Iterator[Server]:
        """The real ``footnote chat``, stopped as with Ctrl-C."""
        port = free_port()
        command = self.footnote("chat", "--port", str(port), *arguments)
        with (self.folder / "chat.log").open("w") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, text=True
            )
            running = Server(port)
            try:
                until = time.monotonic() + START_S
                while not listens(running):
                    assert process.poll() is None, (self.folder / "chat.log").read_text()[-1500:]
                    assert time.monotonic() < until, "the chat did not start"
                    time.sleep(0.2)
                yield running
            finally:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def listens(running: Server) -> bool:
    try:
        return running.get("/api/documents").status == 200
    except OSError:
        return False


def begin(folder: Path, *, leak: bool = False, prefix: tuple[str, ...] = ()) -> Session:
    """A folder of documents, and an environment in which everything is watched."""
    (folder / "watch").mkdir(parents=True, exist_ok=True)
    (folder / "watch" / "sitecustomize.py").write_text(WATCH)
    documents = folder / "documents"
    documents.mkdir(exist_ok=True)
    (documents / "boat.md").write_text(f"# The boat\n\n{BOAT}")
    canvas = Canvas(str(documents / "lease.pdf"), pagesize=(400, 560))
    canvas.drawString(40, 500, "The lease says that cats may be kept.")
    canvas.save()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("FOOTNOTE_", "HF_"))},
        "HOME": str(folder / "home"),  # no cache of the person's own helps out
        "FOOTNOTE_DATA": str(folder / "data"),
        "FOOTNOTE_SETTINGS": str(folder / "settings.toml"),
        "WATCH_LOG": str(folder / "seen.jsonl"),
        "PYTHONPATH": os.pathsep.join([str(folder / "watch"), str(ROOT)]),
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "passive",
    }
    if leak:
        environment["WATCH_LEAK"] = str(folder / "leak-now")
    return Session(folder, environment, prefix)


def walk(running: Server, folder: Path, done: list[str], *, leak: bool) -> None:
    """What a person does in the chat, without a browser."""

    def check(what: str, held: object) -> None:
        assert held, what
        done.append(what)

    check("page", "Footnote" in running.get("/").text)
    if leak:
        (folder / "leak-now").touch()
    step = running.upload("garden/roses.txt", b"The rose garden has 412 bushes.")
    check("upload and index", "can be asked now" in str(step["outcomes"]))
    answer = running.ask("How many bushes has the rose garden?")
    check("ask", "412" in str(answer["html"]))
    follow = running.ask("And the boat, how is it called?", conversation=answer["conversation"])
    check("follow up", "Wren" in str(follow["html"]))
    found = re.search(
        r'data-document="(\w+)" data-start="(\d+)" data-end="(\d+)"', str(answer["html"])
    )
    assert found is not None
    source = running.get("/api/passage", document=found[1], start=found[2], end=found[3])
    check("source", "<mark>" in source.text)
    lease = re.search(r'data-document="(\w+)"', str(running.ask("What of cats?")["html"]))
    assert lease is not None
    sheet = running.get("/api/sheet", document=lease[1], page=1)
    picture = running.get("/api/sheet.png", document=lease[1], page=1)
    check("page of a PDF", "<img" in sheet.text and picture.body.startswith(b"\x89PNG"))
    for form in ("html", "markdown"):
        talk = f"/api/conversations/{answer['conversation']}"
        check(f"export as {form}", "412" in running.get(f"{talk}/export", form=form).text)
    check("judge", running.post("/api/turns/1/judge", {"verdict": 1}).status == 200)
    last = running.post("/api/documents/sync", {"library": ""}).lines()[-1]
    check("sync", last["finished"] and not last["trouble"])
    check("models", running.get("/api/models").status == 200)
    asked = {"question": "How many sails has the boat?"}
    check("ask as a program", "nine" in running.post("/v1/ask", asked).text)
    body = {"model": "footnote", "messages": [{"role": "user", "content": asked["question"]}]}
    check("ask as an OpenAI client", "nine" in running.post("/v1/chat/completions", body).text)
    wanted = 2 if leak else 0
    counted = running.get("/api/connections").json()
    until = time.monotonic() + 60
    while counted["refused"] != wanted and time.monotonic() < until:
        time.sleep(0.2)
        counted = running.get("/api/connections").json()
    check(f"the page says {counted['refused']} refused", counted["refused"] == wanted)


def look(running: Server, folder: Path, done: list[str]) -> tuple[list[str], list[str]]:
    """The same in Chromium: what the page asked for, and what the browser did, by its own log.

    A browser asks its maker for updates and what the fields of a page may be; that is not ours to
    stop, and is told apart from what the page itself asks for.
    """
    wanted: list[str] = []
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    log = folder / "netlog.json"
    with sync_playwright() as playwright:
        flags = [*FLAGS, f"--log-net-log={log}", "--net-log-capture-mode=Default"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        context = browser.new_context(accept_downloads=True)
        context.on("request", lambda sent: wanted.append(sent.url))
        page = context.new_page()
        page.goto(running.address)
        page.wait_for_selector("#fn-question textarea")
        page.locator("#fn-question textarea").fill("What is the boat called?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker", timeout=60_000)
        page.locator(".fn-marker").first.click()
        page.locator("#fn-source mark").first.wait_for(state="visible")
        done.append("browser: ask and read the source")
        page.locator(".fn-top [data-action=documents]").click()
        file = {"name": "shed.txt", "mimeType": "text/plain", "buffer": b"The shed is green."}
        page.locator("#fn-files").set_input_files([file])
        page.wait_for_selector(".fn-uploads .fn-good", timeout=60_000)
        done.append("browser: upload")
        page.keyboard.press("Escape")
        page.reload()
        page.wait_for_selector(".fn-turn .fn-marker")
        with page.expect_download() as saved:
            page.evaluate("document.querySelector('a[href*=\"form=html\"]').click()")
        saved.value.path()
        done.append("browser: export")
        context.close()
        browser.close()
    return wanted, asked_for(log)


def asked_for(log: Path) -> list[str]:
    """Addresses and host names in Chromium's log of the network."""
    words = log.read_text("utf-8", "replace")
    try:
        data = json.loads(words)
    except json.JSONDecodeError:  # it was not closed
        data = json.loads(words.rstrip().rstrip(",") + "]}")
    found: list[str] = []
    for event in data["events"]:
        given = event.get("params") or {}
        for key in ("url", "host", "address", "remote_address", "original_url"):
            if isinstance(given.get(key), str):
                found.append(given[key])
        found += [one for one in given.get("address_list", []) if isinstance(one, str)]
    return found


# ---- what was seen -------------------------------------------------------------------------------


def is_here(address: str) -> bool:
    """Is this an address of this computer, or none of the internet's?"""
    if address.startswith(("data:", "blob:", "about:", "chrome", "devtools:", "\\0")):
        return True
    if address.startswith("/") and not address.startswith("//"):  # a file
        return True
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    if host in ("", "localhost", "none"):
        return True
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified


def heard(log: Path) -> tuple[list[str], int, int]:
    """What Python tried outside, how many processes were watched, and how much they did here."""
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    outside, inside = [], 0
    for line in lines:
        event, given = line["event"], line["given"]
        if event in ("started", "refused"):
            continue
        quoted = re.findall(r"'([^']*)'", given[1]) if len(given) > 1 else []
        host = given[0] if event.startswith(("socket.get", "urllib")) else (quoted or [""])[0]
        if "AF_UNIX" in given[0] or host in ("None", "") or is_here(host.strip("('")):
            inside += 1
        else:
            outside.append(f"{event} {given}")
    return outside, len({line.get("pid") for line in lines if "pid" in line}), inside


_CALL = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(.*sa_family=AF_INET6?.*")
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')


def called(log: Path) -> tuple[list[str], int]:
    """The same by the kernel: system calls to internet addresses elsewhere, and how many here."""
    outside, inside = [], 0
    for line in log.read_text("utf-8", "replace").splitlines():
        if not _CALL.search(line):
            continue
        found = _ADDRESS.search(line)
        if found and is_here(found[1] or f"[{found[2]}]"):
            inside += 1
        else:
            outside.append(line[:200])
    return outside, inside


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]
    options.add_argument("folder", type=Path)
    options.add_argument("--browser", action="store_true")
    options.add_argument("--strace", action="store_true")
    options.add_argument("--commands", action="store_true", help="the command line as well")
    options.add_argument("--leak", action="store_true")
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    calls = given.folder / "calls.txt"
    trace = ["strace", "-f", "-qq", "-A", "-e", "trace=network", "-o", str(calls)]
    prefix = tuple(trace) if given.strace else ()
    session = begin(given.folder, leak=given.leak, prefix=prefix)
    done: list[str] = []
    wanted, browsed = [""], [""]
    documents = str(given.folder / "documents")
    if given.commands:
        session.run("index", documents)
        done.append("footnote index")
        assert "Wren" in session.run("ask", "What is the boat called?", "--json")
        done.append("footnote ask")
        assert "nine" in session.run("search", "sails")
        session.run("doctor")
        done.append("footnote search, doctor")
    with session.chat("--docs", documents) as running:
        walk(running, given.folder, done, leak=given.leak)
        if given.browser:
            wanted, browsed = look(running, given.folder, done)
    outside, processes, inside = heard(given.folder / "seen.jsonl")
    words = (given.folder / "seen.jsonl").read_text()
    result: dict[str, object] = {
        "done": done,
        "processes": processes,
        "inside": inside,
        "outside": outside,
        "refused_on_purpose": re.findall(r'"refused", "given": \["(\w+)"', words),
        "traceback": "Traceback" in (given.folder / "chat.log").read_text(),
    }
    if given.strace:
        result["calls_outside"], result["calls_inside"] = called(calls)
    if given.browser:
        result["page_requests"] = len(wanted)
        result["page_outside"] = [one for one in wanted if not is_here(one)]
        hosts = {urlsplit(one).netloc or one for one in browsed if not is_here(one)}
        result["browser_by_itself"] = sorted(hosts)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
