//! Alerts and checklists.

use serde_json::{Value, json};

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::{Context, Subjects, code_and_text, one_in, rounded};
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
fn near(degrees: f64, random: &mut Random) -> f64 {
    let offset = f64::from(u32::try_from(random.below(2_000)).unwrap_or(0)) / 100_000.0;
    rounded(degrees + offset)
}

pub(super) fn incident(kind: T, context: &Context, layout: &Layout, i: u64) -> Row {
    let mut subjects = Subjects::of(&context.world, layout, i);
    let random = &mut subjects.random;
    let is_machine_table = kind == T::MachineIncidentRegistrations;
    let (title, description, type_name) = *random.pick(&ALERTS);
    let base = if is_machine_table { 3 } else { [0, 1, 2, 4][pick(random, 4)] };
    let (base, base_text) = code_and_text(base, &BASES);
    let (state, state_text) = code_and_text(pick(random, 3), &STATES);
    let (risk, risk_text) = code_and_text(pick(random, 4), &RISKS);
    let changed = layout.modified(i);
    let has_machine = is_machine_table || one_in(random, 5);
    let is_handled = state_text != "Open";
    row! {
        "id": layout.id(i),
        "serialNumber": number_or_text(i, 1_000 + i),
        "serialNumberWithPrefix": format!("{}-{}", if is_machine_table { "M" } else { "A" }, 1_000 + i),
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
        "measures": if is_handled { "Gjennomgått på morgenmøte" } else { "" },
        "requiresFurtherAction": state_text == "InProgress",
        "resolvedOnLocation": one_in(random, 2),
        "absenceDays": if one_in(random, 9) { json!(1.5) } else { json!(0) },
        "companyName": subjects.person.company.name,
        "projectId": subjects.project.id.as_str(),
        "projectNumber": subjects.project.number.as_str(),
        "projectName": subjects.project.name.as_str(),
        "projectCompanyName": subjects.project.company.name,
        "taskId": subjects.order.id.as_str(),
        "taskName": subjects.order.name,
        "machineId": has_machine.then(|| subjects.machine.id.clone()),
        "machineName": has_machine.then_some(subjects.machine.name.as_str()),
        "latitude": near(subjects.project.latitude, random),
        "longitude": near(subjects.project.longitude, random),
        "createdAt": utc(layout.created(i)),
        "statusUpdatedAt": if is_handled { utc(changed) } else { UNSET.to_owned() },
        "modifiedDateTime": utc(changed),
        "pdfUrl": is_handled.then(|| context.file_url(kind, 0, i)),
        "isDeleted": false,
    }
}

pub(super) fn checklist(kind: T, context: &Context, layout: &Layout, i: u64) -> Row {
    let mut subjects = Subjects::of(&context.world, layout, i);
    let random = &mut subjects.random;
    let is_machine_table = kind == T::MachineChecklistRegistrations;
    let (template, base) = if is_machine_table { TEMPLATES[3] } else { TEMPLATES[pick(random, 3)] };
    let (state, state_text) = code_and_text(pick(random, 5), &CHECKLIST_STATES);
    let is_submitted = state_text != "Pending";
    let has_deviation = one_in(random, 4);
    let has_image = one_in(random, 2);
    let image_list =
        |variant| json!([{ "id": context.file_id(kind, variant, i), "url": context.file_url(kind, variant, i) }]);
    let question = |number: u64, header: &str, answer: &str| {
        json!({
            "id": format!("65e0{}{i:010x}{number:04x}", layout.table_digits()),
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
            "id": format!("65d0{}{i:014x}", layout.table_digits()),
            "header": "Før arbeidet starter",
            "repeatable": false,
            "rowId": null,
            "comment": if has_deviation { json!("Mangler gul vest på én mann") } else { Value::Null },
            "deviation": if has_deviation { json!("Avvik") } else { Value::Null },
            "images": if has_image { image_list(1) } else { Value::Null },
            "attachments": if is_submitted { json!([{ "url": context.file_url(kind, 0, i) }]) } else { json!([]) },
            "questions": [
                question(1, "Er grøfta sikret?", if has_deviation { "Nei" } else { "Ja" }),
                question(2, "Påvist kabel og rør?", "Ja"),
            ],
        },
    ]);
    row! {
        "id": layout.id(i),
        "documentNumber": number_or_text(i, 20_260_000 + i),
        "serialNumber": number_or_text(i + 1, 1 + i),
        "companyId": subjects.person.company.id,
        "templateId": format!("65d8000000000000000000{:02x}", template.len()),
        "templateVersionDate": naive(layout.day(0)),
        "templateName": template,
        "templateVersion": 1 + i % 3,
        "baseTypeName": base,
        "status": state,
        "statusText": state_text,
        "hasDeviation": has_deviation,
        "hasComment": has_deviation,
        "hasImages": has_image,
        "~companyId": subjects.project.company.id,
        "projectId": subjects.project.id.as_str(),
        "projectNumber": subjects.project.number.as_str(),
        "projectName": subjects.project.name.as_str(),
        "activityId": subjects.order.id.as_str(),
        "activityNumber": subjects.order.number.as_str(),
        "activityName": subjects.order.name,
        "machineId": is_machine_table.then(|| subjects.machine.id.clone()),
        "resourceNumber": is_machine_table.then(|| subjects.machine.number.clone()),
        "createdByUserName": subjects.person.name(),
        "createdDateTime": utc(layout.created(i)),
        "submittedByUserName": is_submitted.then(|| subjects.person.name()),
        "submittedDateTime": if is_submitted { naive(layout.created(i) + HOUR) } else { UNSET.to_owned() },
        "approvedByUserName": (state_text == "Approved").then(|| context.approver(0).name()),
        "latitude": near(subjects.project.latitude, random),
        "longitude": near(subjects.project.longitude, random),
        "accuracy": 8,
        "modifiedByUserName": subjects.person.name(),
        "signatures": json!([]),
        "dimensions": json!([{ "id": "65d900000000000000000001", "sortOrder": 1, "name": "Profil", "type": 0, "placeholder": "fra–til", "value": format!("{}", i * 10) }]),
        "modifiedDateTime": utc(layout.modified(i)),
        "selfUrl": is_submitted.then(|| context.file_url(kind, 0, i)),
        "pdfUrl": is_submitted.then(|| context.file_url(kind, 0, i)),
        "sections": sections,
        "isDeleted": false,
    }
}

fn pick(random: &mut Random, of: u64) -> usize {
    usize::try_from(random.below(of)).unwrap_or(0)
}
