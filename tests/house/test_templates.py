"""Templates: all compile, and none carries a script, a style or a foreign address."""

import re

import pytest
from django.template import engines

from tests.house.source import ROOT

BASE = ROOT / "templates"
TEMPLATES = sorted(p for p in BASE.rglob("*") if p.suffix in {".html", ".txt", ".svg"})
PAGES = [path for path in TEMPLATES if path.suffix in {".html", ".svg"}]
HANDLER = re.compile(r"<[^>{}]*\son[a-z]+\s*=", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE)
STYLE = re.compile(r"<style|\sstyle\s*=", re.IGNORECASE)
# An address in an attribute that the browser loads or posts to by itself.
FOREIGN = re.compile(
    r"""<(?:script|link|img|source|iframe|form|use|image|audio|video|object|embed)\b[^>]*?
        \s(?:src|srcset|href|action|data|poster|xlink:href)\s*=\s*["']?(?:https?:)?//""",
    re.IGNORECASE | re.VERBOSE,
)
FRAMES = re.compile(r"<(iframe|object|embed)\b", re.IGNORECASE)
JAVASCRIPT = re.compile(r"""=\s*["']?javascript:""", re.IGNORECASE)
HTMX_EVAL = re.compile(r"\shx-(on|vars|headers='js|vals='js)[:=]?", re.IGNORECASE)
FORBIDDEN = {
    "an event handler": HANDLER,
    "an inline script": INLINE_SCRIPT,
    "a style": STYLE,
    "a foreign host": FOREIGN,
    "a frame": FRAMES,
    "a javascript address": JAVASCRIPT,
    "htmx that evaluates code": HTMX_EVAL,
}


def without_comments(text: str) -> str:
    text = re.sub(r"{#.*?#}", "", text)
    text = re.sub(r"{% comment .*?{% endcomment %}", "", text, flags=re.DOTALL)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def name_of(path) -> str:
    return str(path.relative_to(BASE))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_compiles(path):
    engines["django"].get_template(name_of(path))


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_template_keeps_the_content_security_policy(path):
    text = without_comments(path.read_text(encoding="utf-8"))
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert not found, found


# Lists that may be long: their rows get addresses and words from the view.
LONG_LISTS = {
    "admin/permits/worklist.html",
    "components/service_card.html",
    "components/work_list.html",
    "counters/_results.html",
    "permits/application_list.html",
}


@pytest.mark.parametrize("name", sorted(LONG_LISTS))
def test_no_url_or_translation_inside_a_row_of_a_long_list(name):
    """`{% url %}` and `{% translate %}` cost more than all the rest of a row."""
    path = BASE / name
    text = without_comments(path.read_text(encoding="utf-8"))
    loops = re.findall(r"{% for (.*?) %}(.*?){% endfor %}", text, re.DOTALL)
    dear = [head for head, body in loops if re.search(r"{% (url|(block)?translate) ", body)]
    assert not dear, dear


def test_scripts_and_styles_reach_no_foreign_host():
    wrong = []
    for path in [*(ROOT / "static").rglob("*.js"), *(ROOT / "static").rglob("*.css")]:
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        for found in re.finditer(
            r"""(url\(|fetch\(|import\s*\(?|src\s*=)\s*["']?https?://""", text
        ):
            wrong.append(f"{path.relative_to(ROOT)}: {found[0]}")
        if path.suffix == ".js" and re.search(r"\beval\s*\(|new Function\(", text):
            evals = f"{path.relative_to(ROOT)}: evaluates text"
            if "htmx" not in text[:2000]:
                wrong.append(evals)
    assert not wrong, "\n".join(wrong)
