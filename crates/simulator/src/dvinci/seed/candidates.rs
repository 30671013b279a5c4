//! Persons, their applications, attachments and photos.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::dvinci::ascii::to_ascii;
use crate::dvinci::seed::texts::{FIRST, LAST, PLACES, STREETS};
use crate::dvinci::seed::{Seeder, day};
use crate::dvinci::store::files::File;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::table::Table;
use crate::dvinci::tenant::terms::STATUSES;
use crate::dvinci::time::format_millis;

const PERSONS: usize = 40;
const APPLICATIONS: u64 = 60;

pub(super) fn seed(seeder: &mut Seeder) {
    for index in 0..PERSONS {
        person(seeder, index);
    }
    for index in 0..APPLICATIONS {
        application(seeder, index);
    }
}

fn person(seeder: &mut Seeder, index: usize) {
    let (salutation, first) = *seeder.random.pick(&FIRST);
    let last = *seeder.random.pick(&LAST);
    let (zip, town) = *seeder.random.pick(&PLACES);
    let street = *seeder.random.pick(&STREETS);
    let born = i64::try_from(seeder.random.below(12_000)).expect("some years");
    let has_address = !index.is_multiple_of(3);
    let has_mail = index % 7 != 6;
    let body = json!({
        "externalId": (index.is_multiple_of(4)).then(|| format!("crm-{}", 9000 + index)),
        "salutation": salutation,
        "title": (index % 11 == 10).then_some("Dr."),
        "firstName": first,
        "lastName": last,
        "dateOfBirth": day(seeder.now, -8000 - born),
        "address1": has_address.then_some(street),
        "zipCode": has_address.then_some(zip),
        "city": has_address.then_some(town),
        "countryIsoA2": has_address.then_some("DE"),
        "email": has_mail.then(|| format!("{}.{}{index}@post.example", to_ascii(first), to_ascii(last))),
        "telephone": (index.is_multiple_of(2)).then(|| format!("+49 451 {}", 700_100 + index)),
        "profileLink": (index.is_multiple_of(9)).then(|| format!("https://profil.example/{}", to_ascii(last))),
        "degreeId": if index.is_multiple_of(5) { json!("MASTER") } else { json!("APPRENTICESHIP") },
        "education": (!index.is_multiple_of(5)).then_some("Industriekauffrau / Industriekaufmann"),
        "study": (index.is_multiple_of(5)).then_some("Energie- und Gebäudetechnik"),
        "lastPosition": "Fachkraft für Rohrsystemtechnik",
        "specialMarkIds": match index { 3 => json!(["SYS_SEVERELY_DISABLED_APPLICANT"]), 8 => json!(["EMPLOYEE_REFERRAL", "SYS_VIP"]), _ => json!([]) },
    });
    let at = seeder.days_ago(150, 0);
    let key = seeder.create(Table::Persons, at, &body);
    let keywords = if index.is_multiple_of(6) { json!(["schweißen", "SAP"]) } else { json!([]) };
    seeder.change(Table::Persons, &key, &json!({ "keywords": keywords }));
    if index < 3 {
        let photo = picture(index, at);
        seeder.store.files.photos.insert(key.number(), photo);
    }
}

fn application(seeder: &mut Seeder, index: u64) {
    let person = if index < 40 { 1 + index } else { 1 + seeder.random.below(40) };
    // All job openings except the last one, which is closed.
    let opening = 1 + seeder.random.below(13);
    let status = *seeder.random.pick(STATUSES);
    let minutes = i64::try_from(seeder.random.below(120 * 24 * 60)).expect("some months");
    let at = seeder.days_ago(121, minutes);
    let body = json!({
        "externalId": (index.is_multiple_of(5)).then(|| format!("crm-app-{}", 70 + index)),
        "person": { "id": person },
        "jobOpening": { "id": opening },
        "languageId": if index % 10 == 9 { "en" } else { "de" },
        "comment": (index.is_multiple_of(8)).then_some("Rückruf ab 17 Uhr möglich"),
        "privacyPolicyAccepted": true,
        "extendedUseAccepted": if index.is_multiple_of(3) { json!(true) } else { Value::Null },
        "earliestStartingDate": if index.is_multiple_of(2) { json!("ab Mai, frühestens") } else { Value::Null },
        "desiredSalary": (index % 4 == 1).then_some("52.000 € brutto im Jahr"),
        "desiredLocationIds": if index.is_multiple_of(3) { json!(["LUEBECK", "HAMBURG"]) } else { json!([]) },
        "type": if index % 6 == 5 { "EMAIL" } else { "ONLINE" },
        "rating": match index % 4 { 0 => "A", 1 => "B", 2 => "C", _ => "NONE" },
        "sourceId": if index.is_multiple_of(2) { "HOMEPAGE" } else { "FAZ" },
        "rejectionCodeId": (status.id == "REJECTED").then_some("POSITION_FILLED"),
        "refJobPublication": if opening == 1 { json!({ "id": 1 }) } else { Value::Null },
        "refApplyDate": day(at, 0),
        "dateCreated": format_millis(at),
        "screeningQuestions": match index % 3 {
            0 => json!([{ "id": "LICENCE", "answers": [{ "id": "B" }, { "id": "CE" }] }, { "id": "EXCEL", "answer": "4" }]),
            1 => json!([{ "id": "NOTICE", "answer": "sechs Wochen zum Quartalsende" }, { "id": "TRAVEL", "answer": "NOT_SPECIFIED" }]),
            _ => json!([]),
        },
    });
    let key = seeder.create(Table::Applications, at, &body);
    let post_number = (index.is_multiple_of(7)).then(|| format!("IHK-{index:02}-1254"));
    seeder.change(Table::Applications, &key, &json!({ "permanentPostNumber": post_number }));
    if status.id != STATUSES[0].id {
        let later = at + TimeDelta::minutes(200);
        let changes =
            json!({ "applicationStatusId": status.id, "lastStatusChangeDate": format_millis(later), "version": 1 });
        seeder.change(Table::Applications, &key, &changes);
        let members = json!({ "fromApplicationStatusId": STATUSES[0].id, "toApplicationStatusId": status.id });
        let (kind, text) = ("APPLICATION_STATUS_CHANGE", "Bewerbungsstatus geändert");
        let histories = &mut seeder.store.histories;
        histories.record(Table::Applications, key.number(), &Seeder::write_context(later), kind, text, members);
    }
    if index < 20 {
        attach(seeder, &key, index, at);
    }
}

fn attach(seeder: &mut Seeder, key: &Key, index: u64, at: DateTime<Utc>) {
    let mut file = |filename: &str, conversion: Option<&'static str>, description: Option<&str>| {
        let bytes = format!("%PDF-1.4\n% Bewerbung {} – {filename}\n%%EOF\n", key.number());
        let file = File {
            id: String::new(),
            filename: filename.to_owned(),
            description: description.map(str::to_owned),
            bytes: bytes.into_bytes(),
            created: at + TimeDelta::milliseconds(250),
            conversion,
            uploaded_by_employee: false,
        };
        seeder.store.files.attach(Table::Applications, key.number(), file);
    };
    file("Lebenslauf.pdf", Some("DONE"), Some("Lebenslauf"));
    match index % 5 {
        0 => file("Zeugnis Böhme & Söhne.doc", Some("DONE"), None),
        1 => file("Übersicht.docx", Some("DOING"), None),
        2 => file("Arbeitsprobe.pptx", Some("FAILED"), None),
        _ => {}
    }
}

/// Returns a file with a PNG signature.
fn picture(index: usize, at: DateTime<Utc>) -> File {
    let mut bytes = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
    bytes.extend(std::iter::repeat_n(u8::try_from(index).unwrap_or_default(), 64));
    File {
        id: String::new(),
        filename: format!("bewerbungsfoto-{index}.png"),
        description: None,
        bytes,
        created: at,
        conversion: None,
        uploaded_by_employee: false,
    }
}
