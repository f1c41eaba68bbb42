from chatapp.ui.browser.marks import Mark, Marks


def test_a_mark_is_put_once_and_told_once():
    marks, told = Marks(), []

    def on_changed(session_id):
        told.append(session_id)

    marks.changed.connect(on_changed)
    marks.set("Id", Mark.UNREAD, on=True)
    marks.set("id", Mark.UNREAD, on=True)
    assert marks.of("ID") == {Mark.UNREAD}
    assert told == ["Id"]


def test_a_mark_that_is_not_there_is_taken_away_in_silence():
    marks = Marks()
    marks.set("id", Mark.DRAFT, on=False)
    marks.set("id", Mark.DRAFT, on=True)
    marks.set("id", Mark.DRAFT, on=False)
    assert marks.of("id") == frozenset()
