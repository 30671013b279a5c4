//! Rules of resources: checks before a write, and consequences after it.

pub(super) mod batches;
pub(super) mod codes;
pub(super) mod kits;
pub(super) mod lines;
pub(super) mod materials;
pub(super) mod orders;
pub(super) mod storage_rules;
pub(super) mod users;

use crate::itempath::api_error::ApiError;
use crate::itempath::body::Draft;
use crate::itempath::context::Context;
use crate::itempath::schema::Resource;
use crate::itempath::store::Store;
use crate::itempath::store::row::Row;

type RuleResult = Result<(), ApiError>;

/// Hooks of a resource. A `before` hook that returns an error must not have changed the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Runs before a row is created from the draft.
    pub(super) before_create: fn(&mut Context<'_>, &mut Draft) -> RuleResult,
    /// Runs after the row was created; the draft contains its remaining inputs and lines.
    pub(super) after_create: fn(&mut Context<'_>, &str, Draft),
    /// Runs before the row is changed.
    pub(super) before_update: fn(&mut Context<'_>, &Row, &mut Draft) -> RuleResult,
    /// Runs after the row was changed; the draft contains its remaining inputs and lines.
    pub(super) after_update: fn(&mut Context<'_>, &str, Draft),
    /// Runs before the row is deleted; also deletes dependent rows.
    pub(super) before_delete: fn(&mut Context<'_>, &Row) -> RuleResult,
    /// Adds members to a rendered row.
    pub(super) embed: fn(&Store, &mut Row),
}

impl Rules {
    /// No hooks.
    pub(super) const NONE: Self = Self {
        before_create: |_, _| Ok(()),
        after_create: |_, _, _| {},
        before_update: |_, _, _| Ok(()),
        after_update: |_, _, _| {},
        before_delete: |_, _| Ok(()),
        embed: |_, _| {},
    };
}

/// Returns the rules of a resource.
pub(super) fn for_resource(resource: &Resource) -> Rules {
    match resource.path {
        "batches" => batches::RULES,
        "kit_lines" => kits::LINE_RULES,
        "kits" => kits::RULES,
        "material_codes" => codes::RULES,
        "materials" => materials::RULES,
        "order_lines" => lines::RULES,
        "orders" => orders::RULES,
        "storage_rules" => storage_rules::RULES,
        "users" => users::RULES,
        _ => Rules::NONE,
    }
}
