"""What was refused, as the API says it."""

from base64 import b64decode


def test_what_was_refused_is_listed_newest_first_without_its_bytes(world) -> None:
    for n in range(3):
        world.refuses(b"{%d" % n)
    world.refuses(b"{0")
    listed = world.get("/api/v1/quarantine", limit=2)
    assert (listed["rows"], listed["by_reason"], listed["dropped"]) == (3, {"malformed": 3}, 0)
    ids = [entry["id"] for entry in listed["entries"]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 2
    assert "payload_base64" not in listed["entries"][0]
    rest = world.get("/api/v1/quarantine", before=ids[-1])["entries"]
    assert len(rest) == 1
    assert rest[0]["times"] == 2


def test_one_message_is_shown_with_its_bytes_whatever_they_are(world) -> None:
    world.refuses(b"\xff\x00{<script>")
    (listed,) = world.get("/api/v1/quarantine")["entries"]
    shown = world.get(f"/api/v1/quarantine/{listed['id']}")
    assert b64decode(shown["payload_base64"]) == b"\xff\x00{<script>"
    assert shown["payload_text"] == "\ufffd\x00{<script>"
    assert (shown["reason"], shown["detail"], shown["size"]) == ("malformed", "no JSON", 11)


def test_what_is_not_there_is_not_found(world) -> None:
    assert world.get("/api/v1/quarantine/17", 404)["title"] == "Not Found"
