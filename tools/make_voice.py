"""Make the board's voice: one Ogg/Opus file of short Indonesian words, and where each begins.

    apt install espeak-ng opus-tools sox
    python tools/make_voice.py

Run at development time only; static/suara/id.ogg and id.json are committed. No service on the
network is asked. Words are cut, brought to one loudness and put behind each other with a pause.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "suara"
# Clip -> what the synthesiser is told: it names letters as Indonesians do; brackets hold sounds
# where its spelling rules are wrong.
WORDS = {
    "nomor": "nomor",
    "silakan": "silakan ke",
    "loket": "[[l'okEt]]",
    "zona": "zona",
    "0": "nol",
    "1": "satu",
    "2": "dua",
    "3": "tiga",
    "4": "[[@mp'at]]",
    "5": "lima",
    "6": "[[@n'am]]",
    "7": "tujuh",
    "8": "delapan",
    "9": "sembilan",
    "10": "sepuluh",
    "11": "[[s@b@l'as]]",
    "belas": "[[b@l'as]]",
    "puluh": "puluh",
    "100": "seratus",
    "ratus": "ratus",
    **{letter: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
}
RATE = 24_000
PAUSE = 0.12
SPEED, PITCH, KILOBITS = "135", "42", "28"


def run(*command: str) -> str:
    """Run a tool; its output."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def spoken(text: str, folder: Path, name: str) -> Path:
    """One word as a wave file without silence around it, at one loudness."""
    raw, cut = folder / f"{name}-raw.wav", folder / f"{name}.wav"
    run("espeak-ng", "-v", "id", "-s", SPEED, "-p", PITCH, "-w", str(raw), text)
    edge = ["silence", "1", "0.01", "0.2%", "fade", "t", "0.01", "reverse"]
    run(
        *["sox", str(raw), "-r", str(RATE), "-c", "1", str(cut)],
        *[*edge, *edge, "gain", "-n", "-2"],
        *["pad", "0.02", str(PAUSE)],
    )
    return cut


def main() -> int:
    missing = [tool for tool in ("espeak-ng", "opusenc", "sox", "soxi") if not shutil.which(tool)]
    if missing:
        sys.stdout.write(f"Install first: {', '.join(missing)}\n")
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = {key: spoken(text, folder, f"c{key}") for key, text in WORDS.items()}
        at, places = 0.0, {}
        for key, clip in clips.items():
            length = float(run("soxi", "-D", str(clip)))
            places[key] = [round(at, 3), round(length - PAUSE, 3)]
            at += length
        whole = folder / "whole.wav"
        run("sox", *[str(clip) for clip in clips.values()], str(whole))
        quiet = ["--quiet", "--bitrate", KILOBITS, "--discard-comments", "--discard-pictures"]
        run("opusenc", *quiet, str(whole), str(TARGET / "id.ogg"))
    (TARGET / "id.json").write_text(json.dumps(places, separators=(",", ":")) + "\n", "utf-8")
    size = (TARGET / "id.ogg").stat().st_size
    sys.stdout.write(f"{len(places)} clips, {at:.1f} s, {size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
