//! The crew list: one row per stay on a site.

use serde_json::Value;

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::{Context, Subjects};
use crate::ditio::reporting::times::utc;

pub(super) fn row(context: &Context, layout: &Layout, i: u64) -> Row {
    let mut subjects = Subjects::of(&context.world, layout, i);
    let check_in = layout.created(i);
    let changed = layout.modified(i);
    // One in four of today's stays has ended.
    let ended = changed / 86_400_000 < layout.today() || i.is_multiple_of(4);
    let card = &subjects.person.card_id;
    let card = match subjects.random.below(5) {
        _ if card.is_empty() => Value::Null,
        0 => Value::Null,
        1 => format!("{} {}", &card[..3], &card[3..]).into(),
        2 => format!("0{}", &card[1..]).into(),
        _ => card.as_str().into(),
    };
    row! {
        "id": layout.id(i),
        "projectId": subjects.project.id.as_str(),
        "projectNumber": subjects.project.number.as_str(),
        "~companyId": subjects.person.company.id,
        "checkInDateTime": utc(check_in),
        "checkOutDateTime": ended.then(|| utc(changed)),
        "hseCardId": card,
        "name": subjects.person.name(),
        "birthDate": format!("{}T00:00:00", subjects.person.birth_date),
        "phoneNumber": subjects.person.mobile.as_str(),
        "modifiedDateTime": utc(changed),
        "isDeleted": false,
    }
}
