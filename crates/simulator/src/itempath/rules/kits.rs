//! Kits and their lines: at least one line at first, each a material or another kit.

use serde_json::{Map, Value};

use super::orders::objects;
use super::{Checked, Rules};
use crate::itempath::engine::Work;
use crate::itempath::refusal::Refusal;
use crate::itempath::resources;
use crate::itempath::store::{self, Row, Store};
use crate::itempath::values::{self, Draft};

pub(in crate::itempath) const RULES: Rules = Rules { create, created, update, updated: created, delete, view };

pub(in crate::itempath) const LINE_RULES: Rules = Rules {
    create: |work, draft| {
        let kit = store::text(&draft.members, "kitId");
        let mut taken = numbers(work.store, &kit);
        check(work.store, &kit, draft, &mut taken)
    },
    created: |work, id, _| follow(work, id),
    update: |work, before, draft| {
        let kit = store::text(before, "kitId");
        if draft.members.get("kitId").is_some_and(|to| *to != before["kitId"]) {
            return Err(Refusal::field("kitId", "Cannot be changed."));
        }
        let mut taken = numbers(work.store, &kit);
        taken.retain(|number| *number != store::integer(before, "number"));
        let before = [("materialId", &before["materialId"]), ("number", &before["number"])];
        for (name, value) in before {
            draft.members.entry(name).or_insert(value.clone());
        }
        check(work.store, &kit, draft, &mut taken)
    },
    updated: |work, id, _| follow(work, id),
    ..Rules::NONE
};

fn without_lines() -> Refusal {
    Refusal::field("lines", "Kit must have at least one kit line.")
}

fn create(work: &mut Work<'_>, draft: &mut Draft) -> Checked {
    read_lines(work, "", draft)?;
    if draft.lines.is_empty() { Err(without_lines()) } else { Ok(()) }
}

fn update(work: &mut Work<'_>, before: &Row, draft: &mut Draft) -> Checked {
    if !draft.inputs.contains_key("lines") {
        return Ok(());
    }
    let kit = store::id(before);
    read_lines(work, &kit, draft)?;
    if draft.lines.is_empty() {
        return Err(without_lines());
    }
    // Lines that are sent stand for all of them.
    for line in work.store.table("kit_lines").children_ids(&kit) {
        work.store.table_mut("kit_lines").remove(&line);
    }
    Ok(())
}

fn read_lines(work: &mut Work<'_>, kit: &str, draft: &mut Draft) -> Checked {
    let mut taken = Vec::new();
    for line in objects(draft.take("lines")) {
        let resource = resources::find("kit_lines");
        let mut line: Draft = values::read(resource, work.store, &without_id(line), true, &["kitId"])?;
        check(work.store, kit, &mut line, &mut taken)?;
        draft.lines.push((String::new(), line));
    }
    Ok(())
}

fn without_id(mut line: Map<String, Value>) -> Map<String, Value> {
    line.remove("kitId");
    line
}

fn created(work: &mut Work<'_>, id: &str, draft: Draft) {
    for (_, line) in draft.lines {
        let mut row = line.members;
        row.insert("kitId".to_owned(), id.into());
        work.insert("kit_lines", row);
    }
    refresh(work.store, id);
}

fn delete(work: &mut Work<'_>, row: &Row) -> Checked {
    if work.store.table("kit_lines").rows().any(|line| line["materialId"] == row["id"]) {
        return Err(Refusal::field("id", "Kit is part of another kit and cannot be deleted."));
    }
    for line in work.store.table("kit_lines").children_ids(&store::id(row)) {
        work.store.table_mut("kit_lines").remove(&line);
    }
    Ok(())
}

fn check(store: &Store, kit: &str, draft: &mut Draft, taken: &mut Vec<i64>) -> Checked {
    let part = store::text(&draft.members, "materialId");
    let found = store.row("materials", &part).or_else(|| store.row("kits", &part));
    let Some(found) = found.filter(|_| part != kit) else {
        return Err(Refusal::missing("materialId", "Material", &part));
    };
    let number = match draft.members.get("number").and_then(Value::as_i64) {
        Some(number) if taken.contains(&number) => {
            return Err(Refusal::taken("Kit line", "number", &number.to_string()));
        }
        Some(number) => number,
        None => taken.iter().max().unwrap_or(&0) + 1,
    };
    taken.push(number);
    let stocked = store::number(found, "currentQuantity") > 0.0 || store::integer(found, "hasStock") == 1;
    draft.members.insert("number".to_owned(), number.into());
    draft.members.insert("hasStock".to_owned(), i64::from(stocked).into());
    Ok(())
}

fn numbers(store: &Store, kit: &str) -> Vec<i64> {
    let lines = store.table("kit_lines").children(kit);
    lines.map(|line| store::integer(line, "number")).collect()
}

fn follow(work: &mut Work<'_>, line: &str) {
    let kit = work.store.row("kit_lines", line).map(|row| store::text(row, "kitId"));
    refresh(work.store, &kit.unwrap_or_default());
}

/// A kit has stock when each of its lines has.
fn refresh(store: &mut Store, kit: &str) {
    let lines: Vec<&Row> = store.table("kit_lines").children(kit).collect();
    let stocked = !lines.is_empty() && lines.iter().all(|line| store::integer(line, "hasStock") == 1);
    if let Some(kit) = store.table_mut("kits").get_mut(kit) {
        kit.insert("hasStock".to_owned(), i64::from(stocked).into());
    }
}

fn view(store: &Store, row: &mut Row) {
    let lines = store.table("kit_lines").children(&store::id(row));
    let lines: Vec<Value> = lines
        .map(|line| {
            let mut line = line.clone();
            line.remove("kitId");
            Value::Object(line)
        })
        .collect();
    row.insert("lines".to_owned(), lines.into());
}
