//! Machine registrations, including projects of other companies.

use serde_json::Value;

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::{Context, Subjects, extraction_time, hundredths, one_in};
use crate::ditio::reporting::tables::table::DitioTable;
use crate::ditio::reporting::times::{HOUR, ticks, utc};

pub(super) fn row(context: &Context, layout: &Layout, i: u64) -> Row {
    let mut subjects = Subjects::of(&context.world, layout, i);
    let stop = extraction_time(DitioTable::MachineRegistrations, layout, i);
    let hours = 1 + subjects.random.below(8);
    let project = subjects.project;
    row! {
        "id": layout.id(i),
        // Working times have seven decimals and no zone.
        "startDateTime": ticks(stop - i64::try_from(hours).unwrap_or(0) * HOUR),
        "stopDateTime": ticks(stop),
        "qty": hundredths(hours * 100),
        "description": if one_in(&mut subjects.random, 3) { Value::from("Knust stein på Håra, «grov» fraksjon") } else { Value::Null },
        "approved": !one_in(&mut subjects.random, 5),
        "machineId": subjects.machine.id.as_str(),
        "machineName": subjects.machine.name.as_str(),
        "resourceNumber": subjects.machine.number.as_str(),
        "machineTypeName": subjects.machine.type_id.as_str(),
        "driverId": subjects.person.identity_id.as_str(),
        "driverName": subjects.person.name(),
        "driverCompanyName": subjects.person.company.name,
        "projectId": project.id.as_str(),
        "projectNumber": project.number.as_str(),
        "projectName": project.name.as_str(),
        "projectExternalNumber": project.external_number.as_str(),
        "projectCompanyName": project.company.name,
        "createdDateTime": utc(layout.created(i)),
        "modifiedDateTime": utc(layout.modified(i)),
        "isDeleted": false,
    }
}
