//! Time registrations: hours and quantities of people and machines.

use serde_json::Value;

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::{Context, Subjects, hundredths, one_in, or_unset};
use crate::ditio::reporting::times::{HOUR, MINUTE, naive, ticks, utc};

const TEXTS: [&str; 8] = [
    "",
    "Gravd grøft fra pel 120 til pel 180",
    "Lasting av sprengstein, ventet på dumper 20 min",
    "Legging av Ø315 overvannsledning",
    "Brøyting og strøing av anleggsvei",
    "Rydding etter ras ved «Storhølen»",
    "Utlegging av pukk; komprimert 4 ganger",
    "Møte med byggherre \"Statens vegvesen\"",
];

pub(super) fn row(context: &Context, layout: &Layout, i: u64) -> Row {
    let Subjects { mut random, project, order, person, machine } = Subjects::of(&context.world, layout, i);
    let world = &context.world;
    let is_machine = one_in(&mut random, 4);
    let day = layout.day(i);
    let start = day + 6 * HOUR + i64::from(u8::try_from(random.below(8)).unwrap_or(0)) * 15 * MINUTE;
    let quarter_hours = 8 + random.below(36);
    let qty = quarter_hours * 25;
    let stop = start + i64::try_from(quarter_hours).unwrap_or(0) * 15 * MINUTE + 30 * MINUTE;
    let price = 45_000 + random.below(60) * 1_000;
    let cost = price * 7 / 10;
    let changed = layout.modified(i);
    let approved = !one_in(&mut random, 7);
    let paid = approved && !one_in(&mut random, 3);
    let locked = paid && one_in(&mut random, 2);
    let leader = &world.people[order.project % world.people.len()];
    let foreman = &world.people[(order.project + 5) % world.people.len()];
    let time_if = |state: bool| or_unset(state.then(|| naive(changed)));
    let name_if = |state: bool| state.then(|| leader.name());
    let amount = |price: u64| hundredths(price * quarter_hours / 4);
    row! {
        "id": layout.id(i),
        "workDate": naive(day),
        "startDateTime": naive(start),
        "stopDateTime": naive(stop),
        "createdDateTime": ticks(layout.created(i)),
        "modifiedDateTime": utc(changed),
        "isDeleted": false,
        "qty": hundredths(qty),
        "unitName": "Time",
        "unitQty": hundredths(qty),
        "unitPrice": hundredths(price),
        "price": hundredths(price),
        "amount": amount(price),
        "costPriceBase": hundredths(cost),
        "costPriceMan": hundredths(if is_machine { 0 } else { cost }),
        "costPriceMachine": hundredths(if is_machine { cost } else { 0 }),
        "costAmount": amount(cost),
        "costAmountMan": amount(if is_machine { 0 } else { cost }),
        "costAmountMachine": amount(if is_machine { cost } else { 0 }),
        "breakQty": 0.5,
        "description": *random.pick(&TEXTS),
        "descriptionInternal": Value::Null,
        "approved": approved,
        "approvedByName": name_if(approved),
        "approvedDateTime": time_if(approved),
        "payrollApproved": paid,
        "payrollApprovedDateTime": time_if(paid),
        "locked": locked,
        "lockedByName": name_if(locked),
        "lockedDateTime": time_if(locked),
        "invoiced": locked && one_in(&mut random, 2),
        "projectId": project.id.as_str(),
        "projectNumber": project.number.as_str(),
        "projectName": project.name.as_str(),
        "projectExternalNumber": project.external_number.as_str(),
        "projectCompanyId": project.company.id,
        "projectCompanyName": project.company.name,
        "projectLeaderName": leader.name(),
        "projectMainForemanName": foreman.name(),
        "taskId": order.id.as_str(),
        "taskName": order.name,
        "taskNameLong": order.description,
        "taskWbsNumber": order.number.as_str(),
        "taskChapterId": chapter(order.project),
        "taskPieceWorkId": Value::Null,
        "resourceId": if is_machine { machine.id.as_str() } else { person.profile_id.as_str() },
        "resourceNumber": if is_machine { machine.number.as_str() } else { person.employee_number.as_str() },
        "resourceName": if is_machine { machine.name.clone() } else { person.name() },
        "resourceTypeName": if is_machine { machine.type_id.as_str() } else { "Mannskap" },
        "primaryResourceName": person.name(),
        "machineEmissionClass": is_machine.then_some("Steg V"),
        "userId": person.identity_id.as_str(),
        "userName": person.name(),
        "userEmployeeNumber": person.employee_number.as_str(),
        "userCompanyName": person.company.name,
        "userCompanyOrgNr": person.company.organization_number,
        "userWorkTitle": person.work_title.as_deref(),
        "userWorkShiftSettingName": "Dagskift 07–15",
    }
}

/// Returns the number of a chapter, such as `05.3`.
pub(super) fn chapter(project: usize) -> String {
    format!("{:02}.{}", project % 9 + 1, project % 4 + 1)
}
