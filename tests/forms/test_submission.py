import pytest

from adxmi_jupyter.errors import ConfirmationRequired, Throttled
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.forms.submission import OutcomeKind, Phase, Submission

QUESTION = ConfirmationRequired("takes away", why="stops", fix=Retry.having("--yes"))
FAILURE = Throttled("too many", why="busy", fix=Retry())


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

    assert phases == [Phase.BUSY, Phase.DONE]
    assert (submission.outcome.kind, submission.outcome.lines) == (OutcomeKind.DONE, ("done",))


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


def test_a_second_click_after_a_success_sends_nothing(submission, sender):
    sender.answers = [("done",)]
    submission.submit()

    submission.submit()
    submission.confirm()
    submission.retry()

    assert sender.sent == [False]
    assert submission.outcome.lines == ("done",)


def test_the_same_is_sent_once_more_only_when_that_was_asked_for(submission, sender, phases):
    sender.answers = [("done",), ("done again",)]
    submission.submit()

    submission.again()
    submission.submit()
    submission.submit()

    assert sender.sent == [False, False]
    assert phases == [Phase.BUSY, Phase.DONE, Phase.EDITING, Phase.BUSY, Phase.DONE]


def test_an_edit_after_a_success_can_be_sent(submission, sender):
    sender.answers = [("done",), ("done again",)]
    submission.submit()

    submission.edited()
    submission.submit()

    assert sender.sent == [False, False]


def test_what_was_said_outlives_reading_again_unless_that_fails(submission, sender):
    sender.answers = [("done",)]
    submission.submit()

    worked = submission.renew(lambda: None)
    said = submission.outcome.lines
    sender.answers = [FAILURE]
    failed = submission.renew(lambda: sender(False))

    assert (worked, failed) == (True, False)
    assert said == ("done",)
    assert submission.outcome.lines[-1] == "fix: repeat it"


def test_reading_again_does_not_open_what_was_carried_out(submission, sender):
    sender.answers = [("done",)]
    submission.submit()

    submission.renew(lambda: None)
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
    assert submission.outcome.kind is OutcomeKind.FAILED


def test_a_failed_read_offers_no_second_write(submission, sender):
    sender.answers = [FAILURE]

    worked = submission.run("Reading", lambda: sender(False))
    submission.retry()

    assert not worked
    assert sender.sent == [False]
    assert submission.outcome.lines[-1] == "fix: repeat it"


def test_what_is_told_while_busy_is_shown_once(sender):
    told = []
    submission = Submission(lambda _confirmed: tell_twice(), lambda: told.append(submission.doing))

    def tell_twice():
        submission.tell("Running")
        submission.tell("Running")
        return ("done",)

    submission.submit()
    submission.tell("too late")

    assert told == ["Applying", "Running", "Running"]
    assert submission.outcome.lines == ("done",)


def test_what_was_done_is_done_once_more_only_when_wanted(submission, sender):
    sender.answers = [("done",), ("done again",)]
    submission.submit()
    submission.submit()
    assert sender.sent == [False]

    submission.again()
    submission.submit()

    assert submission.outcome.lines == ("done again",)


def test_something_else_is_done_in_between_and_apply_is_still_to_come(submission, sender):
    other = Sender()
    other.answers = [("fixed",)]

    submission.submit_other("Fixing", other)

    assert (other.sent, sender.sent) == ([False], [])
    assert submission.outcome.lines == ("fixed",)
    assert submission.phase is Phase.EDITING


def test_yes_is_said_to_what_was_asked_about(submission, sender):
    other = Sender()
    other.answers = [QUESTION, ("fixed",)]
    submission.submit_other("Fixing", other)

    submission.confirm()

    assert (other.sent, sender.sent) == ([False, True], [])


def test_after_something_else_failed_apply_is_still_to_come(submission, sender):
    other = Sender()
    other.answers = [FAILURE]
    sender.answers = [("done",)]
    submission.submit_other("Fixing", other)
    assert submission.outcome.lines[-1] == "fix: repeat it"

    submission.retry()
    submission.submit()

    assert (other.sent, sender.sent) == ([False], [False])


def test_something_else_leaves_a_refusal_behind(submission, sender):
    other = Sender()
    other.answers = [("fixed",)]
    sender.answers = [FAILURE, ("done",)]
    submission.submit()

    submission.submit_other("Fixing", other)
    submission.submit()

    assert submission.outcome.lines == ("done",)


def test_what_looks_like_a_secret_is_left_out_of_an_error(submission, sender):
    told = "cannot open https://contosolake.blob.core.windows.net/c?sig=c2VjcmV0"
    sender.answers = [Throttled(told, why=told, fix=told)]

    submission.submit()

    assert "c2VjcmV0" not in "".join(submission.outcome.lines)
