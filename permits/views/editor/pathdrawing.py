"""The path of a permit type as a drawing: numbers for an SVG, made without any script."""

from dataclasses import dataclass, field

from permits.definition import PermitDefinition, Stage
from permits.definition.vocabulary import MOVING_VERBS
from permits.views.editor import words

LEFT, WIDTH, GAP, LINE = 92, 290, 54, 26
ENDS, END_WIDTH = 36, 220
TOP, HEAD = 14, 58
LONGEST = 34
TONES = {"reject": "bad", "approve": "good", "hand_over": "good", "complete": "good"}


@dataclass(slots=True)
class Box:
    """A stage: its place in the drawing, its words, and the ends that leave it."""

    number: int
    title: str
    who: str
    y: int
    height: int
    ends: list[dict] = field(default_factory=list)

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _height(stage: Stage) -> int:
    ends = sum(action.verb not in MOVING_VERBS for action in stage.actions)
    return max(HEAD, LINE * ends + 8)


def drawing(
    defn: PermitDefinition, name: str, roles: dict[str, str], own_agency: str
) -> dict | None:
    """Boxes, arrows and size of the path; None without stages.

    `name` is the attribute with the names in the page's language, as far as they are given;
    `own_agency` is what the service's agency is called.
    """
    if not defn.stages:
        return None
    boxes, y = [], TOP
    for number, stage in enumerate(defn.stages, start=1):
        title = getattr(stage, name) or stage.name or stage.key
        agency = own_agency if stage.agency == "service" else stage.agency
        who = f"{roles.get(stage.role, stage.role)} · {agency}"
        box = Box(number, _short(f"{number}. {title}"), _short(who), y, _height(stage))
        box.ends = _ends(stage, box, name)
        boxes.append(box)
        y += box.height + GAP
    return {
        "boxes": boxes,
        "arrows": _arrows(defn, boxes),
        "height": y - GAP + TOP,
        "left": LEFT,
        "text_left": LEFT + 14,
        "width": WIDTH,
        "right": LEFT + WIDTH,
        "end_left": LEFT + WIDTH + ENDS,
        "end_text": LEFT + WIDTH + ENDS + 12,
        "end_width": END_WIDTH,
        "full_width": LEFT + WIDTH + ENDS + END_WIDTH + 4,
    }


def _ends(stage: Stage, box: Box, name: str) -> list[dict]:
    ends = [action for action in stage.actions if action.verb not in MOVING_VERBS]
    return [
        {
            "y": box.y + 4 + index * LINE,
            "text_y": box.y + 4 + index * LINE + 16,
            "middle": box.y + 4 + index * LINE + 11,
            "text": _short(
                getattr(action, name.replace("name", "label")) or words.value(action.verb)
            ),
            "tone": TONES.get(action.verb, "good"),
        }
        for index, action in enumerate(ends)
    ]


def _arrows(defn: PermitDefinition, boxes: list[Box]) -> list[dict]:
    """Straight to the next stage, in a curve at the left over others and back."""
    keys = [stage.key for stage in defn.stages]
    found = []
    for index, stage in enumerate(defn.stages):
        for action in stage.actions:
            if action.verb not in MOVING_VERBS or action.to not in keys:
                continue
            target = keys.index(action.to)
            one, other = boxes[index], boxes[target]
            if target == index + 1:
                x = LEFT + WIDTH // 2
                path = f"M{x} {one.y + one.height}V{other.y - 3}"
            else:
                lane = max(16, LEFT - 34 - 22 * abs(target - index))
                path = f"M{LEFT} {one.middle}H{lane}V{other.middle + 8}H{LEFT - 3}"
            found.append({"d": path, "is_back": target <= index})
    return found
