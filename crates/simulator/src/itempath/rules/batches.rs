//! Rules of batches: a batch with work order lines cannot be deleted.

use crate::itempath::api_error::ApiError;
use crate::itempath::rules::Rules;

pub(in crate::itempath) const RULES: Rules = Rules {
    before_delete: |context, row| {
        let mut lines = context.store.table("work_order_lines").rows();
        if lines.any(|line| line["batchId"] == row["id"]) {
            return Err(ApiError::field("id", "Batch has work order lines and cannot be deleted."));
        }
        Ok(())
    },
    ..Rules::NONE
};
