//! Payroll lines: totals per person and day.

use serde_json::{Value, json};

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::{Context, Subjects, hundredths, one_in, or_unset};
use crate::ditio::reporting::times::utc;

pub(super) fn row(context: &Context, layout: &Layout, i: u64, extended: bool) -> Row {
    let mut subjects = Subjects::of(&context.world, layout, i);
    let random = &mut subjects.random;
    let is_absent = one_in(random, 8);
    let standard_qty = if is_absent { 0 } else { 750 };
    let overtime_50 = if is_absent { 0 } else { random.below(5) * 50 };
    let overtime_100 = if is_absent || !one_in(random, 5) { 0 } else { 200 };
    let absence_qty = if is_absent { 750 } else { 0 };
    let total = standard_qty + overtime_50 + overtime_100;
    let approved = !one_in(random, 6);
    let locked = approved && one_in(random, 2);
    let changed = layout.modified(i);
    let name_if = |state: bool| state.then(|| context.approver(2).name());
    let time_if = |state: bool| or_unset(state.then(|| utc(changed)));
    let mut row = row! {
        "id": layout.id(i),
        "transDateTime": utc(layout.day(i)),
        "userId": subjects.person.identity_id.as_str(),
        "userName": subjects.person.name(),
        "employeeNumber": subjects.person.employee_number.as_str(),
        "companyId": subjects.person.company.id,
        "~projectId": subjects.project.id.as_str(),
        "~paidByHour": subjects.person.payroll == 1,
        "~locked": locked,
        "qty": hundredths(total),
        "standardQty": hundredths(standard_qty),
        "overtime50Qty": hundredths(overtime_50),
        "overtime100Qty": hundredths(overtime_100),
        "timebankQty": 0,
        "breakQty": 0.5,
        "absenceQty": hundredths(absence_qty),
        "absenceApprovedQty": hundredths(if approved { absence_qty } else { 0 }),
        "absenceLockedQty": hundredths(if locked { absence_qty } else { 0 }),
        "approved": approved,
        "modifiedDateTime": utc(changed),
        "isDeleted": false,
    };
    if extended {
        row.set("totalVerifiedQty", hundredths(if approved { total } else { 0 }));
        row.set("approvedQty", hundredths(if approved { total } else { 0 }));
        row.set("lockedQty", hundredths(if locked { total } else { 0 }));
        row.set("verified", approved);
        row.set("verifiedByName", json!(name_if(approved)));
        row.set("verifiedDateTime", time_if(approved));
        row.set("approvedByName", json!(name_if(approved)));
        row.set("approvedDateTime", time_if(approved));
        row.set("overtimeLines", overtime(overtime_50, overtime_100));
    }
    row
}

/// Returns the overtime lines, ordered by `lineType`, `sorting` and `name`.
fn overtime(overtime_50: u64, overtime_100: u64) -> Value {
    let line = |id: &str, name: &str, level: u32, kind: u32, sorting: Value, qty: u64| {
        json!({
            "payrollTypeId": format!("65c0000000000000000000{id}"),
            "name": name,
            "lineType": level,
            "overtimeType": kind,
            "sorting": sorting,
            "qty": hundredths(qty),
        })
    };
    let mut lines = Vec::new();
    if overtime_50 > 0 {
        lines.push(line("b1", "Overtid 50 %", 20, 0, json!(1), overtime_50));
    }
    if overtime_100 > 0 {
        lines.push(line("b2", "Overtid 100 %", 30, 0, json!(2), overtime_100));
        lines.push(line("b4", "Smusstillegg for sprøyting", 41, 1, json!(3.5), 125));
    }
    lines.into()
}
