import pytest

from claims.intake.sentences import split_sentences
from claims.intake.speakers import is_proper


def speakers(article):
    return [sentence.speaker for sentence in split_sentences(article, language="de")]


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        (
            "Der Finanzminister Thomas Buddenbrook sagte am Montag im Bundestag, die Staatsverschuldung sei 2025 auf 62,5 Prozent des Bruttoinlandsprodukts gesunken.",
            "Thomas Buddenbrook",
        ),
        ("Nach Angaben des Statistischen Bundesamtes lag sie bei 63,9 Prozent.", "Statistisches Bundesamt"),
        ("„Kein anderes Land der Europäischen Union hat so wenig neue Schulden gemacht“, erklärte Buddenbrook.", ""),
        ("Die Opposition widersprach.", "Opposition"),
        ("Die Abgeordnete Effi Briest behauptete, dass die Zinsausgaben des Bundes gestiegen seien.", "Effi Briest"),
        ("Das Ministerium wies darauf hin, dass die Ausgaben für Schulen um 8 Prozent erhöht wurden.", "Ministerium"),
        ("Buddenbrook sagte, die Schulden seien gesunken.", "Buddenbrook"),
        ("Laut dem Bericht stiegen die Preise um 4 Prozent.", "Bericht"),
        ("Laut Bundesbank stiegen die Preise um 4 Prozent.", "Bundesbank"),
        ("Laut Thomas Buddenbrook stiegen die Preise um 4 Prozent.", "Thomas Buddenbrook"),
        ("Nach Angaben von Thomas Buddenbrook stiegen die Preise.", "Thomas Buddenbrook"),
        ("Nach Angaben der Polizei wurden 14 Menschen verletzt.", "Polizei"),
        ("Am Montag sagte der SPD-Politiker Thomas Buddenbrook, die Preise stiegen.", "Thomas Buddenbrook"),
        ("Thomas Buddenbrook, der Finanzminister, sagte der Zeitung, die Preise stiegen.", "Thomas Buddenbrook"),
        ("Die Bürgermeisterin von Leeds, Elizabeth Bennet, erklärte, die Bahnen seien voll.", "Elizabeth Bennet"),
        ("Die Bürgermeisterin von Leeds sagte, die Bahnen seien voll.", ""),
        ("Der Mann sagte der Polizei, er sei verletzt.", ""),
        ("Das sagte er am Montag.", ""),
        ("Stattdessen sagte der Sprecher nichts.", ""),
        ("Die Inflation lag laut Plan bei 2 Prozent.", ""),
        ("Der Deutsche Wetterdienst warnte vor Sturm.", "Deutscher Wetterdienst"),
        ("Die Deutsche Bahn teilte mit, 8 Züge seien ausgefallen.", "Deutsche Bahn"),
        ("Die Bahn teilte die Strecke in 3 Teile.", ""),
        ("Experten sagten, dass die Preise stiegen.", ""),
        ("Das Land gab 30 Millionen Euro aus.", ""),
        ("Die CDU kritisierte, dass 14 Schulen geschlossen wurden.", "CDU"),
        ("Die Preise stiegen, wie das Statistische Bundesamt mitteilte.", "Statistisches Bundesamt"),
        ("Der Bundesbank zufolge stiegen die Preise.", "Bundesbank"),
        ("Thomas Buddenbrook (SPD) hat behauptet, die Preise seien gesunken.", "Thomas Buddenbrook"),
        ("Bundeskanzlerin Käthchen Heil kündigte an, die Steuern um 4 Prozent zu senken.", "Käthchen Heil"),
        ("Am Montag sagte er, die Preise stiegen.", ""),
        ("Sie sagten, die Preise stiegen.", ""),
        ("Die Preise stiegen, so Effi Briest am Montag.", "Effi Briest"),
        ("Buddenbrook sagte der Deutschen Presse-Agentur, die Preise stiegen.", ""),
        ("Am Montag sagte der Deutschen Presse-Agentur niemand etwas.", ""),
        ("Die Deutsche Bahn warnte vor Sturm.", "Deutsche Bahn"),
        ("Nach Angaben der Europäischen Kommission stiegen die Preise.", "Europäische Kommission"),
        ("Laut dem Deutschen Wetterdienst kommt Sturm.", "Deutscher Wetterdienst"),
        ("Laut einem Freund der Familie stiegen die Preise.", ""),
        ("Laut der Bank England stiegen die Preise.", ""),
        ("Laut Ministerin Effi Briest stiegen die Preise.", "Effi Briest"),
        ("Der Sprecher von Siemens sagte nichts.", ""),
        ("Gestern Abend sagte niemand etwas.", ""),
        ("Überraschenderweise sagte niemand etwas.", ""),
        ("Das Bundesamt für Statistik schrieb: Die Preise stiegen.", ""),
        ("Am Montag, so Effi Briest, stiegen die Preise.", "Effi Briest"),
        ("Effi Briest schrieb: Die Preise stiegen.", "Effi Briest"),
        ("Gewarnt hat am Montag niemand.", ""),
        ("Gegen Abend, Effi Briest, sagte niemand etwas.", ""),
        ("Die Preise stiegen, sagte Effi Briest.", "Effi Briest"),
        ("Die Preise, das weiß er, fallen, sagte er.", ""),
        ("2024 sagte Effi Briest, die Preise stiegen.", "Effi Briest"),
        ("So sagte Effi Briest, die Preise stiegen.", "Effi Briest"),
        ("Im Juni warnte Effi Briest vor Sturm.", "Effi Briest"),
        ("Nach Angaben des Ministeriums stiegen die Preise.", "Ministerium"),
        ("Nach Angaben des Auswärtigen Amtes stiegen die Preise.", "Auswärtiges Amt"),
        ("Eine Deutsche Bank warnte davor.", ""),
        ("Der Zeitung sagte Effi Briest, die Preise stiegen.", ""),
    ],
)
def test_the_speaker_of_one_german_sentence(sentence, speaker):
    assert speakers(sentence) == [speaker]


@pytest.mark.parametrize(
    ("article", "named"),
    [
        (
            "Der Finanzminister Thomas Buddenbrook sagte am Montag, die Schulden seien gesunken. „Das ist ein großer Erfolg“, erklärte Buddenbrook. So viele Schulden gab es noch nie, so der Minister.",
            ["Thomas Buddenbrook", "Thomas Buddenbrook", "Thomas Buddenbrook"],
        ),
        (
            "Das Land ist pleite, sagte die Ministerin Käthchen Heil. Jeder von ihnen trage 30.000 Euro Schulden, so die Ministerin. Die Ministerin warnte vor mehr.",
            ["Käthchen Heil", "Käthchen Heil", "Käthchen Heil"],
        ),
        ("Das Land ist pleite, sagte die Ministerin. Sie warnte vor mehr.", ["", ""]),
        (
            "Die Abgeordnete Effi Briest behauptete, dass 4 fehlen. In Deutschland leben 84,7 Millionen Menschen. Jeder von ihnen trage damit 30.000 Euro Schulden, so Briest.",
            ["Effi Briest", "", "Effi Briest"],
        ),
        (
            "Die Ministerin Effi Briest kam. Die Ministerin Käthchen Heil ging. Es war spät, so die Ministerin.",
            ["", "", ""],
        ),
        ("Effi Briest sagte, sie komme. Sie warnte vor Sturm. »Er kommt bald«, sagte sie.", ["Effi Briest"] * 3),
        ("„Das war ein Erfolg”, sagte Effi Briest. Briest warnte vor Sturm.", ["Effi Briest"] * 2),
    ],
)
def test_who_was_named_before_is_known_again(article, named):
    assert speakers(article) == named


@pytest.mark.parametrize(
    ("speaker", "proper"),
    [
        ("Effi Briest", True),
        ("Statistisches Bundesamt", True),
        ("SPD", True),
        ("Polizei", False),
        ("Bericht", False),
        ("Local officials", False),
        ("report", False),
        ("", False),
    ],
)
def test_a_name_of_its_own_is_told_from_a_word_for_many(speaker, proper):
    assert is_proper(speaker) == proper
