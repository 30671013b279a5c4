//! Storage rules: one for each material and bin.

use super::{Checked, Rules};
use crate::itempath::engine::Work;
use crate::itempath::refusal::Refusal;
use crate::itempath::store::{self, Row};
use crate::itempath::values::Draft;

pub(in crate::itempath) const RULES: Rules = Rules {
    create: |work, draft| pair_is_free(work, &Row::new(), draft),
    update: |work, before, draft| pair_is_free(work, before, draft),
    ..Rules::NONE
};

fn pair_is_free(work: &mut Work<'_>, before: &Row, draft: &mut Draft) -> Checked {
    let said = |name: &str| draft.members.get(name).or_else(|| before.get(name));
    let (material, bin) = (said("materialId"), said("binId"));
    let Some(material) = material.and_then(|id| id.as_str()) else {
        return Ok(());
    };
    let own = store::id(before);
    let mut others = work.store.table("storage_rules").children(material);
    if others.any(|other| other.get("binId") == bin && store::id(other) != own) {
        return Err(Refusal::field("binId", "Storage rule for this material and bin already exists."));
    }
    Ok(())
}
