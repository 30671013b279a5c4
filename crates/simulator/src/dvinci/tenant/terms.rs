//! Terms configured by the tenant, identified by internal name. The API does not list them.

/// A configured term with an internal name and its names in German and English.
#[derive(Clone, Copy, Debug)]
pub(in crate::dvinci) struct Term {
    pub(in crate::dvinci) id: &'static str,
    pub(in crate::dvinci) de: &'static str,
    pub(in crate::dvinci) en: &'static str,
}

const fn term(id: &'static str, de: &'static str, en: &'static str) -> Term {
    Term { id, de, en }
}

pub(in crate::dvinci) fn find<'a>(terms: &'a [Term], id: &str) -> Option<&'a Term> {
    terms.iter().find(|term| term.id == id)
}

/// Returns the number of a term, used by a legacy interface.
pub(in crate::dvinci) fn position(terms: &[Term], id: &str) -> Option<usize> {
    terms.iter().position(|term| term.id == id).map(|index| index + 1)
}

pub(in crate::dvinci) const LANGUAGES: &[Term] = &[term("de", "Deutsch", "German"), term("en", "Englisch", "English")];

/// Statuses of applications; the first is the initial one.
pub(in crate::dvinci) const STATUSES: &[Term] = &[
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

/// Statuses without a successor.
pub(in crate::dvinci) const FINAL_STATUSES: [&str; 3] = ["EMPLOYED", "REJECTED", "WITHDRAWN"];

/// Mail templates, and the statuses with which they can be sent.
pub(in crate::dvinci) const MAIL_TEMPLATES: [(&str, &[&str]); 5] = [
    ("ACKNOWLEDGEMENT", &["PRE_SELECTION"]),
    ("INVITATION", &["FIRST_INTERVIEW", "SECOND_INTERVIEW"]),
    ("HIRED", &["HIRED", "EMPLOYED"]),
    ("REJECTION", &["REJECTED"]),
    ("WITHDRAWAL", &["WITHDRAWN"]),
];

pub(in crate::dvinci) const SOURCES: &[Term] = &[
    term("HOMEPAGE", "Karriereseite", "Career site"),
    term("FAZ", "F.A.Z.", "F.A.Z."),
    term("MONSTER", "Monster", "Monster"),
    term("STEPSTONE", "Stepstone", "Stepstone"),
    term("EMPLOYEE", "Empfehlung durch Beschäftigte", "Employee referral"),
    term("JOB_FAIR", "Jobmesse Lübeck", "Job fair Lübeck"),
];

pub(in crate::dvinci) const REJECTION_CODES: &[Term] = &[
    term("QUALIFICATION", "Fehlende Qualifikation", "Lacks qualification"),
    term("SALARY", "Gehaltsvorstellung zu hoch", "Salary expectation too high"),
    term("POSITION_FILLED", "Stelle anderweitig besetzt", "Position filled"),
];

pub(in crate::dvinci) const COMPANIES: &[Term] = &[
    term("NORDLICHT_ENERGIE", "Nordlicht Energie GmbH", "Nordlicht Energie GmbH"),
    term("NORDLICHT_NETZ", "Nordlicht Netz GmbH & Co. KG", "Nordlicht Netz GmbH & Co. KG"),
    term("BOEHME_PUMPEN", "Böhme Pumpenbau AG", "Böhme Pumpenbau AG"),
];

pub(in crate::dvinci) const CATEGORIES: &[Term] = &[
    term("IT", "IT und Digitalisierung", "IT"),
    term("ENGINEERING", "Ingenieurwesen", "Engineering"),
    term("PRODUCTION", "Fertigung und Montage", "Production"),
    term("SALES", "Vertrieb und Außendienst", "Sales"),
    term("HR", "Personalwesen", "Human resources"),
    term("APPRENTICESHIP", "Ausbildung", "Apprenticeship"),
];

pub(in crate::dvinci) const TARGET_GROUPS: &[Term] = &[
    term("PROFESSIONALS", "Berufserfahrene", "Professionals"),
    term("GRADUATES", "Absolventinnen und Absolventen", "Graduates"),
    term("STUDENTS", "Studierende", "Students"),
    term("PUPILS", "Schülerinnen und Schüler", "Pupils"),
    term("OTHERS", "Sonstige", "Others"),
];

pub(in crate::dvinci) const WORKING_TIMES: &[Term] = &[
    term("FULL_TIME", "Vollzeit", "Full time"),
    term("PART_TIME", "Teilzeit", "Part time"),
    term("MARGINAL_EMPLOYMENT", "Geringfügige Beschäftigung", "Marginal employment"),
];

pub(in crate::dvinci) const CONTRACT_PERIODS: &[Term] =
    &[term("LIMITED", "Befristet", "Limited"), term("UNLIMITED", "Unbefristet", "Unlimited")];

pub(in crate::dvinci) const FUNCTION_GROUPS: &[Term] = &[
    term("1", "Fachkraft", "Specialist"),
    term("2", "Führungskraft", "Manager"),
    term("3", "Auszubildende", "Apprentice"),
];

pub(in crate::dvinci) const OCCUPATIONAL_GROUPS: &[Term] = &[
    term("1", "Gewerbliche Beschäftigte", "Industrial"),
    term("2", "Angestellte", "Salaried"),
    term("3", "Außertarifliche", "Outside the pay scale"),
];

pub(in crate::dvinci) const PAY_GRADES: &[Term] = &[
    term("1", "EG 8", "EG 8"),
    term("2", "EG 10", "EG 10"),
    term("3", "EG 12", "EG 12"),
    term("4", "AT", "Outside the pay scale"),
];

pub(in crate::dvinci) const DEGREES: &[Term] = &[
    term("HAUPTSCHULE", "Erster Schulabschluss", "Lower secondary"),
    term("ABITUR", "Abitur", "Higher secondary"),
    term("APPRENTICESHIP", "Abgeschlossene Berufsausbildung", "Apprenticeship"),
    term("BACHELOR", "Bachelor", "Bachelor"),
    term("MASTER", "Master", "Master"),
    term("PROMOTION", "Promotion", "Doctorate"),
];

pub(in crate::dvinci) const ROLES: &[Term] = &[
    term("HR", "Personalabteilung", "Human resources"),
    term("LM", "Fachabteilung", "Line manager"),
    term("ADMIN", "Administration", "Administration"),
    term("SYS_REST_API", "REST API (standard)", "REST API (standard)"),
];

/// Special marks of persons: internal name, German name, and the equivalent legacy flag.
pub(in crate::dvinci) const SPECIAL_MARKS: &[Term] = &[
    term("SYS_INTERNAL_APPLICANT", "Interne Bewerbung", "specialMarkIA"),
    term("SYS_SEVERELY_DISABLED_APPLICANT", "Schwerbehinderung", "specialMarkDIS"),
    term("SYS_RELATIVES_IN_COMPANY", "Angehörige im Unternehmen", "specialMarkREL"),
    term("SYS_VIP", "VIP", "specialMarkVIP"),
    term("EMPLOYEE_REFERRAL", "Empfehlung", "specialMarkREF"),
    term("SYS_HR_SERVICE_PROVIDER", "Personaldienstleister", "specialMarkHRP"),
    term("SYS_BLACKLIST", "Sperrliste", "specialMarkBL"),
    term("SYS_GROUP_APPLICANT", "Bewerbung aus dem Konzern", "specialMarkGPA"),
];

/// Permissions that a link of the configuration can require.
pub(in crate::dvinci) const PERMISSIONS: [&str; 4] = [
    "SYS_APPLICATIONS_VIEW",
    "SYS_APPLICATIONS_SPECIAL_MARK_DIS_VIEW",
    "SYS_JOB_PUBLICATIONS_VIEW",
    "SYS_POST_JOB_PUBLICATION",
];
