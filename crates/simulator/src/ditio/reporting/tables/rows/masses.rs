//! Mass transport: trips, locations and mass types.

use serde_json::{Value, json};

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::{Context, Subjects, extraction_time, hundredths, one_in, rounded};
use crate::ditio::reporting::tables::table::DitioTable;
use crate::ditio::reporting::times::{MINUTE, SECOND, UNSET, ticks, utc};
use crate::ditio::world::COMPANIES;

/// Name, unit, and density in hundredths of a tonne per cubic metre.
pub(super) const MASS_TYPES: [(&str, &str, u64); 8] = [
    ("Sprengstein", "Ton", 160),
    ("Matjord", "CubicMeter", 110),
    ("Leire (våt)", "Ton", 180),
    ("Pukk 22/63", "Ton", 155),
    ("Asfalt, frest", "Ton", 145),
    ("Snø", "CubicMeter", 30),
    ("Forurensede masser klasse 3", "Ton", 170),
    ("Grus 0–32", "Ton", 175),
];

pub(super) fn trip(context: &Context, layout: &Layout, i: u64) -> Row {
    let mut subjects = Subjects::of(&context.world, layout, i);
    let random = &mut subjects.random;
    let load = extraction_time(DitioTable::FlowTripRegistrations, layout, i);
    let minutes = 12 + random.below(50);
    let cycle = i64::try_from(minutes).unwrap_or(0) * MINUTE;
    let kind = usize::try_from(random.below(8)).unwrap_or(0);
    let (mass, unit, density) = MASS_TYPES[kind];
    let registered = 900 + random.below(2_100);
    let verified = one_in(random, 2);
    let approved = verified && one_in(random, 2);
    let cubic_metres = if unit == "Ton" { registered * 100 / density } else { registered };
    let dumper = subjects.machine;
    let loader = random.pick(&context.world.machines);
    let driver = random.pick(&context.world.people);
    let distance = 800 + random.below(14_000);
    let project = subjects.project;
    let coordinates = |east: f64| json!([rounded(project.longitude + east), project.latitude]);
    let is_flow = !one_in(random, 6);
    row! {
        "id": layout.id(i),
        "loadDateTime": utc(load),
        "dumpDateTime": utc(load + cycle * 2 / 3 / SECOND * SECOND),
        "costStartDateTime": utc(load),
        "costEndDateTime": if is_flow { utc(load + cycle) } else { UNSET.to_owned() },
        "modifiedDateTime": utc(layout.modified(i)),
        "isDeleted": false,
        "isFlowData": is_flow,
        "quantity": hundredths(registered),
        "quantityM3": hundredths(cubic_metres),
        "registeredQuantity": hundredths(registered),
        "verifiedQuantity": if verified { hundredths(registered) } else { Value::Null },
        "unitOfMeasure": u8::from(unit != "Ton"),
        "unitOfMeasureText": unit,
        "massTypeId": context.mass_types[kind].as_str(),
        "massType": mass,
        "m3PerHour": hundredths(cubic_metres * 60 / minutes),
        "totalCycleTimeSeconds": minutes * 60,
        "totalCycleTimeHours": hundredths(minutes * 100 / 60),
        "utilizationRate": hundredths(40 + minutes % 55),
        "distance": hundredths(distance),
        "averageSpeedKmh": hundredths(1_800 + random.below(3_000)),
        "netAltitudeChange": json!(i64::try_from(random.below(120)).unwrap_or(0) - 60),
        "totalAscent": random.below(90),
        "maxGradient": hundredths(random.below(1_200)),
        "averageGradient": hundredths(random.below(600)),
        "loadLocationName": location_name(i),
        "dumpLocationName": location_name(i + 1 + i % 5),
        "loadCoordinates": coordinates(0.0),
        "dumpCoordinates": if is_flow { coordinates(0.02) } else { Value::Null },
        "loaderId": loader.id.as_str(),
        "loaderName": loader.name.as_str(),
        "loaderNumber": loader.number.as_str(),
        "loaderDriverName": driver.name(),
        "dumperId": dumper.id.as_str(),
        "dumperName": dumper.name.as_str(),
        "dumperNumber": dumper.number.as_str(),
        "dumperRegistrationNumber": dumper.registration_number.as_str(),
        "dumperDriverName": subjects.person.name(),
        "dumperDriverCompanyName": subjects.person.company.name,
        "trailer": random.below(3) == 0,
        "verified": verified,
        "approved": approved,
        "invoiced": approved && random.below(2) == 0,
        "receiptNumber": format!("V-{}", 500_000 + i),
        "customerName": project.customer.as_str(),
        "comment": if random.below(5) == 0 { "Ventet på vekt «Ørland»" } else { "" },
        "projectId": project.id.as_str(),
        "projectNumber": project.number.as_str(),
        "projectName": project.name.as_str(),
        "projectExternalNumber": project.external_number.as_str(),
        "projectCompanyName": project.company.name,
        "taskId": subjects.order.id.as_str(),
        "taskName": subjects.order.name,
    }
}

const LOCATION_NAMES: [&str; 12] = [
    "Skjæring nord",
    "Tipp Ånes",
    "Mellomlager Øvre",
    "Knuseverk Håra",
    "Deponi Lørenfallet",
    "Portal sør",
    "Kai 4",
    "Rigg øst",
    "Fylling pel 900",
    "Sandtak Gjøvåg",
    "Snødeponi Åsane",
    "Vekt hovedport",
];

fn location_name(i: u64) -> &'static str {
    LOCATION_NAMES[usize::try_from(i % 12).unwrap_or(0)]
}

pub(super) fn location(context: &Context, layout: &Layout, i: u64) -> Row {
    let project = {
        let projects = context.world.own_projects();
        &projects[usize::try_from(i).unwrap_or_default() % projects.len()]
    };
    row! {
        "id": layout.id(i),
        "name": location_name(i),
        "projectId": project.id.as_str(),
        "companyId": project.company.id,
        "coordinates": json!([project.longitude, project.latitude]),
        "modifiedDateTime": utc(layout.modified(i)),
        "isDeleted": false,
    }
}

pub(super) fn mass_type(layout: &Layout, i: u64) -> Row {
    let kind = usize::try_from(i).unwrap_or(0);
    let (name, unit, density) = MASS_TYPES[kind % MASS_TYPES.len()];
    row! {
        "id": layout.id(i),
        "name": name,
        "companyId": COMPANIES[0].id,
        "unitOfMeasureText": unit,
        "density": hundredths(density),
        "modifiedDateTime": ticks(layout.modified(i)),
        "isDeleted": false,
    }
}
