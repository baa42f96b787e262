import pytest

from claims.intake.sentences import split_sentences
from claims.intake.speakers import is_direct


def voices(article):
    return [(s.speaker, s.attribution) for s in split_sentences(article)]


@pytest.mark.parametrize(
    ("sentence", "voice"),
    [
        ("“Nobody warned us about it,” Elizabeth Bennet said.", ("Elizabeth Bennet", "quoted")),
        ("“Nobody warned us about it,” said Elizabeth Bennet, a farmer from Leeds.", ("Elizabeth Bennet", "quoted")),
        ('"Nobody warned us about it," Elizabeth Bennet, a farmer, told reporters.', ("Elizabeth Bennet", "quoted")),
        ("“Nobody warned us?” asked senior Harbour engineer Elizabeth Bennet.", ("Elizabeth Bennet", "quoted")),
        ("Elizabeth Bennet, who runs the mill, also claimed that the dam leaked.", ("Elizabeth Bennet", "reported")),
        ("The dam leaked for years, according to the engineer Elizabeth Bennet.", ("Elizabeth Bennet", "reported")),
        ("On Monday Prime Minister Elizabeth Bennet denied that the dam leaked.", ("Elizabeth Bennet", "reported")),
        ("U.S. weather agencies have warned that the dam leaked.", ("U.S. weather agencies", "reported")),
        ("Local officials said the dam leaked.", ("Local officials", "reported")),
        ("Both Leeds and York have denied the leak.", ("Leeds and York", "reported")),
        ("Mr. Bennet went on to accuse the town.", ("Bennet", "reported")),
        ("“Safe” is what Elizabeth Bennet called it.", ("", "")),
        ("The dam was built in 1950.", ("", "")),
        ("She said so.", ("", "")),
        ("The dam is safe, adding Monday to its life.", ("", "")),
        ("It was said in the town.", ("", "")),
    ],
)
def test_the_speaker_of_one_sentence(sentence, voice):
    assert voices(sentence) == [voice]


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        (
            "The mayor of Leeds, Elizabeth Bennet, told the city council on Tuesday that trams carried 41.2 million passengers.",
            "Elizabeth Bennet",
        ),
        ("The mayor of Leeds said that trams carried 41.2 million passengers.", ""),
        ("In Leeds, Elizabeth Bennet said that trams were full.", "Elizabeth Bennet"),
        ("Trams were full, said the mayor of Leeds, Elizabeth Bennet.", "Elizabeth Bennet"),
        ("According to the mayor of Leeds, Elizabeth Bennet, trams were full.", "Elizabeth Bennet"),
        ("Researchers from Harvard said trams were full.", ""),
        ("Officials in Kyiv said the bridge had been hit.", ""),
        ("On Monday Charles Bingley said the cost had doubled.", "Charles Bingley"),
        ("In March Charles Bingley claimed the cost had doubled.", "Charles Bingley"),
        ("Opposition leader Charles Bingley said that the cost had doubled.", "Charles Bingley"),
        ("Charles Bingley, leader of the Harbour Party, said that the cost had doubled.", "Charles Bingley"),
        ("Elizabeth Bennet, the mayor of Leeds, told reporters that it was fine.", "Elizabeth Bennet"),
        ("A spokesman for the Ministry of Defence said the plane was lost.", "Ministry of Defence"),
        (
            "According to figures from the Office for National Statistics, prices rose.",
            "Office for National Statistics",
        ),
        ("According to residents of Kyiv, the bridge was hit.", ""),
        ("The head of the Red Cross, Käthchen Heil, warned that aid was short.", "Käthchen Heil"),
        ("The finance department replied that 60 percent of the money comes from the national government.", ""),
        ("The president of Brazil, who was visiting Berlin, said the forest was safe.", ""),
        ("The leader of the opposition in Leeds, Charles Bingley, denied it.", "Charles Bingley"),
        ("Voters across Norway said they were tired.", ""),
        ("The dam leaked, according to a study by Leeds University.", "Leeds University"),
    ],
)
def test_a_place_or_body_that_somebody_belongs_to_is_not_who_speaks(sentence, speaker):
    assert [name for name, _ in voices(sentence)] == [speaker]


def test_a_short_name_and_a_pronoun_are_read_as_the_full_name_before_them():
    article = "President Elizabeth Bennet opened the dam. “We are proud of it,” Mrs. Bennet said. She warned that it may rain."

    assert voices(article) == [("", ""), ("Elizabeth Bennet", "quoted"), ("Elizabeth Bennet", "reported")]


def test_all_sentences_of_a_quotation_have_its_speaker():
    article = "“The dam is safe. I checked it twice,” said Elizabeth Bennet. “Nobody must leave. It is over.”"

    assert voices(article) == [("Elizabeth Bennet", "quoted")] * 4


def test_a_quotation_that_goes_on_in_the_next_paragraph_is_carried():
    article = "“The dam is safe,” said Elizabeth Bennet.\n“Nobody has to leave the town tonight.\n“It is over.”"

    assert voices(article) == [
        ("Elizabeth Bennet", "quoted"),
        ("Elizabeth Bennet", "carried"),
        ("Elizabeth Bennet", "carried"),
    ]


def test_a_quotation_nobody_was_named_for_stays_without_a_speaker():
    assert voices("“The dam is safe and sound.”") == [("", "")]


def test_words_quoted_from_two_people_stay_theirs():
    article = "“The dam is safe now,” said Elizabeth Bennet. But Charles Bingley replied: “It was never safe at all.”"

    assert voices(article) == [("Elizabeth Bennet", "quoted"), ("Charles Bingley", "quoted")]


ARTICLE = (
    "“First line,” she said.\n“The dam leaks. It always did.” Bennet says that it is old. “It is,” he said, “old.”"
)


@pytest.mark.parametrize(
    ("words", "direct"),
    [
        ("“The dam leaks.", True),
        ("It always did.”", True),
        ("Bennet says that it is old.", False),
        ("“It is,” he said, “old.”", False),
        ("“First line,” she said.", False),
    ],
)
def test_only_what_stands_within_one_quotation_is_somebodys_words(words, direct):
    start = ARTICLE.index(words)

    assert is_direct(ARTICLE, (start, start + len(words))) == direct
