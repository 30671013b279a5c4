//! Rules of users: types and statuses; only administrators change users.

use serde_json::Value;

use crate::itempath::api::crud::require_admin;
use crate::itempath::api_error::ApiError;
use crate::itempath::body::Draft;
use crate::itempath::context::Context;
use crate::itempath::rules::{RuleResult, Rules};
use crate::itempath::store::row::{self, Row};

pub(in crate::itempath) const RULES: Rules = Rules { before_create, before_update, before_delete, ..Rules::NONE };

/// Statuses of users who may log in and call operations.
pub(in crate::itempath) const ACTIVE: i64 = 1;
pub(in crate::itempath) const APPLICATION: i64 = 3;

/// Roles of the simulated site, unless a world has others.
pub(in crate::itempath) const ROLES: [(&str, &str); 3] = [
    ("5D0C9A52-7B41-4F0E-A6B3-1F6E2C8D9A01", "Administrator"),
    ("5D0C9A52-7B41-4F0E-A6B3-1F6E2C8D9A02", "Lagerist"),
    ("5D0C9A52-7B41-4F0E-A6B3-1F6E2C8D9A03", "Büro"),
];
/// Start view of all users of the simulated site who have one.
pub(in crate::itempath) const START_VIEW: &str = "5D0C9A52-7B41-4F0E-A6B3-1F6E2C8D9B01";

fn before_create(context: &mut Context<'_>, draft: &mut Draft) -> RuleResult {
    require_admin(context)?;
    set_role_name(context, draft)?;
    store_password(draft);
    set_status_by_type(draft, None);
    Ok(())
}

fn before_update(context: &mut Context<'_>, before: &Row, draft: &mut Draft) -> RuleResult {
    require_admin(context)?;
    for member in ["status", "type"] {
        if before["id"] == context.user["id"] && draft.members.get(member).is_some_and(|to| *to != before[member]) {
            return Err(ApiError::field(member, "Users cannot change their own state."));
        }
    }
    set_role_name(context, draft)?;
    store_password(draft);
    set_status_by_type(draft, before.get("type").and_then(Value::as_str));
    Ok(())
}

fn before_delete(context: &mut Context<'_>, row: &Row) -> RuleResult {
    require_admin(context)?;
    if row["id"] == context.user["id"] {
        return Err(ApiError::field("id", "Users cannot delete themselves."));
    }
    Ok(())
}

fn store_password(draft: &mut Draft) {
    if let Some(password) = draft.take("password") {
        draft.members.insert("~password".to_owned(), password);
    }
}

fn set_role_name(context: &Context<'_>, draft: &mut Draft) -> RuleResult {
    let Some(role) = draft.members.get("roleId").and_then(Value::as_str) else {
        return Ok(());
    };
    let Some(known) = context.store.roles.iter().find(|known| known.id == role) else {
        return Err(ApiError::unknown_reference("roleId", "Role", role));
    };
    draft.members.insert("roleName".to_owned(), known.name.as_str().into());
    Ok(())
}

/// Sets the status that follows from a change of the type: `APPLICATION`, or `ACTIVE` for a former application user.
fn set_status_by_type(draft: &mut Draft, before: Option<&str>) {
    let Some(kind) = draft.members.get("type").and_then(Value::as_str) else {
        return;
    };
    let status = match (kind, before) {
        ("application", _) => APPLICATION,
        (_, Some("application")) => ACTIVE,
        _ => return,
    };
    draft.members.entry("status").or_insert(status.into());
}

/// Returns whether a user is neither pending nor deactivated.
pub(in crate::itempath) fn is_active(user: &Row) -> bool {
    matches!(row::integer(user, "status"), ACTIVE | APPLICATION)
}
