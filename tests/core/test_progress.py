from thalweg.core.progress import Progress, Silent


def test_silence_is_progress_and_prints_nothing(capsys):
    silent = Silent()
    assert isinstance(silent, Progress)
    silent.begin("epoch 1/2", 10, "steps")
    silent.advance(3, loss=0.5)
    silent.end()
    silent.say("words")
    assert capsys.readouterr() == ("", "")


def test_what_cannot_be_watched_is_no_progress():
    assert not isinstance(object(), Progress)
