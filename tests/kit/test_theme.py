"""The contrast gate of a region's theme."""

import re

import pytest

from mpp.kit import theme


@pytest.mark.parametrize(
    ("front", "back", "ratio"),
    [("#000000", "#FFFFFF", 21.0), ("#FFFFFF", "#1E2C66", 13.1), ("#2B3D87", "#FBF8F2", 9.3)],
)
def test_contrast_known_pairs(front, back, ratio):
    assert round(theme.contrast(front, back), 1) == ratio
    assert theme.contrast(front, back) == theme.contrast(back, front)


def test_check_theme_default_passes():
    assert theme.check_theme(theme.DEFAULT_THEME) == []
    assert theme.check_theme({}) == []


def test_check_theme_pale_button_is_refused():
    problems = theme.check_theme({"nila-800": "#8FA0E0"})
    assert any("nila-800" in problem and "4.5" in problem for problem in problems)


def test_check_theme_weak_control_is_refused():
    problems = theme.check_theme({"nila-300": "#2A3358"})
    assert any("nila-300" in problem and "3.0" in problem for problem in problems)


@pytest.mark.parametrize("value", ["red", "#12345", "#1234567", "#GG0000", 7, "#fff;}"])
def test_check_theme_value_that_is_no_colour(value):
    assert len(theme.check_theme({"nila-800": value})) == 1


def test_check_theme_foreign_name_and_motif():
    assert len(theme.check_theme({"kunyit": "#000000"})) == 1
    assert len(theme.check_theme({}, motif="unknown")) == 1


def test_blend_ends():
    assert theme.blend("#FFFFFF", "#000000", 0) == "#000000"
    assert theme.blend("#FFFFFF", "#000000", 1) == "#FFFFFF"


def test_theme_css_holds_every_step_and_the_motif():
    css = theme.theme_css({"nila-800": "#10407A"})
    assert "--nila-800:#10407A;" in css
    assert css.count("--nila-") == len(theme.DEFAULT_THEME)
    assert re.search(r"--motif:url\('data:image/svg\+xml,[^']+'\);", css)
    assert theme.theme_css({}, "plain").count("none") == 1


@pytest.mark.parametrize("bad", [{"nila-800": "#fff;}body{display:none"}, {"nila-800": "#FFFFFF"}])
def test_theme_css_unusable_theme_falls_back(bad):
    assert theme.theme_css(bad) == theme.theme_css({})
