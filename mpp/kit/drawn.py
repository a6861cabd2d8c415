"""Small pieces that lists repeat, drawn once per process from their own templates."""

from functools import lru_cache

from django.template.loader import get_template
from django.utils.safestring import SafeString

from mpp.kit.promise_bar import PromiseBar


def bar_html(bar: PromiseBar) -> SafeString:
    """A promise bar without sentences, as components/promise_bar.html draws it."""
    return _bar(tuple(bar.pieces), bar.past, bar.now, bar.late)


@lru_cache(maxsize=1_024)
def _bar(pieces: tuple[str, ...], past: float, now: float, late: float) -> SafeString:
    bar = PromiseBar(list(pieces), past, now, late)
    return get_template("components/promise_bar.html").render({"bar": bar})


def label_html(status: dict[str, str]) -> SafeString:
    """A status label (`label`, `icon`, `tone`), as components/status_label.html draws it."""
    return _label(str(status["label"]), status["icon"], status.get("tone", ""))


@lru_cache(maxsize=1_024)
def _label(label: str, icon: str, tone: str) -> SafeString:
    context = {"label": label, "icon": icon, "tone": tone}
    return get_template("components/status_label.html").render(context)
