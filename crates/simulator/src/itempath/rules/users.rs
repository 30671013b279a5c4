//! Users: their kinds, their states, and that only administrators change them.

use serde_json::Value;

use super::{Checked, Rules};
use crate::itempath::engine::{Work, administrator};
use crate::itempath::refusal::Refusal;
use crate::itempath::store::{self, Row};
use crate::itempath::values::Draft;

pub(in crate::itempath) const RULES: Rules = Rules { create, update, delete, ..Rules::NONE };

/// The states of a user.
pub(in crate::itempath) const ACTIVE: i64 = 1;
pub(in crate::itempath) const APPLICATION: i64 = 3;

/// The roles of the simulated site.
pub(in crate::itempath) const ROLES: [(i64, &str); 3] = [(1, "Administrator"), (2, "Lagerist"), (3, "Büro")];

fn create(work: &mut Work<'_>, draft: &mut Draft) -> Checked {
    administrator(work)?;
    role(draft)?;
    password(draft);
    kind(draft, None);
    Ok(())
}

fn update(work: &mut Work<'_>, before: &Row, draft: &mut Draft) -> Checked {
    administrator(work)?;
    for member in ["status", "type"] {
        if before["id"] == work.user["id"] && draft.members.get(member).is_some_and(|to| *to != before[member]) {
            return Err(Refusal::field(member, "Users cannot change their own state."));
        }
    }
    role(draft)?;
    password(draft);
    kind(draft, before.get("type").and_then(Value::as_str));
    Ok(())
}

fn delete(work: &mut Work<'_>, row: &Row) -> Checked {
    administrator(work)?;
    if row["id"] == work.user["id"] {
        return Err(Refusal::field("id", "Users cannot delete themselves."));
    }
    Ok(())
}

fn password(draft: &mut Draft) {
    if let Some(password) = draft.take("password") {
        draft.members.insert("~password".to_owned(), password);
    }
}

fn role(draft: &mut Draft) -> Checked {
    let Some(role) = draft.members.get("roleId").and_then(Value::as_i64) else {
        return Ok(());
    };
    let Some((_, name)) = ROLES.iter().find(|(id, _)| *id == role) else {
        return Err(Refusal::missing("roleId", "Role", &role.to_string()));
    };
    draft.members.insert("roleName".to_owned(), (*name).into());
    Ok(())
}

/// An application user has a state of its own; whoever stops being one is active.
fn kind(draft: &mut Draft, before: Option<&str>) {
    let Some(kind) = draft.members.get("type").and_then(Value::as_str) else {
        return;
    };
    let state = match (kind, before) {
        ("application", _) => APPLICATION,
        (_, Some("application")) => ACTIVE,
        _ => return,
    };
    draft.members.entry("status").or_insert(state.into());
}

/// Whether a user may log in and call: neither pending nor deactivated.
pub(in crate::itempath) fn may_call(user: &Row) -> bool {
    matches!(store::integer(user, "status"), ACTIVE | APPLICATION)
}
