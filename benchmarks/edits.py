"""What happens to pictures on their way through the web: the edits of the robustness benchmark."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from benchmarks.pictures import encode
from matchers.decode.luma import Box

Edit = Callable[[Image.Image], bytes]
_WHITE = (255, 255, 255)


def _saved(change: Callable[[Image.Image], Image.Image]) -> Edit:
    return lambda picture: encode(change(picture), quality=85)


def _quality(value: int) -> Edit:
    return lambda picture: encode(picture, quality=value)


def _scaled(across: float, down: float | None = None) -> Edit:
    down = across if down is None else down
    return _saved(
        lambda one: one.resize(
            (max(1, round(one.width * across)), max(1, round(one.height * down))),
            Image.Resampling.LANCZOS,
        )
    )


def _thumbnail(one: Image.Image) -> Image.Image:
    small = one.copy()
    small.thumbnail((150, 150), Image.Resampling.LANCZOS)
    return small


def _cropped(share: float) -> Edit:
    def crop(one: Image.Image) -> Image.Image:
        right, bottom = round(one.width * share), round(one.height * share)
        return one.crop((right, bottom, one.width - right, one.height - bottom))

    return _saved(crop)


def _marked_in_corner(one: Image.Image) -> Image.Image:
    copy = one.copy()
    size = max(12, one.height // 16)
    place = (one.width // 20, one.height - 2 * size)
    ImageDraw.Draw(copy).text(place, "practice.example", fill=_WHITE, font_size=size)
    return copy


def _marked_across(one: Image.Image) -> Image.Image:
    layer = Image.new("L", one.size, 0)
    size = max(14, one.width // 12)
    text = "practice.example"
    ImageDraw.Draw(layer).text((one.width // 10, one.height // 2), text, fill=110, font_size=size)
    return Image.composite(Image.new("RGB", one.size, _WHITE), one, layer)


def _covered(one: Image.Image) -> Image.Image:
    bar = round(one.height * 0.12)
    copy = one.copy()
    _write(copy, Box(0, one.height - bar, one.width, one.height))
    return copy


def _captioned(one: Image.Image) -> Image.Image:
    bar = round(one.height * 0.12)
    taller = Image.new("RGB", (one.width, one.height + bar), _WHITE)
    taller.paste(one, (0, 0))
    _write(taller, Box(0, one.height, one.width, one.height + bar))
    return taller


def _write(one: Image.Image, bar: Box) -> None:
    pen = ImageDraw.Draw(one)
    pen.rectangle((bar.left, bar.top, bar.right - 1, bar.bottom - 1), fill=_WHITE)
    place = (one.width // 12, bar.top + bar.height // 4)
    size = max(10, bar.height // 2)
    pen.text(place, "a caption of some words", fill=(0, 0, 0), font_size=size)


def _bordered(one: Image.Image) -> Image.Image:
    return ImageOps.expand(one, border=round(max(one.size) * 0.05), fill=_WHITE)


def _letterboxed(one: Image.Image) -> Image.Image:
    side = max(one.size)
    return ImageOps.pad(one, (side, side), color=(0, 0, 0))


EASY: dict[str, Edit] = {
    "quality_90": _quality(90),
    "quality_70": _quality(70),
    "quality_50": _quality(50),
    "quality_30": _quality(30),
    "scaled_0.25": _scaled(0.25),
    "scaled_0.5": _scaled(0.5),
    "scaled_2": _scaled(2),
    "thumbnail_150": _saved(_thumbnail),
    "brightness_0.7": _saved(lambda one: ImageEnhance.Brightness(one).enhance(0.7)),
    "brightness_1.3": _saved(lambda one: ImageEnhance.Brightness(one).enhance(1.3)),
    "contrast_1.4": _saved(lambda one: ImageEnhance.Contrast(one).enhance(1.4)),
    "grey": _saved(lambda one: one.convert("L")),
    "blur_2": _saved(lambda one: one.filter(ImageFilter.GaussianBlur(2))),
    "wider_10_percent": _scaled(1.1, 1.0),
    "mark_in_corner": _saved(_marked_in_corner),
    "mark_across": _saved(_marked_across),
}
HARD: dict[str, Edit] = {
    "mirrored": _saved(ImageOps.mirror),
    "turned_90": _saved(lambda one: one.transpose(Image.Transpose.ROTATE_90)),
    "white_border_5_percent": _saved(_bordered),
    "letterbox_square": _saved(_letterboxed),
    "crop_2_percent": _cropped(0.02),
    "crop_5_percent": _cropped(0.05),
    "crop_10_percent": _cropped(0.1),
    "caption_bar_12_percent": _saved(_covered),
    "caption_added_12_percent": _saved(_captioned),
    "turned_2_degrees": _saved(
        lambda one: one.rotate(2, resample=Image.Resampling.BICUBIC, expand=False)
    ),
}
ALL: dict[str, Edit] = EASY | HARD
