import io
import warnings

import numpy as np
import pytest
from PIL import Image

from thalweg.core.errors import DataError
from thalweg.images._decode import decode_picture
from thalweg.images._jpeg import plain_header, plain_pixels
from thalweg.images._picture import RefusedError, Target, open_picture, read_bytes, render, upright_size
from thalweg.images._worker import decode_batch

RAMP = (np.arange(64, dtype=np.uint16) * 1000).reshape(8, 8)


def encoded(picture, extension, **options):
    file = io.BytesIO()
    picture.save(file, extension, **options)
    return file.getvalue()


def decoded(path, mode="RGB", size=(8, 8), fit=None):
    pixels, report = decode_batch([str(path)], Target(mode, *size, fit))
    assert not report.bad
    return np.frombuffer(pixels, np.uint8).reshape(*size, 1 if mode == "L" else 3), dict(report.rules)


@pytest.mark.parametrize("extension", ["png", "bmp", "tiff", "webp", "gif", "jpeg"])
def test_a_colour_comes_back_from_every_format(extension, tmp_path):
    path = tmp_path / f"a.{extension}"
    Image.new("RGB", (8, 8), (255, 0, 0)).save(path)
    pixels, _ = decoded(path)
    assert np.abs(pixels.astype(int) - [255, 0, 0]).max() <= 3  # JPEG and WEBP lose a little


@pytest.mark.parametrize("extension", ["png", "tiff"])
def test_sixteen_bits_give_their_high_byte(extension, tmp_path):
    path = tmp_path / f"a.{extension}"
    Image.fromarray(RAMP).save(path)
    pixels, rules = decoded(path, "L")
    assert np.array_equal(pixels[..., 0], RAMP // 256)
    assert rules == {"16-bit": 1}


def test_big_endian_sixteen_bits_are_the_same(tmp_path):
    path = tmp_path / "a.tif"
    picture = Image.frombytes("I;16B", (8, 8), RAMP.astype(">u2").tobytes())
    picture.save(path)
    assert np.array_equal(decoded(path, "L")[0][..., 0], RAMP // 256)


def test_32_bit_pixels_are_sixteen_bit_ones_or_refused(tmp_path):
    path = tmp_path / "a.tif"
    Image.fromarray(RAMP.astype(np.int32)).save(path)
    assert np.array_equal(decoded(path, "L")[0][..., 0], RAMP // 256)
    for pixels, reason in ((RAMP.astype(np.int32) * 2, "32-bit"), (RAMP.astype(np.float32), "floating-point")):
        Image.fromarray(pixels).save(path)
        with pytest.raises(DataError, match=reason):
            decode_picture(str(path), shape=(8, 8, 1))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L"])
def test_what_is_transparent_is_white(mode, tmp_path):
    path = tmp_path / "a.png"
    if mode in ("P", "L"):
        Image.new(mode, (8, 8), 0).save(path, transparency=0)
    else:
        Image.new(mode, (8, 8)).save(path)
    for target in ("L", "RGB"):
        pixels, rules = decoded(path, target)
        assert (pixels == 255).all()
        assert rules["alpha"] == 1


def test_half_transparent_black_is_mid_grey(tmp_path):
    Image.new("RGBA", (8, 8), (0, 0, 0, 128)).save(tmp_path / "a.png")
    assert (decoded(tmp_path / "a.png")[0] == 127).all()  # 255 * (1 - 128/255)


def test_cmyk_and_palette_become_rgb_and_grey_uses_luma(tmp_path):
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100)
    pixels, rules = decoded(tmp_path / "a.jpg")
    assert np.abs(pixels.astype(int) - [255, 0, 0]).max() <= 3
    assert rules == {"CMYK": 1}
    Image.new("RGB", (8, 8), (0, 255, 0)).quantize(2).save(tmp_path / "a.gif")
    assert decoded(tmp_path / "a.gif")[1] == {"palette": 1}
    pixels, rules = decoded(tmp_path / "a.gif", "L")
    assert (pixels == 150).all()  # 0.587 * 255
    assert rules == {"palette": 1, "colour to grey": 1}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_stands_the_picture_upright(orientation, tmp_path):
    upright = np.zeros((4, 8), np.uint8)
    upright[0, :2] = 255  # the top left corner is bright
    inverse = {1: [], 2: ["fliplr"], 3: ["rot180"], 4: ["flipud"], 5: ["T"], 6: ["rot90"], 7: ["antiT"], 8: ["rot270"]}[orientation]
    turns = {
        "fliplr": np.fliplr,
        "rot180": lambda a: np.rot90(a, 2),
        "flipud": np.flipud,
        "T": np.transpose,
        "rot90": lambda a: np.rot90(a, 1),
        "antiT": lambda a: np.rot90(np.transpose(a), 2),
        "rot270": lambda a: np.rot90(a, 3),
    }
    stored = upright
    for turn in inverse:
        stored = turns[turn](stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "a.png", exif=exif)
    pixels, rules = decoded(tmp_path / "a.png", "L", (4, 8))
    assert np.array_equal(pixels[..., 0], upright)
    assert rules == ({"orientation": 1} if orientation > 1 else {})


def test_orientation_counts_before_the_size_is_known(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "a.jpg"
    Image.new("RGB", (8, 4)).save(path, exif=exif)
    assert upright_size(open_picture(str(path), path.read_bytes())) == (8, 4)
    assert plain_header(path.read_bytes()) is None


def test_an_animated_file_gives_its_first_frame(tmp_path):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for extension in ("gif", "png", "tiff"):
        path = tmp_path / f"a.{extension}"
        frames[0].save(path, save_all=True, append_images=frames[1:])
        pixels, rules = decoded(path)
        assert (pixels == [255, 0, 0]).all()
        assert rules["animated"] == 1


def test_crop_pad_and_stretch(tmp_path):
    picture = np.zeros((4, 8), np.uint8)
    picture[:, 2:6] = 200
    Image.fromarray(picture).save(tmp_path / "a.png")
    assert (decoded(tmp_path / "a.png", "L", (4, 4), "crop")[0] == 200).all()
    padded = decoded(tmp_path / "a.png", "L", (8, 8), "pad")[0][..., 0]
    assert not padded[:2].any()
    assert not padded[6:].any()
    assert np.array_equal(padded[2:6], picture)
    stretched, rules = decoded(tmp_path / "a.png", "L", (8, 8), "stretch")
    assert np.array_equal(stretched[0, :, 0], picture[0])
    assert rules == {"size": 1}


def test_a_large_jpeg_is_reduced_in_its_decoder_and_looks_the_same(tmp_path):
    ramp = np.linspace(0, 255, 512).astype(np.uint8)
    Image.fromarray(np.tile(ramp, (512, 1))).save(tmp_path / "a.jpg", quality=95)
    pixels = decode_picture(str(tmp_path / "a.jpg"), shape=(16, 16, 1))
    expected = ramp.reshape(16, 32).mean(1)
    assert np.abs(pixels[8, 1:-1, 0] - expected[1:-1]).max() < 3  # the filter is a triangle, the edges see less of it


def test_plain_jpegs_have_the_same_bits_without_pillows_headers(mutations):
    chance = np.random.default_rng(0)
    picture = Image.fromarray(chance.integers(0, 256, (16, 24, 3), dtype=np.uint8))
    for mode in ("RGB", "L"):
        for options in ({}, {"progressive": True}, {"quality": 30, "comment": b"hello"}, {"subsampling": 0, "optimize": True}):
            data = encoded(picture.convert(mode), "JPEG", **options)
            assert plain_header(data) == (mode, 16, 24)
            assert plain_pixels(data, mode, (16, 24)) == Image.open(io.BytesIO(data)).tobytes()
    for damaged in mutations(encoded(picture, "JPEG"), head=700, count=300):
        header = plain_header(damaged)
        pixels = plain_pixels(damaged, "RGB", (16, 24)) if header == ("RGB", 16, 24) else None
        if pixels is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                expected, _ = render(open_picture("a.jpg", damaged), Target("RGB", 16, 24, None))
            assert pixels == expected


@pytest.mark.parametrize("options", [{"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}, {"icc_profile": b"profile"}])
def test_a_jpeg_with_more_in_it_is_not_plain(options):
    assert plain_header(encoded(Image.new("RGB", (8, 8)), "JPEG", **options)) is None
    assert plain_header(encoded(Image.new("CMYK", (8, 8)), "JPEG")) is None
    assert plain_header(b"\xff\xd8\xff") is None


def test_pixels_of_a_jpeg_that_is_cut_off_are_none():
    data = encoded(Image.new("RGB", (64, 64)), "JPEG")
    assert plain_pixels(data[:-20], "RGB", (64, 64)) is None
    assert plain_pixels(data, "RGB", (32, 32)) is None


def test_whole_file_is_read_or_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert read_bytes(str(tmp_path / "a")) == b"abc"
    with pytest.raises(RefusedError, match="not a regular file"):
        read_bytes(str(tmp_path))
    with pytest.raises(RefusedError, match="null"):
        read_bytes("a\0b")


def test_one_picture_for_prediction_is_read_as_for_training(tmp_path):
    Image.new("RGB", (9, 9), (10, 20, 30)).save(tmp_path / "a.png")
    assert decode_picture(str(tmp_path / "a.png"), shape=(9, 9, 3))[0, 0].tolist() == [10, 20, 30]
    with pytest.raises(DataError, match=r"gone\.png: No such file"):
        decode_picture(str(tmp_path / "gone.png"), shape=(9, 9, 3))
