//! Workflows of a world, which replace the seeded ones.

use serde::Deserialize;

use super::ids;
use crate::control::not_empty;
use crate::state::SharedState;
use crate::vendor::credentials::BITS_WORKFLOW_ID;

/// The section of a world. An absent list leaves the seeded data.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Loaded {
    pub(super) workflows: Option<Vec<Workflow>>,
}

/// A workflow.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Workflow {
    pub(super) id: String,
}

/// Checks a section.
pub(crate) fn check(loaded: &Loaded) -> Result<(), String> {
    let Some(workflows) = &loaded.workflows else { return Ok(()) };
    not_empty("bits.workflows", workflows)?;
    match workflows.iter().find(|workflow| !ids::is_valid("workflow", &workflow.id)) {
        Some(invalid) => Err(format!("`{}` is not the id of a workflow, such as {BITS_WORKFLOW_ID}", invalid.id)),
        None => Ok(()),
    }
}

/// Returns the id of a workflow that exists.
pub(crate) fn workflow_id(shared: &SharedState) -> String {
    let loaded =
        shared.extensions.get::<Loaded>().and_then(|loaded| Some(loaded.workflows.as_ref()?.first()?.id.clone()));
    loaded.unwrap_or_else(|| BITS_WORKFLOW_ID.to_owned())
}
