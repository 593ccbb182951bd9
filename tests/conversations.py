"""Conversations with quoted answers: which questions stand alone, and what the others lack.

Each turn is a question, the answer it got, and the words that it needs from before; none where it
stands alone. The answers are quoted ones: whole sentences and rows, with capitals and footnotes.
"""

from __future__ import annotations

Asked = tuple[str, str, str]

CONVERSATIONS: tuple[tuple[Asked, ...], ...] = (
    (
        (
            "When was the Harrow Bridge opened?",
            "The bridge was opened on 4 May 1911 by the Mayor, Mr Alfred Penn. [1]",
            "",
        ),
        ("Who designed it?", "Plans were drawn by Ida Kessler of Leeds. [1]", "harrow bridge"),
        ("What else did she design?", "Kessler also drew the Corn Hall. [1]", "kessler"),
        ("How wide is the river at the weir?", "At the weir the Ouse is 42 m wide. [1]", ""),
        ("Which fish live in the river?", "Trout and grayling. [1]", ""),
        ("And when was the Corn Hall built?", "In 1915. [1]", ""),
        ("Is there a charge for parking?", "Parking costs £2 a day. [1]", ""),
    ),
    (
        (
            "What does the premium tariff cost?",
            "Tariff: Basic | Price: £4 [1] Tariff: Premium | Price: £9 [2]",
            "",
        ),
        ("and the basic tariff?", "£4 a month. [1]", "cost"),
        ("Can I cancel at any time?", "Cancelling is possible at the end of each month. [1]", ""),
        ("How do I change my password?", "Open Settings, then Security. [1]", ""),
        ("how long does it take?", "About a minute. [1]", "change password"),
        ("Do you store card numbers?", "Card numbers are never stored. [1]", ""),
        ("Who can see the invoices?", "The Owner and the Accountant. [1]", ""),
        ("and in the mobile app?", "Only the Owner. [1]", "invoices"),
    ),
    (
        (
            "What are the opening hours of the pool?",
            "Day: Monday | Opens: 7 am [1] Day: Saturday | Opens: 9 am [2]"
            " Day: Sunday | Opens: 10 am [3]",
            "",
        ),
        ("what about the second one?", "It opens at 9 am. [1]", "saturday opening hours"),
        ("and on Sundays?", "10 am. [1]", "opening pool"),
        ("Can my children swim without me?", "Children under 8 need an adult. [1]", ""),
        ("What does a season ticket cost?", "A season ticket costs £120. [1]", ""),
        ("and for students?", "Students pay £80. [1]", "season ticket cost"),
        ("Where is it sold?", "At the till. [1]", "season ticket"),
        ("Are dogs allowed in the pool?", "No animals may enter. [1]", ""),
    ),
    (
        (
            "Who is the treasurer of the Bell Society?",
            "Treasurer: Ms Nora Aldous, since March 2021. [1]",
            "",
        ),
        ("What about the secretary?", "Secretary: Mr Paul Finch. [1]", "bell society"),
        ("What about the subscription?", "Members pay £15 a year. [1]", "bell society"),
        ("when is it due?", "On 1 January. [1]", "subscription"),
        ("Who may vote at the general meeting?", "All members who have paid. [1]", ""),
        ("Why?", "The statutes say so. [1]", "vote general meeting"),
        ("How many bells hang in the tower?", "Six bells. [1]", ""),
        ("How heavy is the heaviest one?", "712 kg. [1]", "bell"),
    ),
    (
        (
            "How many trees were planted in March 2020?",
            "In March 2020 Woodland Trust volunteers planted 1,300 trees. [1]",
            "",
        ),
        ("and in 2021?", "900 trees. [1]", "trees planted"),
        ("and in October?", "Most of them. [1]", "trees planted 2021"),
        ("How many shrubs died last winter?", "About 40. [1]", ""),
        ("Which insurance covers storm damage?", "Policy B covers storms. [1]", ""),
        ("Does it cover floods?", "Floods are excluded. [1]", "insurance"),
        ("Who wrote the annual report?", "Dr Maria Lund wrote it. [1]", ""),
        ("Where does she work?", "At the county office. [1]", "lund"),
    ),
    (
        (
            "How do I descale the kettle?",
            "Fill it with vinegar and water. Boil. Afterwards rinse twice. [1]",
            "",
        ),
        ("how often is it necessary?", "Every three months. [1]", "descale kettle"),
        ("and the iron?", "Use distilled water. [1]", "descale"),
        ("Is the warranty void if I open it?", "Opening voids it. [1]", ""),
        ("What is the warranty period?", "Two years from purchase. [1]", ""),
        ("What about spare parts?", "Spare parts are kept for ten years. [1]", "warranty"),
        ("Does the shop repair toasters?", "Yes, on Tuesdays. [1]", ""),
        ("thanks!", "Ask me anything about your documents.", ""),
        ("What does it charge?", "£12 an hour. [1]", "shop"),
    ),
    (
        (
            "What side effects does Calmoxin have?",
            "- Headache [1]\n- Nausea [2]\n- Dizziness [3]",
            "",
        ),
        ("how common is the second one?", "One person in a hundred. [1]", "nausea"),
        ("May I drive after taking it?", "Do not drive for six hours. [1]", "calmoxin"),
        ("What is the dose for a child?", "5 ml twice a day. [1]", ""),
        ("And for adults?", "10 ml twice a day. [1]", "dose"),
        ("Where should medicines be stored?", "Below 25 degrees. [1]", ""),
        ("What if it is swallowed by mistake?", "Call a doctor. [1]", "calmoxin"),
    ),
    (
        (
            "Who won the Larch Cup in 2018?",
            "Winner of the 2018 Larch Cup: Tom Reeve, on a Falcon dinghy. [1]",
            "",
        ),
        ("and the year after?", "Sally Moss. [1]", "won larch cup 2019"),
        ("How old was she?", "She was 17. [1]", "moss"),
        ("How long is the course?", "The course is 12 miles long. [1]", ""),
        ("Are life jackets compulsory?", "Yes, for everyone on board. [1]", ""),
        ("When does the tide turn on race day?", "At 11.40. [1]", ""),
        ("Tell me more about the Falcon dinghy", "A light boat. [1]", ""),
        ("Does anyone rent them out?", "The yacht club does. [1]", "falcon dinghy"),
    ),
    (
        (
            "How many days of annual leave do employees get?",
            "Full-time staff get 27 days. Afterwards the Manager may grant more. [1]",
            "",
        ),
        ("Can I carry days over to next year?", "Five days. [1]", ""),
        ("Do I need a doctor's note when I am ill?", "From the fourth day. [1]", ""),
        ("What happens to the laptop when I leave?", "It is returned to IT. [1]", ""),
        ("Is the canteen open at night?", "Until 10 pm. [1]", ""),
        ("What is the daily allowance for trips abroad?", "£45 a day. [1]", ""),
        ("and within the country?", "£28 a day. [1]", "daily allowance trips"),
        ("Who approves it?", "The line manager. [1]", "allowance"),
        ("Can I work from home on Fridays?", "With consent. [1]", ""),
        ("Who pays for the desk in the home office?", "The firm does. [1]", ""),
    ),
)
