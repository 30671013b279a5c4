//! Rules of kits and kit lines: a kit has lines, each a material or another kit.

use serde_json::{Map, Value};

use crate::itempath::api_error::ApiError;
use crate::itempath::body::{self, Draft, objects};
use crate::itempath::context::Context;
use crate::itempath::resources;
use crate::itempath::rules::{RuleResult, Rules};
use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};

pub(in crate::itempath) const RULES: Rules =
    Rules { before_create, after_create, before_update, after_update: after_create, before_delete, embed };

pub(in crate::itempath) const LINE_RULES: Rules = Rules {
    before_create: |context, draft| {
        let kit = row::text(&draft.members, "kitId");
        let mut used_numbers = numbers(context.store, &kit);
        check_line(context.store, &kit, draft, &mut used_numbers)
    },
    after_create: |context, id, _| update_kit_of_line(context, id),
    before_update: |context, before, draft| {
        let kit = row::text(before, "kitId");
        if draft.members.get("kitId").is_some_and(|to| *to != before["kitId"]) {
            return Err(ApiError::field("kitId", "Cannot be changed."));
        }
        let mut used_numbers = numbers(context.store, &kit);
        used_numbers.retain(|number| *number != row::integer(before, "number"));
        let before = [("materialId", &before["materialId"]), ("number", &before["number"])];
        for (name, value) in before {
            draft.members.entry(name).or_insert(value.clone());
        }
        check_line(context.store, &kit, draft, &mut used_numbers)
    },
    after_update: |context, id, _| update_kit_of_line(context, id),
    ..Rules::NONE
};

fn no_lines_error() -> ApiError {
    ApiError::field("lines", "Kit must have at least one kit line.")
}

fn before_create(context: &mut Context<'_>, draft: &mut Draft) -> RuleResult {
    read_lines(context, "", draft)?;
    if draft.lines.is_empty() { Err(no_lines_error()) } else { Ok(()) }
}

fn before_update(context: &mut Context<'_>, before: &Row, draft: &mut Draft) -> RuleResult {
    if !draft.inputs.contains_key("lines") {
        return Ok(());
    }
    let kit = row::id(before);
    read_lines(context, &kit, draft)?;
    if draft.lines.is_empty() {
        return Err(no_lines_error());
    }
    // The lines in the body replace all existing lines.
    for line in context.store.table("kit_lines").children_ids(&kit) {
        context.store.table_mut("kit_lines").remove(&line);
    }
    Ok(())
}

fn read_lines(context: &mut Context<'_>, kit: &str, draft: &mut Draft) -> RuleResult {
    let mut used_numbers = Vec::new();
    for line in objects(draft.take("lines")) {
        let resource = resources::find("kit_lines");
        let mut line: Draft = body::read(resource, context.store, &without_kit_id(line), true, &["kitId"])?;
        check_line(context.store, kit, &mut line, &mut used_numbers)?;
        draft.lines.push((String::new(), line));
    }
    Ok(())
}

fn without_kit_id(mut line: Map<String, Value>) -> Map<String, Value> {
    line.remove("kitId");
    line
}

fn after_create(context: &mut Context<'_>, id: &str, draft: Draft) {
    for (_, line) in draft.lines {
        let mut row = line.members;
        row.insert("kitId".to_owned(), id.into());
        context.insert("kit_lines", row);
    }
    update_has_stock(context.store, id);
}

fn before_delete(context: &mut Context<'_>, row: &Row) -> RuleResult {
    if context.store.table("kit_lines").rows().any(|line| line["materialId"] == row["id"]) {
        return Err(ApiError::field("id", "Kit is part of another kit and cannot be deleted."));
    }
    for line in context.store.table("kit_lines").children_ids(&row::id(row)) {
        context.store.table_mut("kit_lines").remove(&line);
    }
    Ok(())
}

fn check_line(store: &Store, kit: &str, draft: &mut Draft, used_numbers: &mut Vec<i64>) -> RuleResult {
    let material = row::text(&draft.members, "materialId");
    let found = store.row("materials", &material).or_else(|| store.row("kits", &material));
    let Some(found) = found.filter(|_| material != kit) else {
        return Err(ApiError::unknown_reference("materialId", "Material", &material));
    };
    draft.members.insert("~materialName".to_owned(), found["name"].clone());
    let number = match draft.members.get("number").and_then(Value::as_i64) {
        Some(number) if used_numbers.contains(&number) => {
            return Err(ApiError::already_exists("Kit line", "number", &number.to_string()));
        }
        Some(number) => number,
        None => used_numbers.iter().max().unwrap_or(&0) + 1,
    };
    used_numbers.push(number);
    let stocked = row::number(found, "currentQuantity") > 0.0 || row::integer(found, "hasStock") == 1;
    draft.members.insert("number".to_owned(), number.into());
    draft.members.insert("hasStock".to_owned(), i64::from(stocked).into());
    Ok(())
}

fn numbers(store: &Store, kit: &str) -> Vec<i64> {
    let lines = store.table("kit_lines").children(kit);
    lines.map(|line| row::integer(line, "number")).collect()
}

fn update_kit_of_line(context: &mut Context<'_>, line: &str) {
    let kit = context.store.row("kit_lines", line).map(|row| row::text(row, "kitId"));
    update_has_stock(context.store, &kit.unwrap_or_default());
}

/// Updates `hasStock` of a kit: 1 if each of its lines has stock.
fn update_has_stock(store: &mut Store, kit: &str) {
    let lines: Vec<&Row> = store.table("kit_lines").children(kit).collect();
    let stocked = !lines.is_empty() && lines.iter().all(|line| row::integer(line, "hasStock") == 1);
    if let Some(kit) = store.table_mut("kits").get_mut(kit) {
        kit.insert("hasStock".to_owned(), i64::from(stocked).into());
    }
}

fn embed(store: &Store, row: &mut Row) {
    let lines = store.table("kit_lines").children(&row::id(row));
    let lines: Vec<Value> = lines
        .map(|line| {
            let mut line = line.clone();
            line.retain(|name, _| name != "kitId" && !name.starts_with('~'));
            Value::Object(line)
        })
        .collect();
    row.insert("lines".to_owned(), lines.into());
}
