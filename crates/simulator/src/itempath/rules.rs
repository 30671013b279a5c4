//! What differs between the resources: checks before, and consequences after.

pub(super) mod batches;
pub(super) mod codes;
pub(super) mod kits;
pub(super) mod lines;
pub(super) mod materials;
pub(super) mod orders;
pub(super) mod storage_rules;
pub(super) mod users;

use super::engine::Work;
use super::refusal::Refusal;
use super::store::{Row, Store};
use super::values::Draft;

type Checked = Result<(), Refusal>;

/// The hooks of a resource. Those before must not change the store when they refuse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Before a row is made of the draft.
    pub(super) create: fn(&mut Work<'_>, &mut Draft) -> Checked,
    /// After; what is left of the draft is its inputs.
    pub(super) created: fn(&mut Work<'_>, &str, Draft),
    /// Before the row is changed.
    pub(super) update: fn(&mut Work<'_>, &Row, &mut Draft) -> Checked,
    pub(super) updated: fn(&mut Work<'_>, &str, Draft),
    /// Before the row goes; takes along what hangs on it.
    pub(super) delete: fn(&mut Work<'_>, &Row) -> Checked,
    /// What an answer has beside the row's own members.
    pub(super) view: fn(&Store, &mut Row),
}

impl Rules {
    pub(super) const NONE: Self = Self {
        create: |_, _| Ok(()),
        created: |_, _, _| {},
        update: |_, _, _| Ok(()),
        updated: |_, _, _| {},
        delete: |_, _| Ok(()),
        view: |_, _| {},
    };
}
