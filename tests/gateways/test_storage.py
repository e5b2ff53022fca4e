"""Object storage: one suite over the local folder and over S3."""

import re
from io import BytesIO

import pytest

from app.gateways import storage
from app.gateways.storage import LocalStorage, ObjectMissing, S3Storage


class Missing(Exception):
    """What boto3's client raises for a key that is not there."""

    def __init__(self, code):
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


class Exceptions:
    ClientError = Missing


class MemoryClient:
    """The four methods of boto3's client that are used, over a dictionary."""

    exceptions = Exceptions

    def __init__(self):
        self.objects = {}

    def put_object(self, Bucket, Key, Body):
        self.objects[Bucket, Key] = Body.read()

    def get_object(self, Bucket, Key):
        if (Bucket, Key) not in self.objects:
            raise Missing("NoSuchKey")
        return {"Body": BytesIO(self.objects[Bucket, Key])}

    def head_object(self, Bucket, Key):
        if Bucket == "closed":
            raise Missing("403")
        if (Bucket, Key) not in self.objects:
            raise Missing("404")
        return {}

    def delete_object(self, Bucket, Key):
        self.objects.pop((Bucket, Key), None)


@pytest.fixture(params=["local", "s3"])
def store(request, tmp_path):
    return (
        LocalStorage(tmp_path / "objects") if request.param == "local" else S3Storage("files", MemoryClient(), "/up/")
    )


@pytest.mark.parametrize("source", [b"", b"data", b"\0" * 300_000])
def test_what_is_put_can_be_read_again(store, source):
    for given in (source, BytesIO(source)):
        key = store.put(given, "jpg")
        assert re.fullmatch(r"[0-9a-f]{32}\.jpg", key)
        assert store.exists(key)
        with store.open(key) as stream:
            assert stream.read() == source
            stream.seek(0)
            assert stream.read(2) == source[:2]


def test_equal_contents_have_keys_of_their_own(store):
    assert store.put(b"same", "png") != store.put(b"same", "png")


def test_a_deleted_object_is_gone_and_deleting_again_is_no_error(store):
    key = store.put(b"data", "png")
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    with pytest.raises(ObjectMissing):
        store.open(key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "a" * 32,
        f"{'a' * 32}.jpg/../x",
        f"{'A' * 32}.jpg",
        f"{'a' * 32}.jpg\n",
        f"{'a' * 32}.",
        "\0",
    ],
)
def test_what_is_no_key_reaches_no_path(store, key):
    assert not store.exists(key)
    with pytest.raises(ObjectMissing):
        store.open(key)
    with pytest.raises(ObjectMissing):
        store.delete(key)


@pytest.mark.parametrize("suffix", ["", ".jpg", "../x", "JPG", "jpg/x", "toolong", "php\0"])
def test_a_suffix_is_letters_and_digits(store, suffix):
    with pytest.raises(ValueError, match="suffix"):
        store.put(b"data", suffix)


class Breaking(BytesIO):
    """A stream that fails in the middle."""

    def read(self, *_):
        raise OSError("connection lost")


def test_a_put_that_fails_leaves_nothing(tmp_path):
    root = tmp_path / "objects"
    with pytest.raises(OSError, match="lost"):
        LocalStorage(root).put(Breaking(), "mp4")
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_objects_lie_in_two_levels_of_folders(tmp_path):
    key = LocalStorage(tmp_path).put(b"data", "jpg")
    assert (tmp_path / key[:2] / key[2:4] / key).read_bytes() == b"data"


def test_a_bucket_that_refuses_is_not_an_object_that_is_missing():
    closed = S3Storage("closed", MemoryClient())
    with pytest.raises(Missing):
        closed.exists(f"{'a' * 32}.jpg")


def test_settings_choose_the_storage(tmp_path):
    assert isinstance(storage.from_settings("", tmp_path), LocalStorage)
    with pytest.raises(ValueError, match="s3://"):
        storage.from_settings("ftp://host/x", tmp_path)


@pytest.mark.slow
def test_boto3_itself(tmp_path, monkeypatch):
    """Against moto's S3, where both extras are installed; importing boto3 takes over a second."""
    pytest.importorskip("boto3")
    moto = pytest.importorskip("moto")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto.mock_aws():
        store = storage.from_settings("s3://files/up?region=us-east-1", tmp_path)
        store._client.create_bucket(Bucket="files")
        key = store.put(b"data" * 100, "jpg")
        assert store.exists(key)
        with store.open(key) as stream:
            assert stream.read() == b"data" * 100
        store.delete(key)
        assert not store.exists(key)
        with pytest.raises(ObjectMissing):
            store.open(key)
