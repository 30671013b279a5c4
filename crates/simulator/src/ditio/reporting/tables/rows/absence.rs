//! Absence registrations: one row per day.

use serde_json::{Value, json};

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::{Context, Subjects, one_in, or_unset};
use crate::ditio::reporting::tables::table::DitioTable;
use crate::ditio::reporting::times::{HOUR, offset, utc};
use crate::ditio::world::ABSENCE_TYPES;

pub(super) fn row(context: &Context, layout: &Layout, i: u64) -> Row {
    let mut subjects = Subjects::of(&context.world, layout, i);
    let day = layout.day(i);
    let kind = subjects.random.pick(&ABSENCE_TYPES);
    let approved = !one_in(&mut subjects.random, 4);
    let paid = approved && one_in(&mut subjects.random, 2);
    let locked = paid && one_in(&mut subjects.random, 2);
    let time_if = |state: bool| or_unset(state.then(|| offset(layout.modified(i))));
    let number: Option<u64> = subjects.person.employee_number.parse().ok();
    let sick_child = kind.name == "Sykt barn";
    row! {
        "id": layout.id(i),
        // Three consecutive rows belong to one absence.
        "registrationId": format!("65b0{}{:014x}", layout.table_digits(), i / 3),
        "date": offset(day),
        "startTime": offset(day + 6 * HOUR),
        "qty": 7.5,
        "absenceTypeId": kind.id,
        "absenceTypeCode": kind.code,
        "absenceTypeName": kind.name,
        "employeeNumber": json!(number),
        "userId": subjects.person.identity_id.as_str(),
        "~companyId": subjects.person.company.id,
        "projectId": if one_in(&mut subjects.random, 3) { Value::Null } else { Value::from(subjects.project.id.as_str()) },
        "approved": approved,
        "approvedByName": approved.then(|| context.approver(1).name()),
        "approvedDateTime": time_if(approved),
        "payrollApproved": paid,
        "payrollApprovedDateTime": time_if(paid),
        "locked": locked,
        "lockedDateTime": time_if(locked),
        "pdfUrl": approved.then(|| context.file_url(DitioTable::AbsenceRegistrations, 0, i)),
        "sickLeaveReason": if kind.code == "506" { Value::from("Ryggplager") } else { Value::Null },
        "childName": if sick_child { Value::from("Sølvi") } else { Value::Null },
        "childBirthDate": if sick_child { Value::from("2019-05-17T00:00:00") } else { Value::Null },
        "createdDateTime": utc(layout.created(i)),
        "modifiedDateTime": utc(layout.modified(i)),
        "isDeleted": false,
    }
}
