"""Topics and research types: the mechanism on hand-made vocabularies, then the shipped file and its quality."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from indexer.errors import ConfigError
from indexer.model import Article, Citation
from indexer.topics import (
    ResearchType,
    Rule,
    Scoring,
    Topic,
    Vocabulary,
    assign_topics,
    assign_type,
    read_vocabulary,
)

REPO = Path(__file__).resolve().parents[2]
PAGES = REPO.parent / "shared" / "pages"
SHIPPED = read_vocabulary(REPO / "corpus" / "topics.toml")
LABELS = tomllib.loads((REPO / "tests" / "golden" / "labels.toml").read_text(encoding="utf-8"))


# --- the mechanism ----------------------------------------------------------------------------------------------------


def vocabulary_of(*rules: tuple[str, float], repeat_limit: float = 4) -> Vocabulary:
    """A topic and a type "subject" with these rules; threshold 3; title 3, citation 2, summary and implications 1."""
    made = tuple(Rule(phrase, weight, "made for a test") for phrase, weight in rules)
    topics = (Topic("subject", "Subject", "Subjekt", made), Topic("rest", "Rest", "Rest"))
    types = (ResearchType("subject", "Subject", ("Subj.",), made), ResearchType("rest", "Rest"))
    scoring = Scoring(3, 3, 2, 1, 1, repeat_limit, "rest")
    return Vocabulary(topics, types, scoring, scoring)


def article_of(
    *summary: str, title: str = "A new study", implications: str = "", citation: Citation | None = None
) -> Article:
    return Article(
        "id", title, citation=citation, summary=summary, implications=(implications,) if implications else ()
    )


def topics_of(article: Article, vocabulary: Vocabulary = SHIPPED) -> set[str]:
    return {assignment.value for assignment in assign_topics(article, vocabulary)}


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("meta-analysis", "a META ANALYSIS of"),
        ("meta analysis", "a meta‐analysis of"),
        ("flückiger", "by Fluckiger and colleagues"),
        ("Fluckiger", "by Flückiger"),
        ("clients' views", "the client’s views"),
        ("patient's goal", "the patient`s goal"),
        ("attach* style*", "of attachment styles."),
        ("this * survey", "In this small survey"),
        ("alliance", "(alliance)"),
    ],
)
def test_a_phrase_matches_whatever_the_case_accent_hyphen_or_apostrophe(phrase: str, text: str) -> None:
    assert topics_of(article_of(text), vocabulary_of((phrase, 3))) == {"subject"}


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("group", "support for subgroups and groups"),
        ("harm", "pharmacy, harmony"),
        ("this * survey", "In this survey"),
        ("this * survey", "ends with this"),
        ("drop out", "many drop"),
        ("meta *", "ends with meta"),
    ],
)
def test_a_phrase_matches_whole_words_only(phrase: str, text: str) -> None:
    assert topics_of(article_of(text), vocabulary_of((phrase, 3))) == {"rest"}


def test_a_phrase_does_not_run_over_two_paragraphs() -> None:
    assert topics_of(article_of("one ends with drop", "out begins another"), vocabulary_of(("drop out", 3))) == {"rest"}


def test_a_phrase_of_many_words_at_the_very_end_matches() -> None:
    assert topics_of(article_of("it ends with early drop out"), vocabulary_of(("early drop out", 3))) == {"subject"}


def test_the_parts_weigh_as_the_scoring_says() -> None:
    vocabulary = vocabulary_of(("grief", 1.5))
    assert topics_of(article_of("grief"), vocabulary) == {"rest"}  # 1.5
    assert topics_of(article_of("grief", implications="grief"), vocabulary) == {"subject"}  # 1.5 + 1.5
    assert topics_of(article_of(title="Grief"), vocabulary) == {"subject"}  # 4.5
    assert topics_of(article_of(citation=Citation("Doe (2020). Grief.")), vocabulary) == {"subject"}  # 3


def test_repeats_count_ever_less() -> None:
    vocabulary = vocabulary_of(("grief", 1.5))
    assert topics_of(article_of("grief, grief"), vocabulary) == {"rest"}  # 1.5 x 4 x 2 / 5 = 2.4
    assert topics_of(article_of("grief, grief, grief"), vocabulary) == {"subject"}  # 1.5 x 4 x 3 / 6 = 3
    once = vocabulary_of(("grief", 2.9), repeat_limit=1)
    assert topics_of(article_of("grief " * 50), once) == {"rest"}


def test_a_negative_weight_takes_away_and_is_no_evidence() -> None:
    vocabulary = vocabulary_of(("resistance", 3), ("treatment resistance", -2), ("client", 2))
    assert topics_of(article_of("treatment resistance"), vocabulary) == {"rest"}
    (found,) = assign_topics(article_of("treatment resistance of a client"), vocabulary)
    assert (found.value, found.evidence) == ("subject", ("resistance", "client"))


def test_evidence_is_strongest_first_and_assignments_are_ordered_by_slug() -> None:
    scoring = Scoring(1, 3, 2, 1, 1, 4, "a")
    rules = (Rule("weak", 1, "r"), Rule("strong", 2, "r"), Rule("also strong", 2, "r"))
    topics = (Topic("b", "B", "B", rules), Topic("a", "A", "A", rules[:1]))
    vocabulary = Vocabulary(topics, (ResearchType("a", "A"),), scoring, scoring)
    found = assign_topics(article_of("weak and also strong"), vocabulary)
    assert [(one.value, one.source) for one in found] == [("a", "rules"), ("b", "rules")]
    assert found[1].evidence == ("also strong", "strong", "weak")


def test_an_article_without_any_text_gets_the_fallbacks_without_evidence() -> None:
    empty = Article("id", "")
    (topic,) = assign_topics(empty, SHIPPED)
    assert (topic.value, topic.evidence) == ("miscellaneous", ())
    found = assign_type(empty, SHIPPED)
    assert (found.value, found.source, found.evidence) == ("other", "rules", ())


def test_the_first_type_in_order_wins_over_a_stronger_later_one() -> None:
    scoring = Scoring(3, 3, 3, 1, 1, 1, "c")
    types = (
        ResearchType("a", "A", (), (Rule("weak", 3, "r"),)),
        ResearchType("b", "B", (), (Rule("strong", 9, "r"),)),
        ResearchType("c", "C"),
    )
    vocabulary = Vocabulary((Topic("c", "C", "C"),), types, scoring, scoring)
    assert assign_type(article_of("weak and strong"), vocabulary).value == "a"
    assert assign_type(article_of("strong"), vocabulary).value == "b"


def test_topics_read_the_title_of_the_study_and_not_its_journal() -> None:
    printed = "Doe, J. (2018). Burnout of therapists. Depression and Anxiety, 35, 844-850."
    known = article_of(citation=Citation(printed, title="Burnout of therapists"))
    assert topics_of(known, vocabulary_of(("depression", 3))) == {"rest"}
    assert assign_type(known, vocabulary_of(("depression", 3))).value == "subject"


# --- a file that cannot be used ---------------------------------------------------------------------------------------

GOOD = """
[scoring.topics]
threshold = 5
title = 3
citation = 2
summary = 1
implications = 1
repeat_limit = 4
fallback = "grief"
[scoring.types]
threshold = 3
title = 3
citation = 3
summary = 1
implications = 0.5
repeat_limit = 1
fallback = "other"
[[topic]]
slug = "grief"
label = "Grief"
source_label = "Greif"
rule = [{ phrase = "grief", weight = 3, reason = "by name" }]
[[topic]]
slug = "loss"
label = "Loss"
source_label = "Loss"
rule = [{ phrase = "loss", weight = 3, reason = "by name" }]
[[type]]
slug = "survey"
label = "Survey"
aliases = ["Poll"]
rule = [{ phrase = "survey", weight = 1, reason = "by name" }]
[[type]]
slug = "other"
label = "Other"
"""


def test_a_good_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_text(GOOD, encoding="utf-8")
    vocabulary = read_vocabulary(tmp_path / "topics.toml")
    assert vocabulary.topics[0] == Topic("grief", "Grief", "Greif", (Rule("grief", 3, "by name"),))
    assert [kind.slug for kind in vocabulary.types] == ["survey", "other"]
    assert vocabulary.type_scoring == Scoring(3, 3, 3, 1, 0.5, 1, "other")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('slug = "loss"', 'slug = "grief"', "slug grief"),
        ('label = "Loss"', 'label = "grief"', "label grief"),
        ('source_label = "Loss"', 'source_label = " GREIF "', "label greif"),
        ('aliases = ["Poll"]', 'aliases = ["other"]', "label other"),
        ('aliases = ["Poll"]', 'aliases = [""]', "alias"),
        ('aliases = ["Poll"]', 'colour = "red"', "unknown key 'colour'"),
        ('reason = "by name" }]', 'why = "by name" }]', "unknown key 'why'"),
        (', reason = "by name" }]', " }]", "'reason' is missing"),
        ('reason = "by name" }]', 'reason = " " }]', "reason = ' ' is not a text"),
        ("weight = 3", 'weight = "3"', "weight = '3' is not a number"),
        ("weight = 3", "weight = true", "weight = True is not a number"),
        ("weight = 3", "weight = nan", "weight = nan is not a number"),
        ('phrase = "grief"', 'phrase = "* grief"', "does not begin with a word"),
        ('phrase = "grief"', 'phrase = "!"', "does not begin with a word"),
        ('[{ phrase = "loss", weight = 3, reason = "by name" }]', "[]", "loss has no rule"),
        (
            'rule = [{ phrase = "loss"',
            'rule = [{ phrase = "l-l", weight = 1, reason = "r" }, { phrase = "L L"',
            "twice",
        ),
        ('slug = "loss"', 'slug = "Loss!"', "a slug holds"),
        ('fallback = "other"', 'fallback = "none"', "fallback 'none'"),
        ("threshold = 5", "threshold = 0", "threshold over 0"),
        ("repeat_limit = 4", "repeat_limit = 0.5", "repeat_limit 1 or more"),
        ("title = 3", "", "'title' is missing"),
        ('label = "Other"', "label = ", "is not TOML"),
    ],
)
def test_a_bad_file_is_refused_with_the_place_and_the_fault(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "topics.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_vocabulary(path)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert re.search(r"(Add|Correct|Change|Keep|Name|Rename|Begin)\b[^.]*\.$", str(caught.value)), "no next step"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_vocabulary(tmp_path / "none.toml")


# --- the shipped file -------------------------------------------------------------------------------------------------

SOURCE_LABELS = """
Adherance; Alliance and Therapeutic Relationship; Anxiety Disorders; Attachment; Attendance, Attrition, and Drop-Out;
Client Factors; Client Preferences; Cognitive Therapy (CT) and Cognitive-Behavioural Therapy (CBT); Combination Therapy;
Common Factors; Cost-effectiveness; Depression and Depressive Symptoms; Efficacy of Treatments; Empathy;
Feedback and Progress Monitoring; Group Psychotherapy; Illness and Medical Comorbidities;
Interpersonal Psychotherapy (IPT); Long-term Outcomes; Medications/Pharmacotherapy; Miscellaneous;
Neuroscience and Brain; Outcomes and Deterioration; Personality Disorders; Placebo Effect;
Practice-Based Research and Practice Research Networks; Psychodynamic Therapy (PDT); Resistance and Reactance;
Self-Reflection and Awareness; Suicide and Crisis Intervention; Termination; Therapist Factors; Training;
Transference and Countertransference; Trauma and/or PTSD; Treatment Length and Frequency
"""
PRECEDENCE = (
    "meta-analysis systematic-review randomized-controlled-trial qualitative-study survey expert-consensus "
    "naturalistic-study narrative-review chapter other"
)


def test_the_36_topics_are_those_of_the_blog_in_its_spelling() -> None:
    expected = [" ".join(label.split()) for label in SOURCE_LABELS.split(";")]
    assert [topic.source_label for topic in SHIPPED.topics] == expected
    assert len(expected) == 36


@pytest.mark.skipif(not PAGES.is_dir(), reason="the five real pages are not in ../shared/pages")
def test_every_topic_line_of_the_real_pages_is_in_the_vocabulary() -> None:
    for path in PAGES.glob("*.txt"):
        lines = [line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]
        assert lines[1:] == [topic.source_label for topic in SHIPPED.topics], path.name


def test_every_topic_has_enough_rules_and_every_rule_a_reason() -> None:
    for topic in SHIPPED.topics:
        assert len([rule for rule in topic.rules if rule.weight > 0]) >= 5, topic.slug
    entries: list[Topic | ResearchType] = [*SHIPPED.topics, *SHIPPED.types]
    for entry in entries:
        assert all(rule.reason for rule in entry.rules)


def test_no_phrase_gets_its_topic_by_one_mention_in_a_summary() -> None:
    for topic in SHIPPED.topics:
        for rule in topic.rules:
            found = assign_topics(article_of(rule.phrase.replace("*", ""), title=""), SHIPPED)
            assert not [one for one in found if one.value == topic.slug and one.evidence], (topic.slug, rule.phrase)


def test_types_are_in_order_of_precedence_and_have_rules() -> None:
    assert " ".join(kind.slug for kind in SHIPPED.types) == PRECEDENCE
    assert all(len(kind.rules) >= 5 for kind in SHIPPED.types if kind.slug != "other")


@pytest.mark.parametrize(
    ("label", "slug"),
    [("Adherance", "adherence"), (" adherence ", "adherence"), ("TRAUMA AND/OR PTSD", "trauma"), ("Drop-Out", None)],
)
def test_a_topic_is_found_by_the_label_of_the_blog_or_ours(label: str, slug: str | None) -> None:
    found = SHIPPED.topic_for_label(label)
    assert (found.slug if found else None) == slug


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("Meta-Analysis", "meta-analysis"),
        ("meta analyses", "meta-analysis"),
        ("RCT", "randomized-controlled-trial"),
        ("Randomised  Controlled Trial", "randomized-controlled-trial"),
        ("Qualitative", "qualitative-study"),
        ("Review", "narrative-review"),
        ("Book Chapter", "chapter"),
        ("Astrology", None),
    ],
)
def test_a_type_is_found_by_its_label_or_an_alias(label: str, slug: str | None) -> None:
    found = SHIPPED.type_for_label(label)
    assert (found.slug if found else None) == slug


def test_entries_are_found_by_slug() -> None:
    topic, kind = SHIPPED.topic("ipt"), SHIPPED.type("survey")
    assert topic is not None and topic.label == "Interpersonal Psychotherapy (IPT)"
    assert kind is not None and kind.label == "Survey"
    assert SHIPPED.topic("none") is None and SHIPPED.type("none") is None


# --- sentences and digests invented for these tests -------------------------------------------------------------------

SENTENCES = {
    "adherence": (
        "Raters scored treatment integrity from tapes, and neither therapist adherence nor competence in delivering "
        "the manual was linked to change in symptoms."
    ),
    "alliance": (
        "Growth in the working alliance from week to week forecast relief, and alliance ratings by clients predicted"
        " best."
    ),
    "anxiety": (
        "Adults with generalized anxiety disorder or panic disorder were treated by exposure and their worry fell by"
        " half."
    ),
    "attachment": (
        "Clients high in attachment avoidance gained less, while those with a secure attachment formed bonds early."
    ),
    "drop-out": (
        "About one in five clients dropped out, and premature termination was more common when an intake took place "
        "weeks before the first appointment."
    ),
    "client-factors": (
        "Of all client characteristics, readiness for change and outcome expectations at intake mattered most."
    ),
    "client-preferences": (
        "Clients who were given their preferred treatment, or a say through shared decision making, stayed longer."
    ),
    "cbt": (
        "Twelve weeks of cognitive behavioural therapy with cognitive restructuring and behavioral activation were "
        "offered, and CBT led to fewer relapses."
    ),
    "combination-therapy": "Combined treatment, that is psychotherapy plus medication, was better than either alone.",
    "common-factors": (
        "Proponents of the contextual model hold that common factors, and not ingredients of one school, explain why"
        " therapies work."
    ),
    "cost-effectiveness": (
        "Every dollar spent on therapy was returned by lower health care costs, and the programme was cost-effective"
        " at the usual price of a quality-adjusted life year."
    ),
    "depression": (
        "Outpatients with major depressive disorder reported fewer depressive symptoms, and half were no longer "
        "depressed."
    ),
    "efficacy": (
        "Psychological treatments were more effective than treatment as usual, and the differences between "
        "treatments were small in head-to-head comparisons."
    ),
    "empathy": (
        "Empathic therapists have clients who improve, and client-perceived empathy predicted outcome better than "
        "ratings of empathy by observers."
    ),
    "feedback": (
        "Therapists who received weekly progress feedback on clients who were not on track, through routine outcome "
        "monitoring, halved their failures."
    ),
    "group-psychotherapy": (
        "Group cohesion rose as group members disclosed more, and group leaders who fostered it had better attendance."
    ),
    "medical-illness": (
        "Women with breast cancer or other chronic illnesses who had therapy reported less fatigue and better sleep."
    ),
    "ipt": (
        "Sixteen weeks of interpersonal psychotherapy (IPT) focused on grief or on a role transition relieved "
        "symptoms of new mothers."
    ),
    "long-term-outcomes": (
        "At the five-year follow-up gains were still there, so the long-term effects of the therapy were durable and"
        " relapse was rare."
    ),
    "medication": (
        "Antidepressants such as SSRIs were no better than talking, and many on pharmacotherapy stopped because of "
        "side effects."
    ),
    "miscellaneous": (
        "An internet-delivered self-help programme on a smartphone reached people who would never visit a clinic."
    ),
    "neuroscience": "Brain scans before and after therapy showed less amygdala activity and more prefrontal control.",
    "outcomes": (
        "Between five and ten percent of clients deteriorate in therapy, and clinicians rarely notice that someone "
        "is getting worse."
    ),
    "personality-disorders": (
        "Patients with borderline personality disorder harmed themselves less, and other personality disorders "
        "improved as well."
    ),
    "placebo": "The placebo effect was large: a placebo given openly helped almost as much as the drug.",
    "practice-research": (
        "Clinicians of a practice research network collected data in routine practice and chose the questions "
        "themselves."
    ),
    "psychodynamic": (
        "Short-term psychodynamic therapy that explored defense mechanisms and unconscious conflict was tested in a "
        "clinic."
    ),
    "resistance": (
        "Highly reactant clients did better with a less directive therapist, and resistance in early sessions "
        "foretold a poor result."
    ),
    "self-reflection": (
        "Therapists who practise mindfulness and self-reflection, or who had personal therapy, know their limits "
        "better."
    ),
    "suicide-crisis": (
        "After a suicide attempt, brief contact and a safety plan by the emergency department cut later suicidal "
        "behaviour."
    ),
    "termination": (
        "Therapists and clients looked back on ending therapy, and a planned termination phase with time for saying "
        "goodbye helped."
    ),
    "therapist-factors": (
        "Therapist effects were large: highly effective therapists differed in facilitative interpersonal skills and"
        " not in age."
    ),
    "training": "Trainees who received clinical supervision and used deliberate practice in role plays gained skill.",
    "countertransference": (
        "Therapists who cannot manage countertransference act on their feelings, and supervision on "
        "countertransference reactions helped."
    ),
    "trauma": "Veterans with PTSD were given prolonged exposure or EMDR and their nightmares grew rare.",
    "treatment-length": (
        "How many sessions are enough? The dose-response curve flattened after the number of sessions reached eighteen."
    ),
}


def test_there_is_a_sentence_for_each_topic() -> None:
    assert set(SENTENCES) == {topic.slug for topic in SHIPPED.topics}


@pytest.mark.parametrize(("slug", "sentence"), SENTENCES.items())
def test_a_sentence_about_a_topic_gets_it(slug: str, sentence: str) -> None:
    found = {one.value: one.evidence for one in assign_topics(article_of(sentence), SHIPPED)}
    assert slug in found
    assert found[slug], "assigned as the fallback only"


@pytest.mark.parametrize(
    ("sentence", "slug"),
    [
        ("As in most therapies, a good therapeutic alliance is needed for this technique to work.", "alliance"),
        ("Patients with a treatment-resistant depression were left out of the sample.", "resistance"),
        ("The questionnaire of self-efficacy was filled in twice.", "efficacy"),
        ("The drug was tested in a placebo-controlled trial.", "placebo"),
        ("Premature termination was rare.", "termination"),
        ("Trials of CBT, IPT, PDT and EFT were pooled.", "ipt"),
        ("Trials of CBT, IPT, PDT and EFT were pooled.", "psychodynamic"),
        ("Diagnoses were depression, anxiety, PTSD and borderline personality disorder.", "personality-disorders"),
        ("Diagnoses were depression, anxiety, PTSD and borderline personality disorder.", "depression"),
        ("Vicarious trauma and secondary traumatic stress are known among counsellors.", "trauma"),
        ("There is a crisis of trust in science.", "suicide-crisis"),
        ("Forty percent of the sample took medication at intake.", "medication"),
    ],
)
def test_a_mention_in_passing_does_not_get_the_topic(sentence: str, slug: str) -> None:
    assert slug not in topics_of(article_of(sentence))


@pytest.mark.parametrize(
    ("sentence", "slug"),
    [
        (
            "A meta-analysis showed small effects. In this qualitative study, Roy and colleagues interviewed ten men.",
            "qualitative-study",
        ),
        (
            "Surveys find that many are tired. In this study, Roy and colleagues assessed 49 therapists.",
            "naturalistic-study",
        ),
        ("In this large meta-analysis, Roy and colleagues pooled 40 randomized controlled trials.", "meta-analysis"),
        ("In this systematic review, the studies were too few to conduct meta-analyses.", "systematic-review"),
        ("Roy and colleagues conducted a systematic review and meta-analysis.", "meta-analysis"),
        ("In this study, 80 patients were randomly assigned to one of two therapies.", "randomized-controlled-trial"),
        ("Roy and colleagues surveyed 600 trainees about their supervision.", "survey"),
        ("A panel of experts took part in a Delphi poll until there was consensus among them.", "expert-consensus"),
        ("In this article, Roy and colleagues review the literature on sleep.", "narrative-review"),
        ("In this chapter, Roy and colleagues review the research on empathy.", "chapter"),
        ("Roy wonders what therapy is for.", "other"),
    ],
)
def test_a_sentence_that_tells_its_design_gets_the_type(sentence: str, slug: str) -> None:
    assert assign_type(article_of(sentence), SHIPPED).value == slug


# title, title of the study, summary, implications; topics it must get and must not get; type
DIGESTS = [
    (
        "Interpersonal Psychotherapy for Depression",
        "Interpersonal psychotherapy for mental health problems: A comprehensive meta-analysis.",
        "Interpersonal psychotherapy (IPT) helps patients to resolve disputes and to live through role transitions. "
        "In this meta analysis, Adams and colleagues pooled 62 trials of IPT for depression. Patients in IPT "
        "improved more than those on a waiting list.",
        "IPT is one of the treatments that clinicians may offer to depressed patients.",
        {"depression", "ipt"},
        {"alliance", "suicide-crisis", "trauma"},
        "meta-analysis",
    ),
    (
        "How Clients and Therapists Experience the End of Therapy",
        "Termination of psychotherapy: what clients and therapists say about good endings.",
        "Ending therapy well may protect what was gained. In this qualitative study, Baker and colleagues "
        "interviewed 24 clients some weeks after the last session. Good endings were planned, talked about, and left"
        " room for sadness and pride.",
        "Therapists should raise termination early and review gains with the client.",
        {"termination"},
        {"drop-out", "efficacy"},
        "qualitative-study",
    ),
    (
        "Managing Countertransference in the Hour",
        "Countertransference management and outcome.",
        "Countertransference refers to reactions of therapists that stem from their own unresolved conflicts. In "
        "this meta-analysis, Cole and colleagues found that countertransference reactions were related to worse "
        "results, and that managing them went along with better ones.",
        "Therapists may use supervision and self-reflection to notice when they react to a client from their own "
        "history.",
        {"countertransference"},
        {"depression", "psychodynamic"},
        "meta-analysis",
    ),
    (
        "Brief Contact After a Suicidal Crisis",
        "Safety planning in emergency departments: a randomized clinical trial.",
        "Many people who attempt suicide are sent home without an appointment. In this trial, Dunn and colleagues "
        "randomly assigned 320 patients seen in emergency departments to a safety plan with telephone calls or to "
        "usual care. Suicidal behavior was cut by half over six months.",
        "Clinicians should write a safety plan together with every suicidal patient.",
        {"suicide-crisis"},
        {"alliance", "anxiety", "depression"},
        "randomized-controlled-trial",
    ),
    (
        "Cohesion in Group Therapy",
        "Cohesion in group therapy: A meta-analysis.",
        "Cohesion is the bond among the members of a group. Evans and colleagues conducted a meta-analysis of 55 "
        "studies. Groups that were more cohesive had better results, above all when leaders fostered interaction "
        "between members.",
        "Group leaders should model feedback and bring members into contact in the first sessions.",
        {"group-psychotherapy"},
        {"alliance", "feedback"},
        "meta-analysis",
    ),
    (
        "Does Psychotherapy Pay for Itself?",
        "The economic impact of psychological treatment: a review.",
        "Health plans ask whether psychotherapy is worth its price. In this review, Ford and colleagues looked at "
        "studies that counted hospital days and sick leave. In most of them treatment was cost-effective, and "
        "savings in medical costs made up for the fees.",
        "Practitioners can tell insurers that therapy lowers costs.",
        {"cost-effectiveness"},
        {"depression", "medical-illness"},
        "narrative-review",
    ),
    (
        "The Placebo Response in Trials of Antidepressants",
        "Placebo response in antidepressant trials: A systematic review and meta-analysis.",
        "Patients often improve on a pill without an active drug. In this meta-analysis, Gray and colleagues looked "
        "at 252 placebo-controlled trials of antidepressants. The placebo response was stable over 25 years, with "
        "about 35 percent of patients responding to placebo.",
        "Expectation is a strong ingredient of any treatment.",
        {"medication", "placebo"},
        {"alliance", "combination-therapy"},
        "meta-analysis",
    ),
    (
        "What Clinicians Want to Know: A Practice Research Network",
        "Building a practice research network: What clinicians want from research.",
        "There is a gap between research and practice. In this survey of 1019 clinicians, Hill and colleagues asked "
        "members of a practice-based research network which topics should be studied. They ranked the relationship "
        "and professional development highest.",
        "Researchers should work with clinicians from the start.",
        {"practice-research"},
        {"depression", "efficacy"},
        "survey",
    ),
    (
        "Are the Effects of CBT for Anxiety Long-Lasting?",
        "Long-term outcomes of cognitive-behavioral therapy for anxiety-related disorders: A systematic review and "
        "meta-analysis.",
        "CBT is known to work in the short run. In this meta-analysis, Ives and colleagues collected 69 randomized "
        "controlled trials of CBT for anxiety disorders with a follow-up of more than one year. Relapse was rare, at"
        " about 14 percent, and for panic disorder and social anxiety the gains grew.",
        "Clients with anxiety can be told that what they gain is likely to last.",
        {"anxiety", "cbt", "long-term-outcomes"},
        {"alliance", "depression"},
        "meta-analysis",
    ),
    (
        "Medication or Psychotherapy for Depression?",
        "Psychotherapy versus pharmacotherapy in adult depression.",
        "Both medications and psychotherapy are recommended for depression. In this study, 410 adults with major "
        "depression were randomly assigned to an antidepressant, to psychotherapy, or to both. The combination of "
        "psychotherapy and medication did best.",
        "Combined treatment should be discussed with patients who are severely depressed.",
        {"combination-therapy", "depression", "medication"},
        {"alliance", "trauma"},
        "randomized-controlled-trial",
    ),
    (
        "Why Do Clients Leave Early?",
        "Predictors of dropout from psychotherapy in a training clinic.",
        "Dropout is costly for clients and clinics. In this study, Jones and colleagues followed 640 clients seen in"
        " a university clinic. Thirty percent dropped out before the sixth session, and younger clients were more "
        "likely to drop out.",
        "Therapists can lower dropout by talking about expectations and preferences in the first session.",
        {"drop-out"},
        {"efficacy", "personality-disorders", "termination"},
        "naturalistic-study",
    ),
    (
        "Long-Term Psychodynamic Therapy for Personality Disorders",
        "Psychodynamic therapy of personality disorders: what we know.",
        "Personality disorders are hard to treat. In this chapter, Kern and colleagues review studies of "
        "psychodynamic therapy that lasted two years or more. Patients with personality disorders made gains in "
        "their relationships.",
        "Longer treatments may be needed, and interpretations should be timed with care.",
        {"personality-disorders", "psychodynamic"},
        {"cbt", "medication"},
        "chapter",
    ),
    (
        "Childhood Trauma and the Body",
        "Effects of trauma-focused therapy on chronic pain.",
        "Many with chronic pain have lived through childhood trauma. In this randomized controlled trial, Lang and "
        "colleagues offered EMDR to 80 patients of a pain clinic. Their PTSD symptoms and their pain eased.",
        "Therapists who work with medical patients should ask about traumatic events.",
        {"medical-illness", "trauma"},
        {"alliance", "neuroscience"},
        "randomized-controlled-trial",
    ),
    (
        "Meeting Resistance Instead of Fighting It",
        "Responding to resistance: matching directiveness to client reactance.",
        "Some clients resist advice. In their systematic review, Moss and colleagues found 13 studies on reactance. "
        "Highly reactant clients did better with a therapist who was less directive.",
        "Therapists should roll with resistance and give control to the client.",
        {"resistance"},
        {"alliance", "medication"},
        "systematic-review",
    ),
    (
        "Do Clients Get What They Prefer?",
        "The effects of accommodating client preference in psychotherapy.",
        "Clients come with wishes about treatment. In this meta-analysis, North and colleagues pooled 53 studies of "
        "preference accommodation. Clients whose preferences were met were less likely to drop out.",
        "Ask clients about their preferences before therapy starts.",
        {"client-preferences"},
        {"efficacy", "placebo"},
        "meta-analysis",
    ),
    (
        "How Much Therapy Is Enough?",
        "The dose-response relationship in routine care.",
        "Services limit the number of sessions. In this study, Olsen and colleagues analysed archival data of 26,000"
        " patients in routine care who completed a measure at every session. Most change came in the first 12 "
        "sessions, but the length of treatment that was needed differed.",
        "A fixed session limit serves few clients.",
        {"practice-research", "treatment-length"},
        {"alliance", "ipt"},
        "naturalistic-study",
    ),
    (
        "The Brain in Love and in Therapy",
        "Neurobiology of psychotherapy: state of the science.",
        "Therapy changes minds and so it must change brains. In this article, Price and colleagues review the "
        "research on neural changes after psychotherapy. Activity of the amygdala and cortex moved towards that of "
        "people without depression.",
        "The authors caution against tailoring treatment by scans.",
        {"neuroscience"},
        {"alliance", "depression"},
        "narrative-review",
    ),
    (
        "Feedback Helps Clients at Risk",
        "Collecting and delivering progress feedback: a meta-analysis of routine outcome monitoring.",
        "Therapists are not good at seeing when clients get worse. In this meta-analysis, Quinn and colleagues "
        "pooled 24 studies of routine outcome monitoring. Feedback halved the rate of deterioration among clients "
        "who were not on track.",
        "Use a brief scale at each session and talk about it with the client.",
        {"feedback", "outcomes"},
        {"alliance", "training"},
        "meta-analysis",
    ),
]


@pytest.mark.parametrize(
    ("title", "study", "summary", "implications", "wanted", "unwanted", "kind"), DIGESTS, ids=[d[0] for d in DIGESTS]
)
def test_an_invented_digest_gets_what_a_librarian_would_give(
    title: str, study: str, summary: str, implications: str, wanted: set[str], unwanted: set[str], kind: str
) -> None:
    citation = Citation(f"Doe, J. (2019). {study} Some Journal, 3, 1-9.", title=study)
    article = article_of(summary, title=title, implications=implications, citation=citation)
    found = topics_of(article)
    assert wanted <= found
    assert not unwanted & found
    assert assign_type(article, SHIPPED).value == kind


# --- the labelled set -------------------------------------------------------------------------------------------------


def read_articles() -> dict[str, Article]:
    """The labelled articles of the real pages, by the plainest of readings: a line whose id is labelled is a title."""
    parts: dict[str, list[str]] = {}
    for path in sorted(PAGES.glob("*.txt")):
        month, current = "", ""
        for line in filter(None, map(str.strip, path.read_text(encoding="utf-8").splitlines())):
            if re.fullmatch(r"[A-Z][a-z]+ 20\d\d", line):
                month, current = f"{datetime.strptime(line, '%B %Y'):%Y-%m}", ""
            elif (found := f"{month}-{re.sub('[^a-z0-9]+', '-', line.replace('’', '').lower()).strip('-')}") in LABELS:
                current, parts[found] = found, [line]
            elif current:
                parts[current].append(line)
    articles = {}
    for article_id, (title, *lines) in parts.items():
        heading = next(n for n, line in enumerate(lines) if re.fullmatch(r"Practic\w+ Implications?", line))
        study = re.search(r"\(\d{4}[^)]*\)\.\s(.+?[.?])\s", lines[0]) if heading == 2 else None
        citation = Citation(lines[0], title=study[1] if study else None) if heading == 2 else None
        summary, implications = tuple(lines[heading - 1 : heading]), tuple(lines[heading + 1 :])
        articles[article_id] = Article(article_id, title, None, None, citation, summary, implications)
    return articles


def test_the_labels_use_the_vocabulary() -> None:
    assert len(LABELS) == 29
    for article_id, label in LABELS.items():
        slugs = label["main"] + label["also"]
        assert len(set(slugs)) == len(slugs) and 1 <= len(label["main"]) <= 4, article_id
        assert all(SHIPPED.topic(slug) for slug in slugs), article_id
        assert SHIPPED.type(label["type"]), article_id


@pytest.mark.skipif(not PAGES.is_dir(), reason="the five real pages are not in ../shared/pages")
def test_rules_agree_with_the_labelled_set() -> None:
    """Floors under what was reached (F1 1.00, types 29 of 29); the rules were tuned on these labels, so this guards
    against losses and does not foretell the quality on other digests."""
    articles = read_articles()
    assert articles.keys() == LABELS.keys()
    given = right = found_main = main = right_types = 0
    faults = []
    for article_id, label in LABELS.items():
        found, kind = topics_of(articles[article_id]), assign_type(articles[article_id], SHIPPED).value
        applies, wanted = {*label["main"], *label["also"]}, set(label["main"])
        given, right = given + len(found), right + len(found & applies)
        main, found_main = main + len(wanted), found_main + len(wanted & found)
        right_types += kind == label["type"]
        faults.append(f"{article_id}: wrong {found - applies}, missing {wanted - found}, {kind} for {label['type']}")
    precision, recall = right / given, found_main / main
    f1 = 2 * precision * recall / (precision + recall)
    assert f1 >= 0.92, "\n".join(faults)
    assert right_types >= 27, "\n".join(faults)
