//! Rules of storage rules: at most one per material and bin.

use crate::itempath::api_error::ApiError;
use crate::itempath::body::Draft;
use crate::itempath::context::Context;
use crate::itempath::rules::{RuleResult, Rules};
use crate::itempath::store::row::{self, Row};

pub(in crate::itempath) const RULES: Rules = Rules {
    before_create: |context, draft| check_pair_unique(context, &Row::new(), draft),
    before_update: |context, before, draft| check_pair_unique(context, before, draft),
    ..Rules::NONE
};

fn check_pair_unique(context: &mut Context<'_>, before: &Row, draft: &mut Draft) -> RuleResult {
    let member = |name: &str| draft.members.get(name).or_else(|| before.get(name));
    let (material, bin) = (member("materialId"), member("binId"));
    let Some(material) = material.and_then(|id| id.as_str()) else {
        return Ok(());
    };
    let own = row::id(before);
    let mut others = context.store.table("storage_rules").children(material);
    if others.any(|other| other.get("binId") == bin && row::id(other) != own) {
        return Err(ApiError::field("binId", "Storage rule for this material and bin already exists."));
    }
    Ok(())
}
