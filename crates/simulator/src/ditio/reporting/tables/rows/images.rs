//! Images: one row per image with its parent.

use serde_json::{Value, json};

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::{Context, Subjects, one_in};
use crate::ditio::reporting::tables::table::DitioTable::Images;
use crate::ditio::reporting::times::{ticks, utc};

const SOURCES: [&str; 3] = ["feed", "alert", "checklist"];

pub(super) fn row(context: &Context, layout: &Layout, i: u64) -> Row {
    let mut subjects = Subjects::of(&context.world, layout, i);
    let random = &mut subjects.random;
    // The vendor adds the road reference some time after the image, in one of two formats.
    let road = match random.below(3) {
        0 => Value::Null,
        1 => json!("EV6 S21D1 m1200"),
        _ => json!({ "vegsystemreferanse": "FV17 S4D1 m310", "kommune": "1834" }),
    };
    let project = subjects.project;
    row! {
        "id": layout.id(i),
        "source": SOURCES[usize::try_from(i % 3).unwrap_or(0)],
        "parentId": format!("65f0{}{:014x}", layout.table_digits(), i / 2),
        "projectId": project.id.as_str(),
        "projectNumber": project.number.as_str(),
        "projectName": project.name.as_str(),
        "projectCompanyId": project.company.id,
        "taskId": subjects.order.id.as_str(),
        "taskName": subjects.order.name,
        "activityId": subjects.order.id.as_str(),
        "activityNumber": subjects.order.number.as_str(),
        "companyId": subjects.person.company.id,
        "createdByUserId": subjects.person.identity_id.as_str(),
        "createdByUserName": subjects.person.name(),
        "createdDateTime": ticks(layout.created(i)),
        "modifiedDateTime": utc(layout.modified(i)),
        "latitude": project.latitude,
        "longitude": project.longitude,
        "accuracy": if one_in(random, 2) { json!(4.5) } else { json!(12) },
        "roadReference": road,
        "fileName": format!("grøft_{i:05}.png"),
        "fileNameOrig": "IMG_åsen.png",
        "fileType": "image/png",
        "fileSize": crate::ditio::reporting::files::picture_size(0),
        "url": context.file_url(Images, 0, i),
        "urlSm": context.file_url(Images, 1, i),
        "urlM": context.file_url(Images, 2, i),
        "urlLg": context.file_url(Images, 3, i),
        "isDeleted": false,
    }
}
