//! What the tenant configured, by internal name: there is no list of it in the API.

/// Something with an internal name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) id: &'static str,
    pub(super) de: &'static str,
    pub(super) en: &'static str,
}

const fn term(id: &'static str, de: &'static str, en: &'static str) -> Term {
    Term { id, de, en }
}

pub(super) fn find<'a>(terms: &'a [Term], id: &str) -> Option<&'a Term> {
    terms.iter().find(|term| term.id == id)
}

/// The number of a term where an older interface has numbers.
pub(super) fn position(terms: &[Term], id: &str) -> Option<usize> {
    terms.iter().position(|term| term.id == id).map(|index| index + 1)
}

pub(super) const LANGUAGES: &[Term] = &[term("de", "Deutsch", "German"), term("en", "Englisch", "English")];

/// The workflow of applications; the first is where they start.
pub(super) const STATUSES: &[Term] = &[
    term("SYS_NEW", "Neu", "New"),
    term("PRE_SELECTION", "In Prüfung", "Pre-selection"),
    term("FIRST_INTERVIEW", "Erstgespräch", "First interview"),
    term("SECOND_INTERVIEW", "Zweitgespräch", "Second interview"),
    term("AT_WORK_COUNCIL", "Beim Betriebsrat", "At the works council"),
    term("HIRED", "Zusage erteilt", "Offer made"),
    term("EMPLOYED", "Eingestellt", "Employed"),
    term("REJECTED", "Abgesagt", "Rejected"),
    term("WITHDRAWN", "Bewerbung zurückgezogen", "Application withdrawn"),
];

/// Statuses that nothing comes after.
pub(super) const FINAL: [&str; 3] = ["EMPLOYED", "REJECTED", "WITHDRAWN"];

/// Mail templates, and the statuses that they may be sent with.
pub(super) const TEMPLATES: [(&str, &[&str]); 5] = [
    ("ACKNOWLEDGEMENT", &["PRE_SELECTION"]),
    ("INVITATION", &["FIRST_INTERVIEW", "SECOND_INTERVIEW"]),
    ("HIRED", &["HIRED", "EMPLOYED"]),
    ("REJECTION", &["REJECTED"]),
    ("WITHDRAWAL", &["WITHDRAWN"]),
];

pub(super) const SOURCES: &[Term] = &[
    term("HOMEPAGE", "Karriereseite", "Career site"),
    term("FAZ", "F.A.Z.", "F.A.Z."),
    term("MONSTER", "Monster", "Monster"),
    term("STEPSTONE", "Stepstone", "Stepstone"),
    term("EMPLOYEE", "Empfehlung durch Beschäftigte", "Employee referral"),
    term("JOB_FAIR", "Jobmesse Lübeck", "Job fair Lübeck"),
];

pub(super) const REJECTION_CODES: &[Term] = &[
    term("QUALIFICATION", "Fehlende Qualifikation", "Lacks qualification"),
    term("SALARY", "Gehaltsvorstellung zu hoch", "Salary expectation too high"),
    term("POSITION_FILLED", "Stelle anderweitig besetzt", "Position filled"),
];

pub(super) const COMPANIES: &[Term] = &[
    term("NORDLICHT_ENERGIE", "Nordlicht Energie GmbH", "Nordlicht Energie GmbH"),
    term("NORDLICHT_NETZ", "Nordlicht Netz GmbH & Co. KG", "Nordlicht Netz GmbH & Co. KG"),
    term("BOEHME_PUMPEN", "Böhme Pumpenbau AG", "Böhme Pumpenbau AG"),
];

pub(super) const CATEGORIES: &[Term] = &[
    term("IT", "IT und Digitalisierung", "IT"),
    term("ENGINEERING", "Ingenieurwesen", "Engineering"),
    term("PRODUCTION", "Fertigung und Montage", "Production"),
    term("SALES", "Vertrieb und Außendienst", "Sales"),
    term("HR", "Personalwesen", "Human resources"),
    term("APPRENTICESHIP", "Ausbildung", "Apprenticeship"),
];

pub(super) const TARGET_GROUPS: &[Term] = &[
    term("PROFESSIONALS", "Berufserfahrene", "Professionals"),
    term("GRADUATES", "Absolventinnen und Absolventen", "Graduates"),
    term("STUDENTS", "Studierende", "Students"),
    term("PUPILS", "Schülerinnen und Schüler", "Pupils"),
    term("OTHERS", "Sonstige", "Others"),
];

pub(super) const WORKING_TIMES: &[Term] = &[
    term("FULL_TIME", "Vollzeit", "Full time"),
    term("PART_TIME", "Teilzeit", "Part time"),
    term("MARGINAL_EMPLOYMENT", "Geringfügige Beschäftigung", "Marginal employment"),
];

pub(super) const CONTRACT_PERIODS: &[Term] =
    &[term("LIMITED", "Befristet", "Limited"), term("UNLIMITED", "Unbefristet", "Unlimited")];

pub(super) const FUNCTION_GROUPS: &[Term] = &[
    term("1", "Fachkraft", "Specialist"),
    term("2", "Führungskraft", "Manager"),
    term("3", "Auszubildende", "Apprentice"),
];

pub(super) const OCCUPATIONAL_GROUPS: &[Term] = &[
    term("1", "Gewerbliche Beschäftigte", "Industrial"),
    term("2", "Angestellte", "Salaried"),
    term("3", "Außertarifliche", "Outside the pay scale"),
];

pub(super) const PAY_GRADES: &[Term] = &[
    term("1", "EG 8", "EG 8"),
    term("2", "EG 10", "EG 10"),
    term("3", "EG 12", "EG 12"),
    term("4", "AT", "Outside the pay scale"),
];

pub(super) const DEGREES: &[Term] = &[
    term("HAUPTSCHULE", "Erster Schulabschluss", "Lower secondary"),
    term("ABITUR", "Abitur", "Higher secondary"),
    term("APPRENTICESHIP", "Abgeschlossene Berufsausbildung", "Apprenticeship"),
    term("BACHELOR", "Bachelor", "Bachelor"),
    term("MASTER", "Master", "Master"),
    term("PROMOTION", "Promotion", "Doctorate"),
];

pub(super) const ROLES: &[Term] = &[
    term("HR", "Personalabteilung", "Human resources"),
    term("LM", "Fachabteilung", "Line manager"),
    term("ADMIN", "Administration", "Administration"),
    term("SYS_REST_API", "REST API (standard)", "REST API (standard)"),
];

/// Marks of candidates, each with the older flag that says the same.
pub(super) const SPECIAL_MARKS: &[Term] = &[
    term("SYS_INTERNAL_APPLICANT", "Interne Bewerbung", "specialMarkIA"),
    term("SYS_SEVERELY_DISABLED_APPLICANT", "Schwerbehinderung", "specialMarkDIS"),
    term("SYS_RELATIVES_IN_COMPANY", "Angehörige im Unternehmen", "specialMarkREL"),
    term("SYS_VIP", "VIP", "specialMarkVIP"),
    term("EMPLOYEE_REFERRAL", "Empfehlung", "specialMarkREF"),
    term("SYS_HR_SERVICE_PROVIDER", "Personaldienstleister", "specialMarkHRP"),
    term("SYS_BLACKLIST", "Sperrliste", "specialMarkBL"),
    term("SYS_GROUP_APPLICANT", "Bewerbung aus dem Konzern", "specialMarkGPA"),
];

/// Permissions that a link of the configuration may ask for.
pub(super) const PERMISSIONS: [&str; 4] = [
    "SYS_APPLICATIONS_VIEW",
    "SYS_APPLICATIONS_SPECIAL_MARK_DIS_VIEW",
    "SYS_JOB_PUBLICATIONS_VIEW",
    "SYS_POST_JOB_PUBLICATION",
];
