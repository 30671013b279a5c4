//! Orders: never without lines, allocated on demand, gone together with what hangs on them.

use serde_json::{Map, Value, json};

use super::{Checked, Rules, lines};
use crate::itempath::engine::{self, Work};
use crate::itempath::refusal::Refusal;
use crate::itempath::resources;
use crate::itempath::store::{self, Row, Store};
use crate::itempath::values::{self, Draft};
use crate::itempath::{history, stock};

pub(in crate::itempath) const RULES: Rules = Rules {
    create,
    created,
    update,
    updated,
    delete: |work, row| {
        cancel(work, row);
        Ok(())
    },
    view,
};

const PICK: i64 = 2;
const COUNT: i64 = 5;
const WITHOUT_LINES: Refusal = Refusal::Plain("Order must have at least one order line.");

fn create(work: &mut Work<'_>, draft: &mut Draft) -> Checked {
    warehouse(work.store, draft)?;
    let direction = draft.members.get("directionType").and_then(Value::as_i64).unwrap_or(PICK);
    let mut wanted = objects(draft.take("order_lines"));
    if wanted.is_empty() && direction == COUNT {
        wanted = stock::to_count(work.store, draft);
    }
    if wanted.is_empty() {
        return Err(WITHOUT_LINES);
    }
    let mut taken = Vec::new();
    for line in &wanted {
        draft.lines.push((String::new(), lines::inside(work.store, line, direction, &mut taken)?));
    }
    draft.inputs.remove("countEmptyLocations");
    Ok(())
}

fn created(work: &mut Work<'_>, id: &str, mut draft: Draft) {
    for (_, line) in std::mem::take(&mut draft.lines) {
        lines::add(work, id, line);
    }
    follow_lines(work.store, id);
    if draft.take_true("allocate") {
        stock::allocate(work, id);
    }
}

fn update(work: &mut Work<'_>, before: &Row, draft: &mut Draft) -> Checked {
    warehouse(work.store, draft)?;
    let direction = store::integer(before, "directionType");
    if draft.members.get("directionType").is_some_and(|to| to.as_i64() != Some(direction)) {
        return Err(Refusal::field("directionType", "Cannot be changed."));
    }
    let order = store::id(before);
    let mut taken = lines::numbers(work.store, &order);
    for line in objects(draft.take("order_lines")) {
        let known = line.get("id").and_then(Value::as_str).unwrap_or_default();
        if known.is_empty() {
            let line = lines::inside(work.store, &line, direction, &mut taken)?;
            draft.lines.push((String::new(), line));
            continue;
        }
        let own = work.store.row("order_lines", known).filter(|row| row["orderId"] == before["id"]);
        let Some(own) = own.cloned() else {
            return Err(Refusal::missing("order_lines", "Order line", known));
        };
        let mut changes = values::read(resources::find("order_lines"), work.store, &line, false, &[])?;
        lines::change(work.store, &own, &mut changes)?;
        draft.lines.push((known.to_owned(), changes));
    }
    Ok(())
}

fn updated(work: &mut Work<'_>, id: &str, mut draft: Draft) {
    for (known, mut line) in std::mem::take(&mut draft.lines) {
        match work.store.row("order_lines", &known).cloned() {
            Some(before) => {
                stock::book_line(work.store, &known, -1.0);
                engine::merge(work, resources::find("order_lines"), before, &mut line);
                lines::updated(work, &known, line);
            }
            None => _ = lines::add(work, id, line),
        }
    }
    let name = work.store.row("orders", id).map(|row| row["name"].clone()).unwrap_or_default();
    for line in work.store.table("order_lines").children_ids(id) {
        if let Some(line) = work.store.table_mut("order_lines").get_mut(&line) {
            line.insert("orderName".to_owned(), name.clone());
        }
    }
    follow_lines(work.store, id);
    if draft.take_true("deallocate") {
        stock::deallocate(work, id);
    } else if draft.take_true("allocate") {
        stock::allocate(work, id);
    }
}

/// Takes along the lines and the work on them.
fn cancel(work: &mut Work<'_>, row: &Row) {
    let id = store::id(row);
    stock::deallocate(work, &id);
    for line in work.store.table("order_lines").children_ids(&id) {
        history::cancelled(work, &line);
        lines::remove(work.store, &line);
    }
}

fn view(store: &Store, row: &mut Row) {
    let resource = resources::find("order_lines");
    let lines = store.table("order_lines").children(&store::id(row));
    let lines: Vec<Value> = lines.map(|line| Value::Object(engine::view(store, resource, line))).collect();
    row.insert("order_lines".to_owned(), lines.into());
}

fn warehouse(store: &Store, draft: &Draft) -> Checked {
    match draft.members.get("warehouseName").and_then(Value::as_str) {
        Some(name) if store.table("warehouses").find("name", name).is_none() => {
            Err(Refusal::missing("warehouseName", "Warehouse", name))
        }
        _ => Ok(()),
    }
}

/// An order has stock when each of its lines has.
pub(in crate::itempath) fn follow_lines(store: &mut Store, id: &str) {
    let stocked = store.table("order_lines").children(id).all(|line| store::integer(line, "hasStock") == 1);
    if let Some(order) = store.table_mut("orders").get_mut(id) {
        order.insert("hasStock".to_owned(), i64::from(stocked).into());
    }
}

/// The objects of a list; none when there is no list.
pub(super) fn objects(list: Option<Value>) -> Vec<Map<String, Value>> {
    let items = match list {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    items
        .into_iter()
        .filter_map(|item| match item {
            Value::Object(members) => Some(members),
            _ => None,
        })
        .collect()
}

/// The state of an order: its word and its number.
pub(in crate::itempath) fn set_state(store: &mut Store, id: &str, word: &str, number: i64) {
    if let Some(order) = store.table_mut("orders").get_mut(id) {
        order.insert("status".to_owned(), word.into());
        order.insert("~orderStatusType".to_owned(), json!(number));
    }
}
