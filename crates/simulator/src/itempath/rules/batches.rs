//! Batches: not deleted while work is assigned to them.

use super::Rules;
use crate::itempath::refusal::Refusal;

pub(in crate::itempath) const RULES: Rules = Rules {
    delete: |work, row| {
        let mut lines = work.store.table("work_order_lines").rows();
        if lines.any(|line| line["batchId"] == row["id"]) {
            return Err(Refusal::field("id", "Batch has work order lines and cannot be deleted."));
        }
        Ok(())
    },
    ..Rules::NONE
};
