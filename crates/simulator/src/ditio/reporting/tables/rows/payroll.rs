//! Payroll lines: totals per person and day.

use serde_json::{Value, json};

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::{Context, Scene, hundredths, one_in, or_unset};
use crate::ditio::reporting::times::utc;

pub(super) fn row(context: &Context, layout: &Layout, i: u64, extended: bool) -> Row {
    let mut scene = Scene::of(&context.world, layout, i);
    let random = &mut scene.random;
    let away = one_in(random, 8);
    let standard = if away { 0 } else { 750 };
    let over50 = if away { 0 } else { random.below(5) * 50 };
    let over100 = if away || !one_in(random, 5) { 0 } else { 200 };
    let absent = if away { 750 } else { 0 };
    let total = standard + over50 + over100;
    let approved = !one_in(random, 6);
    let locked = approved && one_in(random, 2);
    let changed = layout.modified(i);
    let by = |state: bool| state.then(|| context.world.people[2].name());
    let when = |state: bool| or_unset(state.then(|| utc(changed)));
    let mut row = row! {
        "id": layout.id(i),
        "transDateTime": utc(layout.day(i)),
        "userId": scene.person.identity_id.as_str(),
        "userName": scene.person.name(),
        "employeeNumber": scene.person.employee_number.as_str(),
        "companyId": scene.person.company.id,
        "~projectId": scene.project.id.as_str(),
        "~paidByHour": scene.person.payroll == 1,
        "~locked": locked,
        "qty": hundredths(total),
        "standardQty": hundredths(standard),
        "overtime50Qty": hundredths(over50),
        "overtime100Qty": hundredths(over100),
        "timebankQty": 0,
        "breakQty": 0.5,
        "absenceQty": hundredths(absent),
        "absenceApprovedQty": hundredths(if approved { absent } else { 0 }),
        "absenceLockedQty": hundredths(if locked { absent } else { 0 }),
        "approved": approved,
        "modifiedDateTime": utc(changed),
        "isDeleted": false,
    };
    if extended {
        row.set("totalVerifiedQty", hundredths(if approved { total } else { 0 }));
        row.set("approvedQty", hundredths(if approved { total } else { 0 }));
        row.set("lockedQty", hundredths(if locked { total } else { 0 }));
        row.set("verified", approved);
        row.set("verifiedByName", json!(by(approved)));
        row.set("verifiedDateTime", when(approved));
        row.set("approvedByName", json!(by(approved)));
        row.set("approvedDateTime", when(approved));
        row.set("overtimeLines", overtime(over50, over100));
    }
    row
}

/// Returns the overtime lines, ordered by `lineType`, `sorting` and `name`.
fn overtime(over50: u64, over100: u64) -> Value {
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
    if over50 > 0 {
        lines.push(line("b1", "Overtid 50 %", 20, 0, json!(1), over50));
    }
    if over100 > 0 {
        lines.push(line("b2", "Overtid 100 %", 30, 0, json!(2), over100));
        lines.push(line("b4", "Smusstillegg for sprøyting", 41, 1, json!(3.5), 125));
    }
    lines.into()
}
