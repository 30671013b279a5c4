//! Hiring requests, job openings, their publications, and placements of partners.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::dvinci::resources::placements;
use crate::dvinci::seed::texts::JOBS;
use crate::dvinci::seed::{Seeder, day, object};
use crate::dvinci::store::key::Key;
use crate::dvinci::store::table::Table;

pub(super) fn seed(seeder: &mut Seeder) {
    hiring_requests(seeder);
    for (index, (name, kind, unit, category, location, target, from, to)) in JOBS.into_iter().enumerate() {
        let number = i64::try_from(index).expect("a dozen") + 1;
        let at = seeder.days_ago(180 - 11 * number, 37 * number);
        let body = json!({
            "name": name,
            "orgUnitId": unit,
            "earliestEntryDate": if index.is_multiple_of(2) { json!("sofort") } else { json!("01.10.2026") },
            "responsibleUserId": 3 + index % 8,
            "department": (unit == 9).then_some("Konstruktion Kreiselpumpen"),
            "contractPeriod": if target == "STUDENTS" { "LIMITED" } else { "UNLIMITED" },
            "reward": (index == 2).then_some("1000 Euro Empfehlungsprämie"),
            "costUnit": format!("{}", 40_100 + index),
            "type": kind,
            "status": if index == 9 { "INACTIVE" } else { "ACTIVE" },
            "companyId": match unit { 3 => "NORDLICHT_NETZ", 4 | 8 | 9 => "BOEHME_PUMPEN", _ => "NORDLICHT_ENERGIE" },
            "userGroupIds": [1],
            "categoryIds": [category],
            "locationIds": if index == 2 { json!([location, "LUEBECK"]) } else { json!([location]) },
            "targetGroups": [target],
            "workingTimes": if index == 13 { json!(["PART_TIME", "MARGINAL_EMPLOYMENT"]) } else { json!(["FULL_TIME"]) },
            "externalLinks": if index == 0 { json!([{ "label": "SAP", "url": "https://erp.example/stelle/1" }]) } else { json!([]) },
            "externalId": (index < 6).then(|| format!("req-{}", 1001 + index)),
            "formFields": if index == 0 { json!([{ "id": "PRIORITY", "answer": "3" }, { "id": "WORKPLACE", "answers": [{ "id": "OFFICE" }] }]) } else { json!([]) },
        });
        let key = seeder.create(Table::JobOpenings, at, &body);
        let salary = (from > 0).then(|| salary(from, to));
        let status = if index == 13 {
            "CLOSED"
        } else if index == 9 {
            "INACTIVE"
        } else {
            "ACTIVE"
        };
        seeder.change(Table::JobOpenings, &key, &json!({ "version": 1, "_salary": salary, "status": status }));
        if kind != "MANAGED_BY_API" {
            publish(seeder, &key, index, name, at);
        }
    }
    seeder.change(Table::JobOpenings, &Key::Number(1), &json!({ "hiringRequestId": 1 }));
    seeder.change(Table::HiringRequests, &Key::Number(1), &json!({ "jobOpeningId": 1 }));
    partners(seeder);
}

/// Returns a salary range in the format of the feed.
fn salary(from: u32, to: u32) -> Value {
    json!({ "currency": "EUR", "value": { "minValue": f64::from(from) + 0.61, "maxValue": f64::from(to) + 0.64, "unitText": "YEAR" } })
}

fn publish(seeder: &mut Seeder, opening: &Key, index: usize, name: &str, at: DateTime<Utc>) {
    let start = (at.date_naive() + TimeDelta::days(1)).to_string();
    let end = (seeder.now.date_naive() + TimeDelta::days(120)).to_string();
    let homepage = json!({
        "internalName": "HOMEPAGE",
        "startDate": format!("{start}T00:00:00.000+01:00"),
        "endDate": if index.is_multiple_of(3) { Value::Null } else { json!(format!("{end}T23:59:59.999+01:00")) },
    });
    let board = json!({ "channelId": 25, "startDate": null, "endDate": null });
    let external = index == 8;
    let body = json!({
        "type": if external { "EXTERNAL" } else { "DEFAULT" },
        "jobOpeningId": opening.value(),
        "position": format!("{name} (m/w/d)"),
        "languageId": "de",
        "subtitle": (index == 0).then_some("Für unseren Standort Görlitz"),
        "introduction": "<p>Nordlicht versorgt den Norden mit Wärme &amp; Strom. Über 900 Menschen gehören dazu.</p>",
        "tasks": format!("<ul><li>Sie übernehmen: {name}</li><li>Größere Vorhaben begleiten Sie selbständig</li></ul>"),
        "profile": "<ul><li>Abgeschlossene Ausbildung oder Studium</li><li>Freude an präziser Arbeit</li></ul>",
        "weOffer": "<p>30 Tage Urlaub, Jobrad, Kantine mit Blick über die Trave</p>",
        "closingText": if index.is_multiple_of(4) { Value::Null } else { json!("<p>Wir freuen uns auf Sie!</p>") },
        "pageTitle": format!("{name} – Nordlicht"),
        "externalPublicationUrl": external.then_some("https://karriere.netz.example/fernwärme"),
        "externalId": (index < 3).then(|| format!("pub-{}", 501 + index)),
        "status": if index == 12 { "DRAFT" } else { "ACTIVE" },
        "placements": match index { 10 => json!([]), 2 => json!([homepage, board]), _ => json!([homepage]) },
    });
    let key = seeder.create(Table::JobPublications, at + TimeDelta::hours(2), &body);
    let status = match index {
        12 => "DRAFT",
        5 => "IN_APPROVAL",
        _ => "ACTIVE",
    };
    seeder.change(Table::JobPublications, &key, &json!({ "version": 1, "status": status }));
    if index == 2 {
        let english = json!({
            "type": "DEFAULT",
            "jobOpeningId": opening.value(),
            "position": "Rust developer (f/m/x)",
            "languageId": "en",
            "introduction": "<p>Nordlicht supplies heat &amp; power to the north.</p>",
            "tasks": "<ul><li>You build what keeps the grid’s data honest</li></ul>",
            "placements": [{ "internalName": "HOMEPAGE", "startDate": null, "endDate": null }],
        });
        seeder.create(Table::JobPublications, at + TimeDelta::hours(3), &english);
    }
}

fn hiring_requests(seeder: &mut Seeder) {
    let base = |title: &str, unit: i64, reason: &str| json!({ "jobTitle": title, "orgUnitId": unit, "superiorId": 10, "hrContactId": 3, "hiringReason": reason });
    let start = seeder.days_ago(200, 0);
    let requests = [
        (
            base("Ingenieur für Pumpentechnik", 9, "EXPANSION"),
            json!({ "externalId": "pa-2026-1", "reason": "Neue Baureihe für Überflutungspumpen", "openingsCount": 2, "approverIds": [3, 5, 12], "salary": "58.000 - 71.500 EUR", "locationIds": ["GOERLITZ"], "formFields": [{ "id": "PROJECT", "answer": "P-2026-07" }] }),
            json!({ "status": "FINISHED", "approvalStatus": "APPROVED", "approvalProcessStarterId": 3, "_approved": 3 }),
        ),
        (
            base("Monteur Fernwärme", 3, "REPLACEMENT_TERMINATION"),
            json!({ "nameAndStaffNumber": "Götz Süß, 4711", "terminationDate": day(start, 240), "approverIds": [3, 6], "workingTimeIds": ["FULL_TIME"], "budgeted": true }),
            json!({ "status": "IN_APPROVAL", "approvalProcessStarterId": 4, "_approved": 1 }),
        ),
        (
            base("Elternzeitvertretung Lohnbüro", 5, "TEMPORARY_SUBSTITUTE"),
            json!({ "externalId": "pa-2026-3", "substituteDateFrom": day(start, 260), "substituteDateTo": day(start, 620), "nameAndStaffNumber": "Zoë Großmann, 1102", "contractPeriodId": "LIMITED", "approverIds": [3] }),
            json!({}),
        ),
        (
            base("Leitung Werkstofflabor", 8, "REPLACEMENT_TRANSFER"),
            json!({ "departmentAndCostUnit": "Labor / 40.108", "transferDate": day(start, 230), "functionGroupId": "2", "payGradeId": "4", "approverIds": [3, 9] }),
            json!({ "status": "FINISHED", "approvalStatus": "REJECTED", "approvalProcessStarterId": 3, "_approved": 0 }),
        ),
        (
            base("Aushilfe Zählerablesung", 7, "OTHER"),
            json!({ "reason": "Stichtag", "companyId": "NORDLICHT_ENERGIE", "occupationalGroupId": "1", "earliestEntryDate": day(start, 210), "tasks": "<p>Ablesen &amp; Übermitteln</p>", "remark": "Führerschein Klasse B nötig" }),
            json!({}),
        ),
    ];
    for (index, (mut body, members, state)) in requests.into_iter().enumerate() {
        if let Some(body) = body.as_object_mut() {
            body.extend(object(&members));
        }
        let at = seeder.days_ago(200 - 21 * i64::try_from(index).expect("few"), 95);
        let key = seeder.create(Table::HiringRequests, at, &body);
        seeder.change(Table::HiringRequests, &key, &state);
    }
}

fn partners(seeder: &mut Seeder) {
    for (partner, reference, publication, status) in
        [("multi01", "MP-1", 1, "ACTIVE"), ("multi01", "MP-2", 3, "IN_PROGRESS"), ("boersex", "MP-1", 1, "INACTIVE")]
    {
        let at = seeder.days_ago(40, 0);
        let body = json!({
            "name": format!("Multiposting: {partner}"),
            "description": (status == "ACTIVE").then_some("Läuft über die Jobbörse"),
            "status": status,
            "externalReference": reference,
            "jobPublicationId": publication,
            "startDate": "2026-02-01T00:00:00.000+01:00",
            "externalLinks": [{ "label": "Anzeige ansehen", "url": "https://jobboerse.example/anzeige/7", "faIcon": "fa-eye" }],
        });
        let inserted = placements::insert(&mut seeder.store, &Seeder::write_context(at), partner, object(&body));
        inserted.expect("seeded data must satisfy the rules of placements");
    }
}
