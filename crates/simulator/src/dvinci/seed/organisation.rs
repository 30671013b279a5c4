//! Organisation units, users, groups, locations, channels and links.

use serde_json::{Value, json};

use crate::dvinci::ascii::to_ascii;
use crate::dvinci::auth::api_users::API_USERS;
use crate::dvinci::seed::Seeder;
use crate::dvinci::seed::texts::{FIRST, LAST};
use crate::dvinci::store::key::Key;
use crate::dvinci::store::table::Table;

const UNITS: [(i64, &str, Option<i64>); 9] = [
    (1, "Global", None),
    (2, "Nordlicht Energie GmbH", Some(1)),
    (3, "Nordlicht Netz GmbH & Co. KG", Some(1)),
    (4, "Böhme Pumpenbau AG", Some(1)),
    (5, "Personal", Some(2)),
    (6, "IT und Digitalisierung", Some(2)),
    (7, "Vertrieb Süd", Some(2)),
    (8, "Werk Görlitz", Some(4)),
    (9, "Konstruktion", Some(4)),
];

/// A location: id, unit, names, country, postal code, city, latitude and longitude.
type LocationSeed = (&'static str, i64, [&'static str; 2], &'static str, &'static str, &'static str, f64, f64);

const LOCATIONS: [LocationSeed; 8] = [
    ("4", 3, ["Außenstelle Sylt", "Sylt branch"], "DE", "25980", "Westerland", 54.907, 8.306),
    ("AUSTIN", 4, ["Austin", "Austin"], "US", "78701", "Austin", 30.267, -97.743),
    ("GOERLITZ", 4, ["Görlitz", "Görlitz"], "DE", "02826", "Görlitz", 51.153, 14.988),
    ("HAMBURG", 1, ["Hamburg", "Hamburg"], "DE", "20097", "Hamburg", 53.55, 10.02),
    ("KOELN", 1, ["Köln", "Cologne"], "DE", "50667", "Köln", 50.938, 6.957),
    ("LUEBECK", 1, ["Lübeck", "Lübeck"], "DE", "23552", "Lübeck", 53.866, 10.687),
    ("MUENCHEN", 2, ["München", "Munich"], "DE", "80331", "München", 48.137, 11.575),
    ("ZUERICH", 4, ["Zürich", "Zurich"], "CH", "8001", "Zürich", 47.377, 8.542),
];

const CHANNELS: [(&str, i64); 6] = [
    ("HOMEPAGE", 1),
    ("INTRANET", 2),
    ("STEPSTONE", 3),
    ("ARBEITSAGENTUR", 4),
    ("channelXY", 25),
    ("AUSHANG_KÜCHE", 26),
];

pub(super) fn seed(seeder: &mut Seeder) {
    for (id, name, parent) in UNITS {
        let row = json!({ "id": id, "name": name, "parentId": parent });
        seeder.put(Table::OrgUnits, Key::Number(id), &row);
    }
    for (name, number) in CHANNELS {
        let row = json!({ "id": name, "version": 1, "externalLinks": [], "_number": number });
        seeder.put(Table::Channels, Key::Name(name.to_owned()), &row);
    }
    locations(seeder);
    users(seeder);
    let at = seeder.days_ago(700, 0);
    for (name, unit, members, external) in [
        ("Personalabteilung", 2, json!([3, 4]), Some("grp-hr")),
        ("Betriebsrat", 1, json!([5, 6]), None),
        ("Fachbereich IT", 6, json!([7, 8]), Some("grp-it")),
        ("Werkleitung Görlitz", 8, json!([9]), None),
    ] {
        let body = json!({ "name": name, "orgUnitId": unit, "userIds": members, "externalId": external });
        seeder.create(Table::UserGroups, at, &body);
    }
    links(seeder);
}

fn locations(seeder: &mut Seeder) {
    let at = seeder.days_ago(900, 0);
    for (id, unit, [de, en], country, zip, town, latitude, longitude) in LOCATIONS {
        let body = json!({
            "id": id,
            "orgUnitId": unit,
            "isAppointmentLocation": id == "LUEBECK",
            "isDesiredLocation": id != "4",
            "countryIsoA2": country,
            "usState": (country == "US").then_some("TX"),
            "zipCode": zip,
            "city": town,
            "latitude": latitude,
            "longitude": longitude,
            "additionalInformation": (id == "GOERLITZ").then_some("Tor 3, über den Hof.\nBitte am Empfang melden."),
            "nameMessages": { "de": de, "en": en },
            "externalNameMessages": { "de": de, "en": en },
        });
        let key = seeder.create(Table::Locations, at, &body);
        seeder.change(Table::Locations, &key, &json!({ "version": 1 }));
    }
}

fn users(seeder: &mut Seeder) {
    let at = seeder.days_ago(800, 0);
    for (index, user) in API_USERS.iter().enumerate() {
        let body = json!({
            "username": user.name,
            "salutation": "MX",
            "firstName": "API",
            "lastName": if index == 0 { "Schnittstelle" } else { "Eingeschränkt" },
            "email": format!("api{}@nordlicht.example", index + 1),
            "orgUnitId": 1,
            "languageId": "de",
            "formAuthenticationEnabled": false,
            "roleIds": ["SYS_REST_API"],
        });
        let key = seeder.create(Table::Users, at, &body);
        seeder.change(Table::Users, &key, &json!({ "_api": true }));
    }
    let units = [2, 5, 1, 3, 6, 6, 8, 9, 7, 4];
    for (index, unit) in units.into_iter().enumerate() {
        let (salutation, first) = FIRST[index];
        let last = LAST[index];
        let username = format!("{}.{}", to_ascii(first), to_ascii(last));
        let body = json!({
            "username": username,
            "externalId": (index < 4).then(|| format!("pers-{}", 4711 + index)),
            "samlSsoEnabled": index.is_multiple_of(3),
            "salutation": salutation,
            "title": (index == 1).then_some("Dr."),
            "firstName": first,
            "lastName": last,
            "email": format!("{username}@nordlicht.example"),
            "orgUnitId": unit,
            "languageId": if index == 7 { "en" } else { "de" },
            "street": "Königstraße",
            "number": "12",
            "zipCode": "23552",
            "city": "Lübeck",
            "telephone": format!("+49 451 4711-{}", 100 + index),
            "mobile": if index.is_multiple_of(2) { json!("+49 170 4711000") } else { Value::Null },
            "companyId": if unit == 3 { "NORDLICHT_NETZ" } else { "NORDLICHT_ENERGIE" },
            "signingAuthority": (index == 0).then_some("i. A."),
            "positionAuthority": (index == 0).then_some("Leitung Personal"),
            "division": (unit == 5).then_some("Recruiting & Ausbildung"),
            "dailyEmailNotification": index.is_multiple_of(2),
            "dailyEmailNotificationTypes": if index.is_multiple_of(2) { json!(["NEW_APPLICATIONS", "OVERDUE_TASKS"]) } else { json!([]) },
            "roleIds": if index < 2 { json!(["HR", "ADMIN"]) } else { json!(["LM"]) },
            "dataForExternalSystems": if index == 0 { json!([{ "field": "SAP", "value": "00004711" }]) } else { json!([]) },
        });
        let key = seeder.create(Table::Users, at, &body);
        seeder.change(Table::Users, &key, &json!({ "version": 1 }));
    }
}

fn links(seeder: &mut Seeder) {
    let link = |de: &str, en: &str, url: &str, permission: &str| {
        json!({
            "nameMessages": { "de": de, "en": en },
            "url": url,
            "faIcon": "fa-file-text-o",
            "requiredPermission": permission,
        })
    };
    let applications = vec![
        link(
            "Zeugnis prüfen",
            "Check certificate",
            "https://zeugnis.example/pruefen?token=(jwt)",
            "SYS_APPLICATIONS_VIEW",
        ),
        link("Akte öffnen", "Open file", "https://akte.example/bewerbung", "SYS_APPLICATIONS_VIEW"),
    ];
    let publications =
        vec![link("Vorschau", "Preview", "https://vorschau.example/anzeige", "SYS_POST_JOB_PUBLICATION")];
    seeder.store.links.insert("applications".to_owned(), applications);
    seeder.store.links.insert("jobPublications".to_owned(), publications);
}
