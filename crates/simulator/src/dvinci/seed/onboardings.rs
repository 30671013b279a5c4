//! Onboardings, most of them of employed candidates.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::dvinci::ascii::to_ascii;
use crate::dvinci::seed::texts::{FIRST, LAST};
use crate::dvinci::seed::{Seeder, day};
use crate::dvinci::store::files::File;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, text};
use crate::dvinci::store::table::Table;
use crate::dvinci::time::format_seconds;

const REASONS: [&str; 4] = ["NEW_EMPLOYMENT", "RETURN_AFTER_PARENTAL_LEAVE", "INTERNSHIP", "JOB_LOCATION_CHANGE"];
const UNITS: [i64; 8] = [3, 5, 6, 8, 9, 7, 2, 3];
const ENDINGS: [&str; 2] = ["SUCCESSFULLY_FINISHED", "OFFER_NOT_ACCEPTED"];

pub(super) fn seed(seeder: &mut Seeder) {
    let is_employed = |row: &&Row| text(row, "applicationStatusId") == "EMPLOYED";
    let employed: Vec<Value> =
        seeder.store.rows(Table::Applications).filter(is_employed).map(|row| row["id"].clone()).collect();
    for index in 0..8_usize {
        onboarding(seeder, index, employed.get(index));
    }
}

fn onboarding(seeder: &mut Seeder, index: usize, application: Option<&Value>) {
    let number = i64::try_from(index).expect("few") + 1;
    let created = seeder.days_ago(100 - 9 * number, 0) + TimeDelta::seconds(25 * number);
    let finished = index >= 6;
    let row = json!({
        "id": number,
        "orgUnitId": UNITS[index % UNITS.len()],
        "status": if finished { "FINISHED" } else { "ACTIVE" },
        "entryReason": REASONS[index % REASONS.len()],
        "reasonForTermination": finished.then(|| ENDINGS[index % ENDINGS.len()]),
        "dateOfStart": day(created, 30),
        "dateOfContract": day(created, 10),
        "dateOfEmployment": day(created, 30),
        "dateOfEnd": day(created, 210),
        "dateCreated": format_seconds(created),
        "language": "de",
        "position": "Fachkraft für Versorgungstechnik",
        "personnelNumber": (index.is_multiple_of(2)).then(|| format!("{:06}", 4711 + index)),
        "companyId": "NORDLICHT_ENERGIE",
        "applicationId": application,
        "person": person(index),
        "responsibilities": [
            { "id": "SUPERVISOR", "responsibilityGroup": "SUPERVISOR", "responsibleUserId": 4 },
            { "id": "BUDDY_1", "responsibilityGroup": "BUDDY", "responsibleUserId": 7 + index % 4 },
        ],
        "additionalInformation": [{
            "id": "1",
            "fields": [
                { "id": "SHIRT_SIZE", "type": "SINGLE_CHOICE", "values": ["XL"] },
                { "id": "ACCOUNT", "type": "IBAN", "values": ["DE02120300000000202051"] },
                { "id": "ALLERGIES", "type": "TEXTAREA", "values": ["Nüsse", "Gräser"] },
                { "id": "FIRST_AID", "type": "YES_NO", "values": ["YES"] },
            ],
        }],
    });
    seeder.put(Table::Onboardings, Key::Number(number), &row);
    for (filename, uploaded_by_employee) in [("Arbeitsvertrag.pdf", false), ("Führungszeugnis.pdf", true)] {
        let file = File {
            id: String::new(),
            filename: filename.to_owned(),
            description: (!uploaded_by_employee).then(|| "unterschrieben".to_owned()),
            bytes: format!("%PDF-1.4\n% Onboarding {number} – {filename}\n%%EOF\n").into_bytes(),
            created,
            conversion: None,
            uploaded_by_employee,
        };
        seeder.store.files.attach(Table::Onboardings, number, file);
    }
}

fn person(index: usize) -> Value {
    let (salutation, first) = FIRST[(index * 5 + 3) % FIRST.len()];
    let last = LAST[(index * 7 + 2) % LAST.len()];
    let mail = format!("{}.{}@nordlicht.example", to_ascii(first), to_ascii(last));
    json!({
        "title": (index == 2).then_some("Dr."),
        "salutation": salutation,
        "firstName": first,
        "lastName": last,
        "dateOfBirth": format!("19{}-0{}-17", 70 + index * 3, 1 + index),
        "email": format!("{}@post.example", to_ascii(last)),
        "businessEmail": (index.is_multiple_of(2)).then_some(mail),
        "telephone": "+49 451 700100",
        "alternativeTelephone": null,
        "skypeName": null,
        "profileLink": null,
        "address1": "Hüxstraße 41",
        "address2": null,
        "address3": null,
        "address4": null,
        "address5": null,
        "usState": null,
        "zipCode": "23552",
        "city": "Lübeck",
        "country": "DE",
    })
}
