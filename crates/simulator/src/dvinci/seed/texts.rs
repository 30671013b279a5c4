//! Names and titles.

pub(super) const FIRST: [(&str, &str); 24] = [
    ("MS", "Anneliese"),
    ("MR", "Jürgen"),
    ("MS", "Käthe"),
    ("MR", "Sören"),
    ("MS", "Aylin"),
    ("MR", "Björn"),
    ("MS", "Zoë"),
    ("MR", "Łukasz"),
    ("MS", "Chloé"),
    ("MR", "Günther"),
    ("MX", "Kim"),
    ("MS", "Marlène"),
    ("MR", "Maximilian"),
    ("MS", "Şebnem"),
    ("MR", "Jörg"),
    ("MS", "Brünhild"),
    ("MR", "Ñigo"),
    ("MS", "Frauke"),
    ("MR", "Ömer"),
    ("MS", "Renée"),
    ("MX", "Alex"),
    ("MR", "Götz"),
    ("MS", "Małgorzata"),
    ("MR", "Thorsten"),
];

pub(super) const LAST: [&str; 26] = [
    "Müller",
    "Schröder",
    "Weiß",
    "Großmann",
    "Yıldız",
    "Petersen",
    "Böhme",
    "Jäger",
    "Köhler",
    "Nowak-Schäfer",
    "Öztürk",
    "Lefèvre",
    "von der Lühe",
    "Krüger",
    "Strauß",
    "Ångström",
    "Grüneberg",
    "Hoffmann",
    "Fuß",
    "Bäcker",
    "Dvořák",
    "Schön",
    "Mühlenbeck",
    "Kästner",
    "Brückner",
    "Süß",
];

pub(super) const STREETS: [&str; 6] =
    ["Königstraße 12", "Am Mühlenteich 3a", "Große Bleichen 27", "Schloßgasse 8", "Hüxstraße 41", "An der Ölmühle 5"];

pub(super) const PLACES: [(&str, &str); 6] = [
    ("23552", "Lübeck"),
    ("20097", "Hamburg"),
    ("02826", "Görlitz"),
    ("80331", "München"),
    ("50667", "Köln"),
    ("37073", "Göttingen"),
];

/// A job: name, type, organisation unit, category, location, target group, and salary from and to.
type JobSeed = (&'static str, &'static str, i64, &'static str, &'static str, &'static str, u32, u32);

pub(super) const JOBS: [JobSeed; 14] = [
    ("Ingenieur für Pumpentechnik", "DEFAULT", 9, "ENGINEERING", "GOERLITZ", "PROFESSIONALS", 58_000, 71_500),
    ("Sachbearbeiter Lohn- und Gehaltsabrechnung", "DEFAULT", 5, "HR", "LUEBECK", "PROFESSIONALS", 0, 0),
    ("Softwareentwickler Rust", "DEFAULT", 6, "IT", "HAMBURG", "PROFESSIONALS", 62_000, 84_000),
    ("Monteur für Hochspannungsanlagen", "DEFAULT", 3, "PRODUCTION", "4", "PROFESSIONALS", 0, 0),
    ("Werkstudent Datenqualität", "DEFAULT", 6, "IT", "HAMBURG", "STUDENTS", 0, 0),
    ("Ausbildung Mechatronik", "DEFAULT", 8, "APPRENTICESHIP", "GOERLITZ", "PUPILS", 0, 0),
    ("Vertriebsleitung Süd", "DEFAULT", 7, "SALES", "MUENCHEN", "PROFESSIONALS", 78_000, 96_000),
    ("Initiativbewerbung", "UNSOLICITED", 2, "HR", "LUEBECK", "OTHERS", 0, 0),
    ("Bauleitung Fernwärme", "DEFAULT", 3, "ENGINEERING", "KOELN", "PROFESSIONALS", 61_000, 74_000),
    ("Trainee Energiewirtschaft", "DEFAULT", 2, "ENGINEERING", "LUEBECK", "GRADUATES", 48_500, 52_000),
    ("Zerspanungsmechaniker", "DEFAULT", 8, "PRODUCTION", "GOERLITZ", "PROFESSIONALS", 0, 0),
    ("Messebewerbung Jobbörse Lübeck", "MANAGED_BY_API", 5, "HR", "LUEBECK", "OTHERS", 0, 0),
    ("Übersetzer Technische Dokumentation", "DEFAULT", 9, "ENGINEERING", "ZUERICH", "PROFESSIONALS", 0, 0),
    ("Küchenhilfe Betriebsrestaurant", "DEFAULT", 2, "PRODUCTION", "LUEBECK", "OTHERS", 0, 0),
];
