"""Every form of reference that the blog is known or likely to print, worked out by hand, field by field."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.citation import MAX_DOI_TEXT_CHARS, MAX_REFERENCE_CHARS, find_doi, is_citation, parse_citation
from indexer.model import Citation

SHARED = Path(__file__).resolve().parents[3] / "shared"

ON_THE_PAGES = [
    Citation(
        "Tasca, G. A., Ravitz, P., Hunter, J., Chyurlia, L., Baker, S., Balfour, L., Mcquaid, N., Pain, C., "
        "Compare, A., Brugnera, A., & Leszcz, M. (2022, November 10). Training community-based psychotherapists to "
        "maintain a therapeutic alliance: A Psychotherapy Practice Research Network study. Psychotherapy. Advance "
        "online publication.",
        (
            "Tasca, G. A.",
            "Ravitz, P.",
            "Hunter, J.",
            "Chyurlia, L.",
            "Baker, S.",
            "Balfour, L.",
            "Mcquaid, N.",
            "Pain, C.",
            "Compare, A.",
            "Brugnera, A.",
            "Leszcz, M.",
        ),
        2022,
        "Training community-based psychotherapists to maintain a therapeutic alliance: "
        "A Psychotherapy Practice Research Network study",
        "Psychotherapy",
    ),
    Citation(
        "Lin, T., Stone, S. J., Heckman, T. G., & Anderson, T. (2021). Zoom-in to zone-out: Therapists report less "
        "therapeutic skill in telepsychology versus face-to-face therapy during the COVID-19 pandemic. "
        "Psychotherapy, 58, 449–459.",
        ("Lin, T.", "Stone, S. J.", "Heckman, T. G.", "Anderson, T."),
        2021,
        "Zoom-in to zone-out: Therapists report less therapeutic skill in telepsychology versus face-to-face therapy "
        "during the COVID-19 pandemic",
        "Psychotherapy",
        "58",
        None,
        "449–459",
    ),
    Citation(
        "Finsrud, I., Nissen-Lie, H. A., Ulvenes, P., Melsom, L., Vrabel, K., & Wampold, B. (2022, September). "
        "Confidence in the therapist and confidence in the treatment predict symptomatic improvement week by week "
        "in therapy: A latent curve modeling approach. Journal of Counseling Psychology. Advance online publication.",
        ("Finsrud, I.", "Nissen-Lie, H. A.", "Ulvenes, P.", "Melsom, L.", "Vrabel, K.", "Wampold, B."),
        2022,
        "Confidence in the therapist and confidence in the treatment predict symptomatic improvement week by week in "
        "therapy: A latent curve modeling approach",
        "Journal of Counseling Psychology",
    ),
    Citation(
        "Norcross, J. C., & Lambert, M. J. (2018). Psychotherapy relationships that work III. Psychotherapy, 55(4), "
        "303-315.",
        ("Norcross, J. C.", "Lambert, M. J."),
        2018,
        "Psychotherapy relationships that work III",
        "Psychotherapy",
        "55",
        "4",
        "303-315",
    ),
    Citation(
        "Flückiger, C., Del Re, A. C., Wampold, B. E., & Horvath, A. O. (2018). The alliance in adult psychotherapy: A "
        "meta-analytic synthesis. Psychotherapy. Advance online publication. http://dx.doi.org/10.1037/pst0000172",
        ("Flückiger, C.", "Del Re, A. C.", "Wampold, B. E.", "Horvath, A. O."),
        2018,
        "The alliance in adult psychotherapy: A meta-analytic synthesis",
        "Psychotherapy",
        doi="10.1037/pst0000172",
    ),
    Citation(
        "Cuijpers, P., Driessen, E., Hollon, S. D., van Oppen, P., Barth, J., & Andersson, G. (2012). The efficacy of "
        "non-directive supportive therapy for adult depression: a meta-analysis. Clinical psychology review, 32(4), "
        "280-291.",
        ("Cuijpers, P.", "Driessen, E.", "Hollon, S. D.", "van Oppen, P.", "Barth, J.", "Andersson, G."),
        2012,
        "The efficacy of non-directive supportive therapy for adult depression: a meta-analysis",
        "Clinical psychology review",
        "32",
        "4",
        "280-291",
    ),
    Citation(
        "Cameron, S. K., Rodgers, J., & Dagnan, D. (2018). The relationship between the therapeutic alliance and "
        "clinical outcomes in cognitive behaviour therapy for adults with depression: A meta‐analytic review. "
        "Clinical Psychology and Psychotherapy, DOI: 10.1002/cpp.2180.",
        ("Cameron, S. K.", "Rodgers, J.", "Dagnan, D."),
        2018,
        "The relationship between the therapeutic alliance and clinical outcomes in cognitive behaviour therapy for "
        "adults with depression: A meta‐analytic review",
        "Clinical Psychology and Psychotherapy",
        doi="10.1002/cpp.2180",
    ),
    Citation(
        "Yulish, N. E., Goldberg, S. B., Frost, N. D., Abbas, M., Oleen-Junk, N. A., Kring, M., . . . Wampold, B. E. "
        "(2017). The importance of problem-focused treatments: A meta-analysis of anxiety treatments. Psychotherapy, "
        "54(4), 321-338.",
        (
            "Yulish, N. E.",
            "Goldberg, S. B.",
            "Frost, N. D.",
            "Abbas, M.",
            "Oleen-Junk, N. A.",
            "Kring, M.",
            "Wampold, B. E.",
        ),
        2017,
        "The importance of problem-focused treatments: A meta-analysis of anxiety treatments",
        "Psychotherapy",
        "54",
        "4",
        "321-338",
    ),
    Citation(
        "Murphy, R. & Hutton, P. (2017). Therapist variability, patient reported therapeutic alliance, and clinical "
        "outcomes in adolescents undergoing mental health treatment: A systematic review and meta-analysis. The "
        "Journal of Child Psychology and Psychiatry, doi:10.1111/jcpp.12767.",
        ("Murphy, R.", "Hutton, P."),
        2017,
        "Therapist variability, patient reported therapeutic alliance, and clinical outcomes in adolescents undergoing "
        "mental health treatment: A systematic review and meta-analysis",
        "The Journal of Child Psychology and Psychiatry",
        doi="10.1111/jcpp.12767",
    ),
    Citation(
        "Davis, D. E., DeBlaere, C., Owen, J., Hook, J. N., Rivera, D. P., Choe, E., . . . Placeres, V. (2018). The "
        "multicultural orientation framework: A narrative review. Psychotherapy, 55(1), 89-100.",
        ("Davis, D. E.", "DeBlaere, C.", "Owen, J.", "Hook, J. N.", "Rivera, D. P.", "Choe, E.", "Placeres, V."),
        2018,
        "The multicultural orientation framework: A narrative review",
        "Psychotherapy",
        "55",
        "1",
        "89-100",
    ),
    Citation(
        "Eubanks, C. F., Burckell, L. A., & Goldfried, M. R. (2017, December 21). Clinical consensus strategies to "
        "repair ruptures in the therapeutic alliance. Journal of Psychotherapy Integration. Advance online "
        "publication.",
        ("Eubanks, C. F.", "Burckell, L. A.", "Goldfried, M. R."),
        2017,
        "Clinical consensus strategies to repair ruptures in the therapeutic alliance",
        "Journal of Psychotherapy Integration",
    ),
    Citation(
        "Love, M. & Farber, B.A. (2018). Honesty in psychotherapy: Results of an online survey comparing high vs. low "
        "self-concealers, Psychotherapy Research, DOI: 10.1080/10503307.2017.1417652.",
        ("Love, M.", "Farber, B.A."),
        2018,
        "Honesty in psychotherapy: Results of an online survey comparing high vs. low self-concealers",
        "Psychotherapy Research",
        doi="10.1080/10503307.2017.1417652",
    ),
    Citation(
        "Totura, C.M.W., Fields, S.A., & Kraver, M.S. (2018). The role of the therapeutic relationship in "
        "psychopharmacological treatment outcomes: A meta-analytic review. Psychiatric Services, 69, 41-47.",
        ("Totura, C.M.W.", "Fields, S.A.", "Kraver, M.S."),
        2018,
        "The role of the therapeutic relationship in psychopharmacological treatment outcomes: A meta-analytic review",
        "Psychiatric Services",
        "69",
        None,
        "41-47",
    ),
    Citation(
        "Steel, C., Macdonald, J., & Schroder, T. (2017). A systematic review of the effect of therapists’ "
        "internalized models of relationships on the quality of the therapeutic relationship. Journal of Clinical "
        "Psychology. Advance online publication.",
        ("Steel, C.", "Macdonald, J.", "Schroder, T."),
        2017,
        "A systematic review of the effect of therapists’ internalized models of relationships on the quality of the "
        "therapeutic relationship",
        "Journal of Clinical Psychology",
    ),
    Citation(
        "Wampold, B. & Owen, J. (2021). Therapist effects: History, methods, magnitude, and characteristics of "
        "effective therapists. In Barkham, W. Lutz, and L.G. Castonguay (Eds.) Bergin and Garfield’s Handbook of "
        "Psychotherapy and Behavior Change (7th ed.). Wiley. Chapter 9.",
        ("Wampold, B.", "Owen, J."),
        2021,
        "Therapist effects: History, methods, magnitude, and characteristics of effective therapists",
    ),
    Citation(
        "Delgadillo, J., Saxon, D., & Barkham, M. (2018). Associations between therapists’ occupational burnout and "
        "their patients’ depression and anxiety treatment outcomes. Depression and Anxiety, 35, 844-850.",
        ("Delgadillo, J.", "Saxon, D.", "Barkham, M."),
        2018,
        "Associations between therapists’ occupational burnout and their patients’ depression and anxiety treatment "
        "outcomes",
        "Depression and Anxiety",
        "35",
        None,
        "844-850",
    ),
    Citation(
        "Flückiger, C., Del Re, A. C., Wlodasch, D., Horvath, A. O., Solomonov, N., & Wampold, B. E. (2020, March 26). "
        "Assessing the alliance–outcome association adjusted for patient characteristics and treatment processes: A "
        "meta-analytic summary of direct comparisons. Journal of Counseling Psychology. Advance online publication.",
        ("Flückiger, C.", "Del Re, A. C.", "Wlodasch, D.", "Horvath, A. O.", "Solomonov, N.", "Wampold, B. E."),
        2020,
        "Assessing the alliance–outcome association adjusted for patient characteristics and treatment processes: A "
        "meta-analytic summary of direct comparisons",
        "Journal of Counseling Psychology",
    ),
    Citation(
        "Gloster, A. T., Rinner, M. T., Ioannou, M., Villanueva, J., Block, V. J., Ferrari, G., ... & Karekla, M. "
        "(2020). Treating treatment non-responders: A meta-analysis of randomized controlled psychotherapy trials. "
        "Clinical Psychology Review, 75, https://doi.org/10.1016/j.cpr.2019.101810.",
        (
            "Gloster, A. T.",
            "Rinner, M. T.",
            "Ioannou, M.",
            "Villanueva, J.",
            "Block, V. J.",
            "Ferrari, G.",
            "Karekla, M.",
        ),
        2020,
        "Treating treatment non-responders: A meta-analysis of randomized controlled psychotherapy trials",
        "Clinical Psychology Review",
        "75",
        doi="10.1016/j.cpr.2019.101810",
    ),
    Citation(
        "Curran, J., Parry, G.D., Hardy, G.E., Darling, J., Mason, A-M., Chambers, E. (2019). How Does therapy harm? A "
        "model of adverse process using task analysis in the meta-synthesis of service users’ experience. Frontiers in "
        "Psychology, 10:347. doi: 10.3389/fpsyg.2019.00347",
        ("Curran, J.", "Parry, G.D.", "Hardy, G.E.", "Darling, J.", "Mason, A-M.", "Chambers, E."),
        2019,
        "How Does therapy harm? A model of adverse process using task analysis in the meta-synthesis of service users’ "
        "experience",
        "Frontiers in Psychology",
        "10",
        None,
        "347",
        "10.3389/fpsyg.2019.00347",
    ),
    Citation(
        "McPherson, S., Wicks, C. & Tercelli, I. (2020). Patient experiences of psychological therapy for "
        "depression: A qualitative metasynthesis. BMC Psychiatry, 20, 313. https://doi.org/10.1186/s12888-020-02682-1",
        ("McPherson, S.", "Wicks, C.", "Tercelli, I."),
        2020,
        "Patient experiences of psychological therapy for depression: A qualitative metasynthesis",
        "BMC Psychiatry",
        "20",
        None,
        "313",
        "10.1186/s12888-020-02682-1",
    ),
    Citation(
        "Luyten, P., Campbell, C., Allisons, E., & Fonagy, P. (2020). The mentalizing approach to psychopathology: "
        "State of the art and future directions. Annual Review of Clinical Psychology, 16, 297-325.",
        ("Luyten, P.", "Campbell, C.", "Allisons, E.", "Fonagy, P."),
        2020,
        "The mentalizing approach to psychopathology: State of the art and future directions",
        "Annual Review of Clinical Psychology",
        "16",
        None,
        "297-325",
    ),
]

LIKELY_ELSEWHERE = [
    Citation(  # APA 6 with "doi:" behind the pages
        "Laska, K. M., Gurman, A. S., & Wampold, B. E. (2014). Expanding the lens of evidence-based practice in "
        "psychotherapy: A common factors perspective. Psychotherapy, 51(4), 467-481. doi:10.1037/a0034332",
        ("Laska, K. M.", "Gurman, A. S.", "Wampold, B. E."),
        2014,
        "Expanding the lens of evidence-based practice in psychotherapy: A common factors perspective",
        "Psychotherapy",
        "51",
        "4",
        "467-481",
        "10.1037/a0034332",
    ),
    Citation(  # a DOI with parentheses of its own, capitals in it
        "Ilardi, S. S., & Craighead, W. E. (1999). Rapid early response. Clinical Psychology Review, 19, 3-9. "
        "DOI: 10.1016/S0272-7358(99)00012-3.",
        ("Ilardi, S. S.", "Craighead, W. E."),
        1999,
        "Rapid early response",
        "Clinical Psychology Review",
        "19",
        None,
        "3-9",
        "10.1016/s0272-7358(99)00012-3",
    ),
    Citation(  # supplement, pages with letters, an ampersand in the journal
        "Le Grange, D., & O’Brien, K. (2013b). Moderators of outcome. Sleep & Breathing, 24(Suppl. 1), S12-S20.",
        ("Le Grange, D.", "O’Brien, K."),
        2013,
        "Moderators of outcome",
        "Sleep & Breathing",
        "24",
        "Suppl. 1",
        "S12-S20",
    ),
    Citation(  # electronic article number
        "Barth, J., Munder, T., Gerger, H., et al. (2013). Comparative efficacy of seven interventions. PLoS Medicine, "
        "10(5), e1001454.",
        ("Barth, J.", "Munder, T.", "Gerger, H."),
        2013,
        "Comparative efficacy of seven interventions",
        "PLoS Medicine",
        "10",
        "5",
        "e1001454",
    ),
    Citation(  # "Article 347", double issue
        "Tschacher, W. (2020). Embodied synchrony. Frontiers in Psychiatry, 11(1–2), Article 347.",
        ("Tschacher, W.",),
        2020,
        "Embodied synchrony",
        "Frontiers in Psychiatry",
        "11",
        "1–2",
        "347",
    ),
    Citation(  # Jr. and III; a title that ends with a question mark
        "Nathan, P. E., Jr., & Jones, E. E., III. (2015). Does therapy help? Psychotherapy Research, 25, 1–12.",
        ("Nathan, P. E., Jr.", "Jones, E. E., III"),
        2015,
        "Does therapy help?",
        "Psychotherapy Research",
        "25",
        None,
        "1–12",
    ),
    Citation(  # particles, a hyphenated given name, "and" for "&"
        "von der Lippe, A. L., de la Parra, G. and Dewaele, J.-P. (2016). Deterioration. Death Studies, 40(2), 75-81.",
        ("von der Lippe, A. L.", "de la Parra, G.", "Dewaele, J.-P."),
        2016,
        "Deterioration",
        "Death Studies",
        "40",
        "2",
        "75-81",
    ),
    Citation(  # full stop after the year missing, comma before the volume missing
        "Zilcha-Mano, S. (2017) Is the alliance really therapeutic? American Psychologist 72(4), 311-325.",
        ("Zilcha-Mano, S.",),
        2017,
        "Is the alliance really therapeutic?",
        "American Psychologist",
        "72",
        "4",
        "311-325",
    ),
    Citation(  # commas within the journal's name
        "Swift, J. K. (2014). Why clients leave. Psychology and Psychotherapy: Theory, Research and Practice, 87, 1-5.",
        ("Swift, J. K.",),
        2014,
        "Why clients leave",
        "Psychology and Psychotherapy: Theory, Research and Practice",
        "87",
        None,
        "1-5",
    ),
    Citation(  # abbreviations with full stops within the title
        "Watts, B. V. (2013). Evidence vs. Practice among U.S. Veterans. Journal of Clinical Psychiatry, 74, "
        "e541-e550.",
        ("Watts, B. V.",),
        2013,
        "Evidence vs. Practice among U.S. Veterans",
        "Journal of Clinical Psychiatry",
        "74",
        None,
        "e541-e550",
    ),
    Citation(  # journal in the abbreviated style
        "Leichsenring, F. (2014). The dodo bird. Br. J. Clin. Psychol., 53, 4-7.",
        ("Leichsenring, F.",),
        2014,
        "The dodo bird",
        "Br. J. Clin. Psychol.",
        "53",
        None,
        "4-7",
    ),
    Citation(  # in press
        "Hill, C. E., & Knox, S. (in press). Processing the therapeutic relationship. Psychotherapy Research.",
        ("Hill, C. E.", "Knox, S."),
        None,
        "Processing the therapeutic relationship",
        "Psychotherapy Research",
    ),
    Citation(  # book with an edition
        "Wampold, B. E., & Imel, Z. E. (2015). The great psychotherapy debate (2nd ed.). New York, NY: Routledge.",
        ("Wampold, B. E.", "Imel, Z. E."),
        2015,
        "The great psychotherapy debate",
    ),
    Citation(  # book with a DOI: its publisher is no journal
        "Lambert, M. J. (2010). Prevention of treatment failure. American Psychological Association. "
        "https://doi.org/10.1037/12141-000",
        ("Lambert, M. J.",),
        2010,
        "Prevention of treatment failure",
        doi="10.1037/12141-000",
    ),
    Citation(  # edited book
        "Norcross, J. C. (Ed.). (2011). Psychotherapy relationships that work. Oxford University Press.",
        ("Norcross, J. C.",),
        2011,
        "Psychotherapy relationships that work",
    ),
    Citation(  # chapter with pages
        "Crits-Christoph, P., & Gibbons, M. B. C. (2013). Psychotherapy process–outcome research. In M. J. Lambert "
        "(Ed.), Bergin and Garfield’s handbook (6th ed., pp. 298–340). Hoboken, NJ: Wiley.",
        ("Crits-Christoph, P.", "Gibbons, M. B. C."),
        2013,
        "Psychotherapy process–outcome research",
        pages="298–340",
    ),
    Citation(  # organisation, book
        "American Psychiatric Association. (2013). Diagnostic and statistical manual of mental disorders (5th ed.). "
        "Arlington, VA: Author.",
        ("American Psychiatric Association",),
        2013,
        "Diagnostic and statistical manual of mental disorders",
    ),
    Citation(  # organisation, report with a link that is no DOI
        "National Institute for Health and Care Excellence. (2022). Depression in adults: Treatment and management "
        "(NICE Guideline No. 222). https://www.nice.org.uk/guidance/ng222",
        ("National Institute for Health and Care Excellence",),
        2022,
        "Depression in adults: Treatment and management",
    ),
    Citation(  # dissertation
        "Miller, A. (2014). Resistance in the first session (Doctoral dissertation). University of Ottawa, Canada.",
        ("Miller, A.",),
        2014,
        "Resistance in the first session",
    ),
    Citation(  # a group among the authors
        "Kazis, L. E., Deng, X., & Veterans Health Study Group. (2013). Ratings. Medical Care, 51, 2-9.",
        ("Kazis, L. E.", "Deng, X.", "Veterans Health Study Group"),
        2013,
        "Ratings",
        "Medical Care",
        "51",
        None,
        "2-9",
    ),
    Citation(  # "Vol." and "No." in words
        "Cook, J. M. (2015). Evidence. Clinical Psychologist, Vol. 68, No. 3, pp. 12-18.",
        ("Cook, J. M.",),
        2015,
        "Evidence",
        "Clinical Psychologist",
        "68",
        "3",
        "12-18",
    ),
    Citation(  # no date: authors and title run into each other, the end can be read
        "Baldwin, S. A., & Imel, Z. E. Therapist effects. Psychotherapy, 53, 4-9. doi:10.1037/pst0000001",
        journal="Psychotherapy",
        volume="53",
        pages="4-9",
        doi="10.1037/pst0000001",
    ),
    Citation(  # malformed DOI
        "Owen, J. (2016). Microaggressions. Psychotherapy, 53, 4-9. doi: 10.37/pst1",
        ("Owen, J.",),
        2016,
        "Microaggressions",
        "Psychotherapy",
        "53",
        None,
        "4-9",
    ),
    Citation(  # given names in full: which is the family name of the second?
        "Owen, Jesse, & Imel, Zac (2016). Introduction to the issue. Psychotherapy, 53(1), 4-9.",
        (),
        2016,
        "Introduction to the issue",
        "Psychotherapy",
        "53",
        "1",
        "4-9",
    ),
    Citation(  # surnames only
        "Smith et al. (2015). Group therapy. Psychotherapy, 52, 1-2.",
        ("Smith",),
        2015,
        "Group therapy",
        "Psychotherapy",
        "52",
        None,
        "1-2",
    ),
    Citation(  # title in capitals with a sloppy comma: where it ends is anyone's guess
        "Hayes, J. (2018). Managing Countertransference, Group Psychotherapy, 12, 3-9.",
        ("Hayes, J.",),
        2018,
        None,
        None,
        "12",
        None,
        "3-9",
    ),
    Citation(  # a full stop that may or may not end the title
        "Hayes, J. (2018). Trends in the U.S. Psychiatric Services, 69, 3-9.",
        ("Hayes, J.",),
        2018,
        None,
        None,
        "69",
        None,
        "3-9",
    ),
    Citation(  # an abbreviated name of which only the last word looks like a name of its own
        "Hayes, J. (2018). Sleep and mood. J. Affect. Disord. 69, 3-9.",
        ("Hayes, J.",),
        2018,
        None,
        None,
        "69",
        None,
        "3-9",
    ),
    Citation(  # a day of publication is no volume
        "Huhn, M. (2014). Efficacy: An overview. JAMA Psychiatry. Published online April 30, 2014. "
        "doi:10.1001/jamapsychiatry.2014.112.",
        ("Huhn, M.",),
        2014,
        "Efficacy: An overview",
        "JAMA Psychiatry",
        doi="10.1001/jamapsychiatry.2014.112",
    ),
    Citation(  # the DOI before the note
        "Smith, J. (2016). Attachment in adults. Attachment & Human Development, doi: 10.1080/1461.1. [Epub ahead "
        "of print]",
        ("Smith, J.",),
        2016,
        "Attachment in adults",
        "Attachment & Human Development",
        doi="10.1080/1461.1",
    ),
    Citation(  # something else stands behind the pages
        "Hayes, J. (2015). Common factors? An update. World Psychiatry, 14, 270-277. Author email: hayes@example.org",
        ("Hayes, J.",),
        2015,
    ),
    Citation(  # a DOI, but no journal that could be told from the title
        "Hayes, J. (2015). Manual of ruptures (2nd ed.). https://doi.org/10.1037/12345",
        ("Hayes, J.",),
        2015,
        "Manual of ruptures",
        doi="10.1037/12345",
    ),
    Citation(  # full stop before the journal missing, comma within the date missing
        "Eubanks, C. F. (2017 December 21). Clinical consensus strategies Journal of Psychotherapy Integration. "
        "Advance online publication.",
        ("Eubanks, C. F.",),
        2017,
    ),
    Citation(  # two sentences of a title, no journal
        "Hayes, J. (2018). Leaving early. What the clients of one clinic say.",
        ("Hayes, J.",),
        2018,
    ),
]

NO_REFERENCES = [
    "",
    "   ",
    "Practice Implications",
    "July 2020",
    "Author email: bwampold@wisc.edu",
    "Client Honesty in Psychotherapy",
    "Is the Therapeutic Alliance Therapeutic? It Depends.",
    "Therapeutic Alliance (2018)",
    "The Dodo Bird Verdict (1975): Still Standing?",
    "What Have We Learned From the Pandemic (2020)? A Look Back",
    "Flückiger, C. (2018) found that the alliance predicts outcomes in 295 studies.",
    "Norcross and Lambert (2018) edited a special issue. See https://doi.org/10.1037/pst0000193.",
    "Wampold, Imel, and Laska (2015) argue that common factors matter. They reviewed many meta-analyses.",
    "The American Psychological Association (2013) published a resolution. It says that psychotherapy works.",
    "In a meta-analysis, Flückiger et al. (2018). looked at r = .278 (95% CI: .256, .299).",
    "For more information about the training and new study, email the network (2023).",
    "The alliance matters, as shown by Horvath (2011, p. 12), and this was found again in 2018, 55(4), 303-315.",
]


@pytest.mark.parametrize("expected", ON_THE_PAGES + LIKELY_ELSEWHERE, ids=lambda citation: citation.printed[:40])
def test_reference_is_read_field_by_field(expected: Citation) -> None:
    assert parse_citation(expected.printed) == expected


@pytest.mark.parametrize("expected", ON_THE_PAGES + LIKELY_ELSEWHERE, ids=lambda citation: citation.printed[:40])
def test_reference_is_told_from_other_text(expected: Citation) -> None:
    assert is_citation(expected.printed)
    assert is_citation(f"  {expected.printed}\n")


@pytest.mark.parametrize("citation", ON_THE_PAGES, ids=lambda citation: citation.printed[:40])
def test_a_lost_stop_or_comma_makes_a_field_absent_but_never_wrong(citation: Citation) -> None:
    def letters(value: str | int | None) -> str:
        return re.sub(r"\W", "", str(value))

    for mark in re.finditer("[.,:&]", citation.printed):
        damaged = citation.printed[: mark.start()] + citation.printed[mark.end() :]
        assert is_citation(damaged)
        read = parse_citation(damaged)
        for field in ("study_year", "title", "journal", "volume", "issue", "pages", "doi"):
            value = getattr(read, field)
            assert value is None or letters(value) == letters(getattr(citation, field)), f"{field} of {damaged}"


@pytest.mark.parametrize("text", NO_REFERENCES)
def test_titles_prose_and_mail_lines_are_no_references(text: str) -> None:
    assert not is_citation(text)


def test_the_pages_hold_21_distinct_references() -> None:
    assert len({citation.printed for citation in ON_THE_PAGES}) == 21


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("http://dx.doi.org/10.1037/pst0000172", "10.1037/pst0000172"),
        ("https://doi.org/10.1016/j.cpr.2019.101810.", "10.1016/j.cpr.2019.101810"),
        ("DOI: 10.1002/CPP.2180.", "10.1002/cpp.2180"),
        ("doi:10.1111/jcpp.12767.", "10.1111/jcpp.12767"),
        ("doi10.1111/jcpp.12767", "10.1111/jcpp.12767"),
        ("what about 10.1037/a0034332, please?", "10.1037/a0034332"),
        ("(see 10.1016/S0272-7358(99)00012-3)", "10.1016/s0272-7358(99)00012-3"),
        ("“10.1037/a0034332”", "10.1037/a0034332"),
        (
            "10.1002/(SICI)1097-4679(199601)52:1<3::AID-JCLP1>3.0.CO;2-4",
            "10.1002/(sici)1097-4679(199601)52:1<3::aid-jclp1>3.0.co;2-4",
        ),
        ("10.1037//0022-006X.68.3.438", "10.1037//0022-006x.68.3.438"),
        ("https://www.frontiersin.org/articles/10.3389/fpsyg.2019.00347/full", "10.3389/fpsyg.2019.00347"),
        ("https://www.tandfonline.com/doi/full/10.1080/1050.1?journalCode=tpsr20", "10.1080/1050.1"),
        ("first 10.1037/a1, then 10.1037/a2", "10.1037/a1"),
        ("10.12/short is none, 10.1037/a2 is one", "10.1037/a2"),
        ("10.1016/S0272–7358", None),  # an en dash
        ("10.1037/", None),
        ("10.1037/...", None),
        ("10.1037 / pst0000172", None),
        ("110.1037/pst0000172", None),
        ("4.10.1037/pst0000172", None),
        ("10.1037/" + "a" * 201, None),
        ("", None),
    ],
)
def test_doi_is_found_and_normalised(text: str, doi: str | None) -> None:
    assert find_doi(text) == doi


def test_doi_that_the_limit_cuts_in_two_is_not_given() -> None:
    assert find_doi(" " * (MAX_DOI_TEXT_CHARS - 10) + "10.1037/pst0000172") is None


def test_line_beyond_the_limit_is_kept_but_not_read() -> None:
    long_line = ON_THE_PAGES[3].printed + " " + "word " * (MAX_REFERENCE_CHARS // 5)
    assert parse_citation(long_line) == Citation(long_line)
    assert not is_citation(long_line)


TEXT = st.text(max_size=300) | st.lists(
    st.sampled_from(
        [
            "Smith",
            ", ",
            "J.",
            " & ",
            ". . . ",
            "(2018)",
            "(in press)",
            ". ",
            "? ",
            "In ",
            "(Eds.)",
            "pp. 3-4",
            "55(4)",
            ", 303–315",
            "10.1037/",
            "a(1",
            ")",
            "doi: ",
            "https://doi.org/",
            "Psychotherapy",
            " a title",
            "“",
            "\n",
            "é",
        ]
    ),
    max_size=40,
).map("".join)


@given(TEXT)
def test_any_text_is_read_without_an_error(text: str) -> None:
    citation = parse_citation(text)
    is_citation(text)
    assert citation.printed == text
    assert citation.doi is None or re.fullmatch(r"10\.\d{4,9}/[!-~]+", citation.doi)
    assert citation.doi is None or citation.doi == citation.doi.lower() == find_doi(citation.doi)
    for part in (citation.title, citation.journal, citation.volume, citation.issue, citation.pages, *citation.authors):
        assert part is None or part == part.strip() != ""


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        ".",
        "(",
        "10.1037/",
        "10.1000/–",
        "Smith, J., ",
        "Mc A. ",
        ", 5",
        "(2018",
        "( . . . ",
        "e-",
        "[No. ",
        "In ",
    ],
)
@pytest.mark.parametrize("length", [1_900, 1_000_000])
def test_hostile_lines_take_milliseconds(piece: str, length: int) -> None:
    text = (piece * length)[:length]
    start = time.perf_counter()
    is_citation(text)
    parse_citation(text)
    find_doi(text)
    assert time.perf_counter() - start < 0.1  # measured: at most 0.01 s; ten times that for a busy machine


@pytest.mark.skipif(not (SHARED / "pages").is_dir(), reason="the five captured pages are not beside the repository")
def test_every_line_of_the_real_pages_is_classified() -> None:
    with (SHARED / "judgments" / "articles.tsv").open(encoding="utf-8", newline="") as file:
        cited = {row["title"] for row in csv.DictReader(file, delimiter="\t") if row["has_citation"] == "yes"}
    found = 0
    for page in sorted((SHARED / "pages").glob("*.txt")):
        lines = page.read_text(encoding="utf-8").splitlines()
        for before, line in zip(["", *lines], lines, strict=False):
            assert is_citation(line) == (before in cited), f"{page.name}: {line}"
            found += before in cited
    assert found == 22  # 21 articles, one of them on two pages
