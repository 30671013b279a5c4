//! Alerts and checklists.

use serde_json::{Value, json};

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::{Context, Scene, code_and_text, one_in, rounded};
use crate::ditio::reporting::tables::table::DitioTable as T;
use crate::ditio::reporting::times::{HOUR, UNSET, naive, utc};
use crate::state::random::Random;

const BASES: [&str; 5] = ["HSE", "QA", "Environmental", "Machine", "Other"];
const ALERTS: [(&str, &str, &str); 6] = [
    ("Nestenulykke ved lasting", "Stein falt fra skuff, ingen personer i sonen", "RUH"),
    ("Oljesøl fra hydraulikkslange", "Ca. 5 liter, tatt opp med absorbent («bark»)", "Miljøavvik"),
    ("Manglende rekkverk", "Åpen skråning mot sjøen ved pel 340", "RUH"),
    ("Feil høyde på kum", "Kum S12 ligger 40 mm for lavt", "KS-avvik"),
    ("Skade på kjøretøy", "Sidespeil knust mot portal\nVitne: formann", "Maskinskade"),
    ("Forslag: bedre lys på brakkerigg", "Mørkt ved trappa om morgenen", "Forbedring"),
];
const STATES: [&str; 3] = ["Open", "InProgress", "Closed"];
const RISKS: [&str; 4] = ["Ikke vurdert", "Lav", "Middels", "Høy"];
const CHECKLIST_STATES: [&str; 5] = ["Pending", "SentForApproval", "Approved", "Rejected", "Reported"];
const TEMPLATES: [(&str, &str); 4] = [
    ("SJA – arbeid i grøft", "HSE"),
    ("Kontroll av bærelag", "QA"),
    ("Vernerunde på rigg", "HSE"),
    ("Daglig kontroll, gravemaskin", "Machine"),
];

/// Returns a number in even rows and a text in odd rows: the vendor sends both.
fn number_or_text(i: u64, number: u64) -> Value {
    if i.is_multiple_of(2) { number.into() } else { number.to_string().into() }
}

/// Returns a coordinate near a site.
fn near(at: f64, random: &mut Random) -> f64 {
    let offset = f64::from(u32::try_from(random.below(2_000)).unwrap_or(0)) / 100_000.0;
    rounded(at + offset)
}

pub(super) fn incident(kind: T, context: &Context, layout: &Layout, i: u64) -> Row {
    let mut scene = Scene::of(&context.world, layout, i);
    let random = &mut scene.random;
    let about_machines = kind == T::MachineIncidentRegistrations;
    let (title, description, type_name) = *random.pick(&ALERTS);
    let base = if about_machines { 3 } else { [0, 1, 2, 4][pick(random, 4)] };
    let (base, base_text) = code_and_text(base, &BASES);
    let (state, state_text) = code_and_text(pick(random, 3), &STATES);
    let (risk, risk_text) = code_and_text(pick(random, 4), &RISKS);
    let changed = layout.modified(i);
    let machine = about_machines || one_in(random, 5);
    let reported = state_text != "Open";
    row! {
        "id": layout.id(i),
        "serialNumber": number_or_text(i, 1_000 + i),
        "serialNumberWithPrefix": format!("{}-{}", if about_machines { "M" } else { "A" }, 1_000 + i),
        "title": title,
        "description": description,
        "typeName": type_name,
        "baseType": base,
        "baseTypeText": base_text,
        "status": state,
        "statusText": state_text,
        "risk": risk,
        "riskText": risk_text,
        "damageTypeText": if base_text == "HSE" { Value::from("Klemskade") } else { Value::Null },
        "measures": if reported { "Gjennomgått på morgenmøte" } else { "" },
        "requiresFurtherAction": state_text == "InProgress",
        "resolvedOnLocation": one_in(random, 2),
        "absenceDays": if one_in(random, 9) { json!(1.5) } else { json!(0) },
        "companyName": scene.person.company.name,
        "projectId": scene.project.id.as_str(),
        "projectNumber": scene.project.number.as_str(),
        "projectName": scene.project.name,
        "projectCompanyName": scene.project.company.name,
        "taskId": scene.order.id.as_str(),
        "taskName": scene.order.name,
        "machineId": machine.then(|| scene.machine.id.clone()),
        "machineName": machine.then_some(scene.machine.name),
        "latitude": near(scene.project.latitude, random),
        "longitude": near(scene.project.longitude, random),
        "createdAt": utc(layout.created(i)),
        "statusUpdatedAt": if reported { utc(changed) } else { UNSET.to_owned() },
        "modifiedDateTime": utc(changed),
        "pdfUrl": reported.then(|| context.file_url(kind, 0, i)),
        "isDeleted": false,
    }
}

pub(super) fn checklist(kind: T, context: &Context, layout: &Layout, i: u64) -> Row {
    let mut scene = Scene::of(&context.world, layout, i);
    let random = &mut scene.random;
    let about_machines = kind == T::MachineChecklistRegistrations;
    let (template, base) = if about_machines { TEMPLATES[3] } else { TEMPLATES[pick(random, 3)] };
    let (state, state_text) = code_and_text(pick(random, 5), &CHECKLIST_STATES);
    let submitted = state_text != "Pending";
    let deviation = one_in(random, 4);
    let image = one_in(random, 2);
    let pictures =
        |variant| json!([{ "id": context.file_id(kind, variant, i), "url": context.file_url(kind, variant, i) }]);
    let question = |number: u64, header: &str, answer: &str| {
        json!({
            "id": format!("65e0{}{i:010x}{number:04x}", layout.id_mark()),
            "header": header,
            "answerType": 1,
            "value": answer,
            "multiValue": null,
            "comment": null,
            "deviation": null,
            "images": null,
        })
    };
    let sections = json!([
        {
            "id": format!("65d0{}{i:014x}", layout.id_mark()),
            "header": "Før arbeidet starter",
            "repeatable": false,
            "rowId": null,
            "comment": if deviation { json!("Mangler gul vest på én mann") } else { Value::Null },
            "deviation": if deviation { json!("Avvik") } else { Value::Null },
            "images": if image { pictures(1) } else { Value::Null },
            "attachments": if submitted { json!([{ "url": context.file_url(kind, 0, i) }]) } else { json!([]) },
            "questions": [
                question(1, "Er grøfta sikret?", if deviation { "Nei" } else { "Ja" }),
                question(2, "Påvist kabel og rør?", "Ja"),
            ],
        },
    ]);
    row! {
        "id": layout.id(i),
        "documentNumber": number_or_text(i, 20_260_000 + i),
        "serialNumber": number_or_text(i + 1, 1 + i),
        "companyId": scene.person.company.id,
        "templateId": format!("65d8000000000000000000{:02x}", template.len()),
        "templateVersionDate": naive(layout.day(0)),
        "templateName": template,
        "templateVersion": 1 + i % 3,
        "baseTypeName": base,
        "status": state,
        "statusText": state_text,
        "hasDeviation": deviation,
        "hasComment": deviation,
        "hasImages": image,
        "~companyId": scene.project.company.id,
        "projectId": scene.project.id.as_str(),
        "projectNumber": scene.project.number.as_str(),
        "projectName": scene.project.name,
        "activityId": scene.order.id.as_str(),
        "activityNumber": scene.order.number.as_str(),
        "activityName": scene.order.name,
        "machineId": about_machines.then(|| scene.machine.id.clone()),
        "resourceNumber": about_machines.then(|| scene.machine.number.clone()),
        "createdByUserName": scene.person.name(),
        "createdDateTime": utc(layout.created(i)),
        "submittedByUserName": submitted.then(|| scene.person.name()),
        "submittedDateTime": if submitted { naive(layout.created(i) + HOUR) } else { UNSET.to_owned() },
        "approvedByUserName": (state_text == "Approved").then(|| context.world.people[0].name()),
        "latitude": near(scene.project.latitude, random),
        "longitude": near(scene.project.longitude, random),
        "accuracy": 8,
        "modifiedByUserName": scene.person.name(),
        "signatures": json!([]),
        "dimensions": json!([{ "id": "65d900000000000000000001", "sortOrder": 1, "name": "Profil", "type": 0, "placeholder": "fra–til", "value": format!("{}", i * 10) }]),
        "modifiedDateTime": utc(layout.modified(i)),
        "selfUrl": submitted.then(|| context.file_url(kind, 0, i)),
        "pdfUrl": submitted.then(|| context.file_url(kind, 0, i)),
        "sections": sections,
        "isDeleted": false,
    }
}

fn pick(random: &mut Random, of: u64) -> usize {
    usize::try_from(random.below(of)).unwrap_or(0)
}
