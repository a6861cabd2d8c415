"""A person without a browser: opens pages, fills the forms that are really there, sends them."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

VOID = {"input", "br", "img", "hr", "meta", "link", "path", "rect", "circle", "use", "progress"}


class Form:
    """One form of a page: where it goes, how, and what stands in it."""

    def __init__(self, action: str, method: str) -> None:
        self.action, self.method = action, method
        self.values: dict[str, list[str]] = {}
        self.buttons: list[tuple[str, str, str]] = []
        self.files: set[str] = set()

    @property
    def names(self) -> set[str]:
        return set(self.values) | self.files


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._by_id: dict[str, Form] = {}
        self._select = self._area = ""
        self._button: list[str] | None = None
        self._link: list[str] | None = None
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        a = {name: value or "" for name, value in attrs}
        form = self._by_id.get(a.get("form", ""), self._form)
        if tag in ("script", "style", "svg"):
            self._skip += 1
        if tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get").lower())
            self._by_id[a.get("id", "-")] = self._form
            self.forms.append(self._form)
        elif tag == "a" and "href" in a:
            self._link = [a["href"], ""]
        elif tag == "button" and form is not None:
            self._button = [a.get("name", ""), a.get("value", ""), ""]
        elif form is not None and a.get("name") and "disabled" not in a:
            self._control(tag, a, form)
        if tag == "option" and self._select and "selected" in a and self._form:
            self._form.values[self._select] = [a.get("value", "")]

    def _control(self, tag: str, a: dict, form: Form) -> None:
        name, kind = a["name"], a.get("type", "text")
        if tag == "input" and kind in ("checkbox", "radio"):
            form.values.setdefault(name, [])
            if "checked" in a:
                form.values[name].append(a.get("value", "on"))
        elif kind == "file":
            form.files.add(name)
        elif tag == "input" and kind not in ("submit", "button"):
            form.values.setdefault(name, []).append(a.get("value", ""))
        elif tag == "textarea":
            form.values[name] = [""]
            self._area = name
        elif tag == "select":
            form.values[name] = [""]
            self._select = name

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "svg"):
            self._skip -= 1
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "a" and self._link:
            self.links.append((self._link[0], " ".join(self._link[1].split())))
            self._link = None
        elif tag == "button" and self._button:
            target = self._form or (self.forms[-1] if self.forms else None)
            if target is not None:
                name, value, label = self._button
                target.buttons.append((name, value, " ".join(label.split())))
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._area and self._form:
            self._form.values[self._area][0] += data.lstrip("\n")
        if self._link:
            self._link[1] += data
        if self._button:
            self._button[2] += data
        if not self._skip:
            self.text.append(data)


class Person:
    """A person at a screen: `open`, `follow`, `send`. Redirects are followed, 4xx are kept."""

    def __init__(self, email: str = "", password: str = "demo-mpp-2026") -> None:
        self.client = Client()
        self.status, self.address, self.html = 0, "/", ""
        self.page = _Reader()
        if email:
            self.open("/akun/login/")
            self.send({"login": email, "password": password}, with_field="login")

    def _read(self, response) -> "Person":
        self.response = response
        if getattr(response, "redirect_chain", None):
            self.address = response.redirect_chain[-1][0]
        self.status = response.status_code
        self.page = _Reader()
        kind = response.headers.get("Content-Type", "")
        self.html = response.content.decode() if kind.startswith("text/html") else ""
        self.page.feed(self.html)
        return self

    @property
    def text(self) -> str:
        """What can be read on the page, in one line."""
        return " ".join(" ".join(self.page.text).split())

    def open(self, address: str) -> "Person":
        self.address = urljoin(self.address, address)
        return self._read(self.client.get(self.address, follow=True))

    def follow(self, label: str) -> "Person":
        """Follow the first link whose text contains the label."""
        for address, text in self.page.links:
            if label.lower() in text.lower():
                return self.open(address)
        raise AssertionError(f"no link {label!r} on {self.address}: {self.page.links}")

    def form(self, *, with_field: str = "", to: str = "") -> Form:
        """The first form that has the field or whose address contains `to`."""
        for form in self.page.forms:
            if form.method != "post" or "/bahasa/" in form.action or to not in form.action:
                continue
            if not with_field or with_field in form.names:
                return form
        raise AssertionError(
            f"no form with {with_field or to!r} on {self.address}: "
            f"{[(f.action, sorted(f.names)) for f in self.page.forms]}"
        )

    def send(
        self,
        values: dict[str, Any] | None = None,
        *,
        with_field: str = "",
        to: str = "",
        button: str = "",
    ) -> "Person":
        """Fill and send a form; `button` names the pressed one by its label."""
        form = self.form(with_field=with_field, to=to)
        data: dict[str, Any] = {name: list(found) for name, found in form.values.items() if found}
        for name, value in (values or {}).items():
            data[name] = value
        for name, value, label in form.buttons:
            if name and (not button or button.lower() in label.lower()):
                data.setdefault(name, value)
                break
        action = urljoin(self.address, form.action or self.address)
        self.address = action
        return self._read(self.client.post(action, data, follow=True))


def photo(content: bytes, name: str = "foto.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")
