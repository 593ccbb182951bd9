"""Follow-ups as people put them to their own papers; each from a conversation that went wrong."""

from __future__ import annotations

import pytest

from rag.follow_ups.nouns import person_noun
from rag.rewriting import standalone
from rag.types import Turn


@pytest.mark.parametrize(
    ("asked", "question", "expected"),
    [
        # whether it is still so: what holds now answers
        ("what did we decide about towels in January", "is it still so?", "about towels now?"),
        (
            "where was the assembly point according to the 2024 handbook",
            "has it changed since?",
            "where is the assembly point now?",
        ),
        ("When was the fire first meant to be?", "is it still that day?", "When is the fire now?"),
        ("How much was the gym in 2024?", "and now?", "How much is the gym now?"),
        ("who was site steward in 2024?", "who does it now?", "who is site steward now?"),
        ("How much is the gym now?", "is it still so?", "is the gym still so?"),
        # "that offer", "a new one", "was that changed" lean on what was said
        (
            "how much would a second standpipe by the bees cost?",
            "how long is that offer good for?",
            "(second standpipe, bees)",
        ),
        ("when was the treadmill serviced?", "is a new one being bought?", "is a new treadmill"),
        ("who paid for the new mower?", "what did we get for the old one?", "for the old mower?"),
        ("which date was picked for the show", "why was that changed?", "(date, show)"),
        ("What was the electricity bill?", "paid yet?", "paid yet (electricity bill)?"),
        ("did the parish pay for the toilet?", "so who did?", "so who did (parish pay toilet)?"),
        ("How much is the sauna?", "How much is parking?", "How much is parking?"),
        # nouns that were cut off, and verbs that were taken for nouns
        (
            "where is the fire assembly point?",
            "who chose it?",
            "who chose the fire assembly point?",
        ),
        ("what caused the leg press accident?", "was it reported?", "was the leg press accident"),
        ("How much is bee fondant?", "who supplies it?", "who supplies the bee fondant?"),
        ("When was the boiler installed?", "who services it?", "who services the boiler?"),
        ("What's the fee for a scan?", "is there a deposit on it?", "on the fee (scan)?"),
        # one thing of a kind in the place of another
        ("When is the shop open in April?", "And in May?", "When is the shop open in May?"),
        ("How high is Mr Hall's rent?", "What about Dr Price's?", "How high is Dr Price's rent?"),
        (
            "When does the train from York to Leeds leave?",
            "and from York to Hull?",
            "When does the train from York to Hull leave?",
        ),
        ("What was his blood pressure in March?", "and his weight?", "was his weight in March?"),
        ("What is the most my bike is insured for?", "and the viola?", "the viola is insured for?"),
        ("How much is the twin room at the Swan?", "and a single?", "the single room at the Swan"),
        ("How much is an adult ticket?", "and a child?", "How much is a child ticket?"),
        (
            "How much did Pip weigh in November 2024?",
            "and at the last weighing?",
            "How much did Pip weigh at the last weighing?",
        ),
        # what became of it, and what was before it
        ("What did we decide about subs in May?", "did that stick?", "about subs now?"),
        ("Who was the treasurer in 2024?", "still her?", "Who is the treasurer now?"),
        ("What date was the swim meant to be?", "and when was it really?", "when was the swim in"),
        (
            "What does a lost ticket cost under the latest rules?",
            "what was it before that?",
            "What did a lost ticket cost under the old rules?",
        ),
        ("How much is the rent of flat 2?", "and before that?", "was the rent of flat 2 before"),
        # short questions that say nothing of their own
        ("What shall we do about the seized pump?", "why did that change?", "(seized pump)"),
        ("What is the limit without a receipt?", "is that enough?", "enough (limit, receipt)?"),
        ("When does the pool open on Sundays?", "is that normal?", "normal (pool, Sundays)?"),
        (
            "How much is the deposit at the Lodge?",
            "and if I cancel 3 weeks before?",
            "before (deposit, Lodge)?",
        ),
        ("Did they agree to buy a mower?", "how much was it?", "how much was the mower?"),
        ("Did Jonas go to Lisbon?", "who with?", "who with (Jonas, Lisbon)?"),
        ("Does the ferry to Texel take bikes?", "motorbikes?", "motorbikes (ferry, Texel)?"),
        ("When was the knee operated on?", "which hospital was that in?", "that in (knee"),
        ("When did they buy the cottage?", "what was it worth then?", "worth then (cottage)?"),
        ("What was decided on the dog ban?", "who was against it?", "who was against the dog ban?"),
        ("When is the parents' evening?", "do we need to book for it?", "book for the parents"),
        (
            "Where is the emergency stop of the saw?",
            "when do I press it?",
            "the emergency stop (saw)?",
        ),
        (
            "What is the torque of the bolts?",
            "great, what about the drain plug",
            "(torque, bolts)?",
        ),
        (
            "Is the fair in Milan any good?",
            "are we going there again?",
            "going there again (Milan)?",
        ),
        ("What happened at the pool on 4 July?", "what broke in it?", "what broke in the pool?"),
        # a title goes with its name, a name with its noun, a verb with neither
        ("Is Mr. Sato still the sales manager?", "who came after him?", "after Mr. Sato?"),
        ("What does St. Mary's charge?", "when does it open?", "when does St. Mary open?"),
        ("Does the CNC mill need oil?", "how often is it changed?", "how often is the CNC mill"),
        ("Is the lake suitable for swimming?", "is it deep?", "is the lake deep?"),
        ("Is the hall big enough for 80?", "is it heated?", "is the hall heated?"),
        ("When was the last residents' meeting?", "when's the next one?", "residents' meeting?"),
        ("Which band plays at the party?", "what do they want for it?", "do the band want for"),
        ("Which bus goes to the port?", "when does it leave?", "when does the bus leave?"),
        # the next of what was counted; what has a price, and not who was asked for
        ("What did we sell in the first quarter?", "and the second?", "in the second quarter?"),
        ("Which are the first steps?", "and the second?", "What about the second"),
        ("Who sold us the van?", "how much was that?", "how much was that (van)?"),
        ("Which oil does the mower need?", "How do I change it?", "change the oil (mower)?"),
        ("what happens if I'm late?", "and twice?", "and twice (happens late)?"),
        ("when was that moved?", "who agreed to it?", "who agreed to it?"),
        ("How long must the dough prove?", "and the one with spelt?", "spelt (dough, prove)?"),
    ],
)
def test_follow_ups_over_ones_own_papers(asked: str, question: str, expected: str) -> None:
    assert expected in standalone(question, [Turn(asked, "")])


@pytest.mark.parametrize(
    ("asked", "question", "expected"),
    [
        ("What did the first year cost?", "And the second year?", "What did the second year cost?"),
        ("When is the open day?", "Who runs it?", "Who runs the open day?"),
        ("When is it open on Sundays?", "And now?", "When is it open on Sundays now?"),
        ("When is the fair?", "Is it still on?", "Is the fair still on?"),
        ("Who were the trustees in 2020?", "Who is it now?", "who are the trustees now?"),
        ("When does my lease end?", "And my passport?", "And my passport (lease)?"),
        ("What did my physio advise?", "And my doctor?", "And my doctor (physio)?"),
        ("What did Ann order?", "How big is this flat?", "How big is this flat?"),
        ("What did Ann order?", "Children already?", "Children already?"),
        ("Is the pool open?", "parking fees", "parking fees"),
        ("Is the pool open?", "opening hours?", "opening hours?"),
        ("Is the pool open?", "Fine for overdue books?", "Fine for overdue books?"),
        (
            "What does the roof warranty cover?",
            "And what does the boiler warranty cover?",
            "And what does the boiler warranty cover?",
        ),
        ("Which hotel is in Leeds?", "How much is breakfast?", "How much is breakfast (Leeds)?"),
        ("who is tom cook", "How long has he been one?", "How long has tom cook been one?"),
        ("Which shared rooms are free?", "How much are they?", "How much are the shared rooms?"),
        ("Are baked beans allowed?", "Where are they kept?", "Where are the baked beans kept?"),
        ("When was the new mower bought?", "Which one cost more?", "Which one cost more?"),
        ("Who won in 2018?", "More about the Falcon dinghy?", "More about the Falcon dinghy?"),
    ],
)
def test_rules_for_others_leave_these_alone(asked: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(asked, "")]) == expected


def test_cells_of_a_row_are_no_names_to_go_on_with() -> None:
    row = "Loan: T06 | Tool: Post hole borer | Usage kWh: 3 | incl. VAT: £20"
    talk = [Turn("Who borrowed the post hole borer?", row)]
    assert standalone("When did it come back?", talk) == "When did the post hole borer come back?"
    named = [Turn("Who sells us power?", "month: Sep | electric kWh: 4 | from: Green Tarn")]
    assert standalone("what do we pay them?", named) == "what do we pay Green Tarn?"
    column = [Turn("What is the total?", "Total incl. VAT | Hill & Damp: £520")]
    assert standalone("and theirs for paint?", column) == "and Hill & Damp's for paint?"


def test_what_was_spoken_of_last_goes_before_the_topic() -> None:
    talk = [
        Turn("what caused the leg press accident?", ""),
        Turn("what does the right pin cost?", ""),
    ]
    assert standalone("did it ever turn up?", talk) == "did the right pin ever turn up?"


@pytest.mark.parametrize("word", ["boiler", "mower", "tree", "list", "parking", "season"])
def test_things_are_no_persons(word: str) -> None:
    assert not person_noun(word)


@pytest.mark.parametrize("word", ["plumber", "steward", "landlord", "tenant", "solicitor"])
def test_persons_are(word: str) -> None:
    assert person_noun(word)


@pytest.mark.parametrize(
    ("asked", "answer", "question", "expected"),
    [
        (
            "What error did the printer show?",
            "It shows E-31 since 3 May. [1]",
            "what does that mean?",
            "what does that mean (E-31, error, printer)?",
        ),
        (
            "How do I claim it back?",
            "Submit form P-12 to payroll.",
            "where do I get that form?",
            "where do I get that form (form P-12)?",
        ),
        (
            "What's on the agenda?",
            "1. Report of the board 2. Accounts 3. Election of the auditors",
            "tell me more about point 3",
            "(Election of the auditors, agenda)?",
        ),
        # several codes, another noun
        (
            "What did the printers show?",
            "E-31 and E-40",
            "what does that mean?",
            "mean (printers)?",
        ),
        ("How do I claim?", "Submit form P-12.", "when is that day?", "when is that day?"),
    ],
)
def test_what_of_the_answer_is_taken_up(
    asked: str, answer: str, question: str, expected: str
) -> None:
    assert standalone(question, [Turn(asked, answer)]).endswith(expected)
