"""Makes the spoken digits of the audio captcha with espeak-ng: 8 kHz, 16 bits, one file a digit and language."""

from __future__ import annotations

import io
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "app" / "reference" / "digits"
RATE = 8000
VOICES = {
    "zh": ("cmn-latn-pinyin", "零一二三四五六七八九"),
    "en": ("en-gb", ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")),
}


def spoken(voice: str, word: str) -> np.ndarray:
    """The word as samples between -1 and 1, without the silence around it."""
    made = subprocess.run(["espeak-ng", "-v", voice, "-s", "120", "--stdout", word], capture_output=True, check=True)
    with wave.open(io.BytesIO(made.stdout)) as source:
        rate, data = source.getframerate(), source.readframes(source.getnframes())
    sound = np.frombuffer(data, "<i2").astype(float) / 32768
    smooth = np.convolve(sound, np.ones(3) / 3, "same")
    places = np.arange(0, len(smooth), rate / RATE)
    low = np.interp(places, np.arange(len(smooth)), smooth)
    loud = np.flatnonzero(np.abs(low) > 0.02)
    cut = low[loud[0] : loud[-1] + 1]
    return cut / np.abs(cut).max() * 0.8


def main() -> None:
    """Writes all files anew."""
    for language, (voice, words) in VOICES.items():
        for digit, word in enumerate(words):
            path = OUT / f"{language}{digit}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            with wave.open(str(path), "wb") as target:
                target.setnchannels(1)
                target.setsampwidth(2)
                target.setframerate(RATE)
                target.writeframes((spoken(voice, word) * 32767).astype("<i2").tobytes())
    print(sum(p.stat().st_size for p in OUT.glob("*.wav")), "bytes in", OUT.relative_to(ROOT), file=sys.stderr)


if __name__ == "__main__":
    main()
