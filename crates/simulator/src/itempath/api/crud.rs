//! Create, get, update and delete of any resource, driven by its schema and its rules.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::itempath::api_error::ApiError;
use crate::itempath::body::{self, Draft};
use crate::itempath::context::Context;
use crate::itempath::rules;
use crate::itempath::schema::{Access, Envelope, Resource};
use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};

pub(in crate::itempath) fn create(
    context: &mut Context<'_>,
    resource: &'static Resource,
    body: &Row,
) -> Result<Value, ApiError> {
    let mut draft = body::read(resource, context.store, body, true, &[])?;
    check_unique(context.store, resource, &draft.members, "")?;
    (rules::for_resource(resource).before_create)(context, &mut draft)?;
    let id = context.insert(resource.path, std::mem::take(&mut draft.members));
    (rules::for_resource(resource).after_create)(context, &id, draft);
    let row = render(context.store, resource, find_row(context.store, resource, &id)?);
    Ok(match resource.envelope {
        Envelope::ListOnCreate => json!({ resource.singular_key: [row] }),
        Envelope::Named | Envelope::Bare { .. } => json!({ resource.singular_key: row }),
    })
}

pub(in crate::itempath) fn get(store: &Store, resource: &'static Resource, id: &str) -> Result<Value, ApiError> {
    let mut row = render(store, resource, find_row(store, resource, id)?);
    Ok(match resource.envelope {
        Envelope::Bare { renamed: (name, to) } => {
            let value = row.remove(name).unwrap_or_default();
            row.insert(to.to_owned(), value);
            Value::Object(row)
        }
        Envelope::Named | Envelope::ListOnCreate => json!({ resource.singular_key: row }),
    })
}

pub(in crate::itempath) fn update(
    context: &mut Context<'_>,
    resource: &'static Resource,
    id: &str,
    body: &Row,
) -> Result<Value, ApiError> {
    let before = find_row(context.store, resource, id)?.clone();
    let id = row::id(&before);
    let mut draft = body::read(resource, context.store, body, false, &[])?;
    check_unique(context.store, resource, &draft.members, &id)?;
    (rules::for_resource(resource).before_update)(context, &before, &mut draft)?;
    apply_changes(context, resource, before, &mut draft);
    (rules::for_resource(resource).after_update)(context, &id, draft);
    let row = render(context.store, resource, find_row(context.store, resource, &id)?);
    Ok(json!({ resource.singular_key: row }))
}

/// Replaces the changed members of a row.
pub(in crate::itempath) fn apply_changes(
    context: &mut Context<'_>,
    resource: &'static Resource,
    mut row: Row,
    draft: &mut Draft,
) {
    row.append(&mut draft.members);
    if resource.field("modifiedDate").is_some() {
        row.insert("modifiedDate".to_owned(), context.timestamp().into());
    }
    context.store.table_mut(resource.path).replace(row);
}

pub(in crate::itempath) fn delete(
    context: &mut Context<'_>,
    resource: &'static Resource,
    id: &str,
) -> Result<Value, ApiError> {
    let row = find_row(context.store, resource, id)?.clone();
    (rules::for_resource(resource).before_delete)(context, &row)?;
    context.store.table_mut(resource.path).remove(&row::id(&row));
    Ok(json!({ "message": format!("{} deleted", resource.title) }))
}

/// Renders a row for a response: without internal members, with the members that its rules embed.
pub(in crate::itempath) fn render(store: &Store, resource: &Resource, row: &Row) -> Map<String, Value> {
    let rendered = row.iter().filter(|(name, _)| !name.starts_with('~'));
    let mut rendered: Row = rendered.map(|(name, value)| (name.clone(), value.clone())).collect();
    if resource.sparse {
        for field in resource.fields.iter().filter(|field| field.access != Access::Write) {
            rendered.entry(field.name).or_insert(Value::Null);
        }
    }
    (rules::for_resource(resource).embed)(store, &mut rendered);
    rendered
}

fn find_row<'a>(store: &'a Store, resource: &Resource, id: &str) -> Result<&'a Row, ApiError> {
    store.row(resource.path, id).ok_or_else(|| ApiError::not_found(resource.title))
}

/// Rejects values of unique fields that another row has.
fn check_unique(store: &Store, resource: &Resource, members: &Row, except: &str) -> Result<(), ApiError> {
    for field in resource.fields.iter().filter(|field| field.unique && field.access == Access::Both) {
        let Some(value) = members.get(field.name).and_then(Value::as_str) else {
            continue;
        };
        let other = store.table(resource.path).find(field.name, value);
        if other.is_some_and(|other| row::id(other) != except) {
            return Err(ApiError::already_exists(resource.title, field.name, value));
        }
    }
    Ok(())
}

/// Rejects users who are not administrators.
pub(in crate::itempath) fn require_admin(context: &Context<'_>) -> Result<(), ApiError> {
    if context.user.get("isAdmin") == Some(&Value::Bool(true)) {
        Ok(())
    } else {
        Err(ApiError::Message(StatusCode::FORBIDDEN, "Your role has no right to do this".to_owned()))
    }
}
