import pytest

from adxmi_jupyter.errors import ConfirmationRequired, Throttled
from adxmi_jupyter.forms.submission import Kind, Phase, Submission

QUESTION = ConfirmationRequired("takes away", why="stops", repeat_with="--yes")
FAILURE = Throttled("too many", why="busy", fix="repeat the line")


class Sender:
    """Notes each request and answers with what is queued."""

    def __init__(self):
        self.sent = []
        self.answers = []

    def __call__(self, confirmed):
        self.sent.append(confirmed)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def sender():
    return Sender()


@pytest.fixture
def phases():
    return []


@pytest.fixture
def submission(sender, phases):
    made = Submission(sender, lambda: phases.append(made.phase))
    return made


def test_a_success_is_told_and_was_busy_meanwhile(submission, sender, phases):
    sender.answers = [("done",)]

    submission.submit()

    assert phases == [Phase.BUSY, Phase.EDITING]
    assert (submission.outcome.kind, submission.outcome.lines) == (Kind.DONE, ("done",))


def test_a_loss_is_asked_about_before_it_is_sent_for_good(submission, sender):
    sender.answers = [QUESTION, ("done",)]

    submission.submit()
    assert submission.question is QUESTION
    submission.confirm()

    assert sender.sent == [False, True]
    assert submission.question is None


def test_no_means_no(submission, sender):
    sender.answers = [QUESTION]
    submission.submit()

    submission.dismiss()
    submission.confirm()

    assert sender.sent == [False]
    assert submission.phase is Phase.EDITING


def test_an_edit_withdraws_the_question(submission, sender):
    sender.answers = [QUESTION]
    submission.submit()

    submission.edited()
    submission.confirm()

    assert sender.sent == [False]


def test_an_error_is_three_lines_and_its_fix_is_a_button(submission, sender):
    sender.answers = [FAILURE]

    submission.submit()

    assert submission.outcome.lines == (
        "Throttled: too many",
        "why: busy",
        'fix: press "Try again"',
    )


def test_a_second_click_after_a_failure_sends_nothing(submission, sender):
    sender.answers = [FAILURE]
    submission.submit()

    submission.submit()

    assert sender.sent == [False]


def test_a_second_yes_after_a_failure_sends_nothing(submission, sender):
    sender.answers = [QUESTION, FAILURE]
    submission.submit()
    submission.confirm()

    submission.confirm()

    assert sender.sent == [False, True]


def test_try_again_sends_again_and_asks_again(submission, sender):
    sender.answers = [FAILURE, QUESTION]
    submission.submit()

    submission.retry()

    assert sender.sent == [False, False]
    assert submission.phase is Phase.CONFIRMING


def test_try_again_counts_only_after_a_failure(submission, sender):
    submission.retry()

    assert sender.sent == []


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt()])
def test_what_nobody_foresaw_is_shown_and_raised(submission, sender, error):
    sender.answers = [error]

    with pytest.raises(type(error)):
        submission.submit()

    assert submission.phase is Phase.FAILED
    assert submission.outcome.kind is Kind.FAILED


def test_a_failed_read_offers_no_second_write(submission, sender):
    sender.answers = [FAILURE]

    worked = submission.run("Reading", lambda: sender(False))
    submission.retry()

    assert not worked
    assert sender.sent == [False]
    assert submission.outcome.lines[-1] == "fix: do it once more"
