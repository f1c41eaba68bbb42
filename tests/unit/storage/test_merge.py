from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from chatapp.domain.ids import SessionId
from chatapp.domain.message import Message
from chatapp.domain.session import Session
from chatapp.storage.merge import common_version, merge, merge_messages

IDS = [f"m{number}" for number in range(9)]


def message(mid, second=0, content=None, **metadata):
    text = content if content is not None else f"text of {mid}"
    return Message("user", text, f"2026-01-01T00:00:{second:02d}.000000Z", {"id": mid, **metadata})


def session(messages=(), branches=(), updated="2026-01-01T00:00:00.000000Z", **fields):
    return Session(
        SessionId("s"),
        "2026-01-01",
        "User",
        "2026-01-01T00:00:00.000000Z",
        updated,
        messages=list(messages),
        branches=list(branches),
        **fields,
    )


def ids(messages):
    return [one.id for one in messages]


messages = st.builds(
    message,
    st.sampled_from(IDS),
    st.integers(0, 5),
    st.sampled_from(["", "a", "b", "longer"]),
    rev=st.integers(0, 2),
)
lists = st.lists(messages, unique_by=lambda one: one.id, max_size=9)
sessions = st.builds(
    lambda all_of_them, cut, updated, title, errors: session(
        all_of_them[cut:], all_of_them[:cut], updated, title=title, errors=errors
    ),
    lists,
    st.integers(0, 4),
    st.sampled_from(["2026-01-01T00:00:00.000000Z", "2026-01-02T00:00:00.000000Z"]),
    st.sampled_from([None, "a", "b"]),
    st.lists(st.sampled_from([{"timestamp": "1", "kind": "x"}, {"timestamp": "2"}, 3]), max_size=2),
)


@st.composite
def histories(draw):
    """A common list, and two sides that each inserted messages of their own."""
    base = [message(f"b{row}", draw(st.integers(0, 50))) for row in range(draw(st.integers(0, 6)))]
    sides = []
    for tag in "xy":
        side = list(base)
        for number in range(draw(st.integers(0, 4))):
            row = draw(st.integers(0, len(side)))
            side.insert(row, message(f"{tag}{number}", draw(st.integers(0, 59))))
        sides.append(side)
    return base, sides[0], sides[1]


@given(sessions, sessions, st.none() | sessions)
def test_merge_is_commutative(one, other, base):
    assert merge(one, other, base) == merge(other, one, base)


@given(sessions)
def test_merge_is_idempotent(one):
    merged = merge(one, one)
    assert merged == merge(merged, merged)
    assert ids(merged.messages) == ids(one.messages)


@given(histories())
def test_merge_absorbs_either_side(history):
    _, one, other = history
    both = merge_messages(one, other)
    assert merge_messages(both, one) == both == merge_messages(other, both)


@given(sessions, sessions)
def test_merge_loses_no_message_and_invents_none(one, other):
    merged = merge(one, other)
    kept = ids(merged.messages + merged.branches)
    assert set(kept) == set(ids(one.messages + one.branches + other.messages + other.branches))
    assert len(kept) == len(set(kept))


@given(sessions, sessions, st.sets(st.sampled_from(IDS)))
def test_message_is_gone_only_if_one_side_removed_it_and_the_other_left_it_alone(
    one, other, untouched
):
    here, there = ({m.id: m for m in s.messages + s.branches} for s in (one, other))
    base = [here.get(mid) or there[mid] for mid in sorted(untouched & {*here, *there})]
    base += [message(mid, 9, "was otherwise") for mid in IDS if mid not in untouched]
    merged = merge(one, other, session(base))
    gone = {mid for mid in untouched if (mid in here) != (mid in there)}
    assert set(ids(merged.messages + merged.branches)) == {*here, *there} - gone


@given(histories())
def test_merge_keeps_the_order_of_both_sides(history):
    _, one, other = history
    merged = ids(merge_messages(one, other))
    assert [mid for mid in merged if mid in ids(one)] == ids(one)
    assert [mid for mid in merged if mid in ids(other)] == ids(other)


@given(histories(), st.integers(0, 5))
def test_removal_against_a_known_version_is_honoured(history, row):
    base, one, other = history
    removed = ids(base)[row : row + 1]
    without = [kept for kept in one if kept.id not in removed]
    merged = merge(session(without), session(other), session(base))
    assert set(ids(merged.messages)) == set(ids(without + other)) - set(removed)


@given(lists, lists, lists)
@settings(max_examples=50)
def test_merge_is_associative_as_a_set(one, two, three):
    left = merge_messages(merge_messages(one, two), three)
    right = merge_messages(one, merge_messages(two, three))
    assert set(ids(left)) == set(ids(right))


def test_without_a_known_version_nothing_counts_as_removed():
    merged = merge(session([message("a"), message("b", 1)]), session([message("a")]))
    assert ids(merged.messages) == ["a", "b"]


def test_higher_revision_wins_over_longer_text():
    edited = message("a", content="short", rev=2)
    assert merge_messages([edited], [message("a", content="much longer", rev=1)]) == [edited]


def test_finished_message_wins_over_one_still_streaming():
    done = message("a", content="short", status="complete")
    assert merge_messages([message("a", content="longer", status="streaming")], [done]) == [done]


def test_cycle_made_by_hand_is_cut_and_loses_nothing():
    one = [message("a", 1), message("b", 2), message("c", 3)]
    other = [message("c", 3), message("a", 1)]
    assert sorted(ids(merge_messages(one, other))) == ["a", "b", "c"]
    assert merge_messages(one, other) == merge_messages(other, one)


def test_message_that_left_the_view_on_the_newer_side_stays_beside_it():
    older = session([message("a"), message("b", 1)])
    newer = session([message("a")], [message("b", 1)], updated="2026-02-01T00:00:00.000000Z")
    merged = merge(older, newer)
    assert (ids(merged.messages), ids(merged.branches)) == (["a"], ["b"])


def test_message_twice_in_one_file_stands_once():
    twice = [message("a", content="x"), message("a", content="longer")]
    assert merge_messages(twice, []) == [message("a", content="longer")]


def test_header_comes_from_the_side_changed_last_and_errors_from_both():
    older = session(title="old", errors=[{"timestamp": "1"}])
    newer = session(title="new", errors=[{"timestamp": "2"}], updated="2026-03-01T00:00:00.000000Z")
    merged = merge(older, newer)
    assert merged.title == "new"
    assert merged.errors == [{"timestamp": "1"}, {"timestamp": "2"}]
    assert merged.last_updated == newer.last_updated


def test_edit_of_one_side_wins_over_the_untouched_side_even_if_shorter():
    base = session([message("a", content="a long text")], title="old", metadata={"x": 1, "y": 1})
    edited = session([message("a", content="short")], title="new", metadata={"y": 1, "z": 1})
    later = session(
        [message("a", content="a long text"), message("b", 1)],
        updated="2026-05-01T00:00:00.000000Z",
        title="old",
        metadata={"x": 1, "y": 2},
    )
    for merged in (merge(edited, later, base), merge(later, edited, base)):
        assert [one.content for one in merged.messages] == ["short", "text of b"]
        assert (merged.title, merged.metadata) == ("new", {"y": 2, "z": 1})


def test_what_both_were_made_from_is_the_common_version():
    known = session([message("a"), message("b", 1)])
    mine = session([message("a"), message("b", 1), message("c", 2)])
    theirs = session([message("a")], updated="2026-01-02T00:00:00.000000Z")
    assert common_version(known, mine, theirs) is known
    assert ids(merge(mine, theirs, known).messages) == ["a", "c"]


def test_file_that_stems_from_an_earlier_version_removes_nothing():
    known = session([message("a"), message("b", 1)], updated="2026-01-02T00:00:00.000000Z")
    earlier = session([message("a"), message("x", 2)])
    common = common_version(known, known, earlier)
    assert ids(common.messages) == ["a"]
    assert ids(merge(known, earlier, common).messages) == ["a", "b", "x"]
