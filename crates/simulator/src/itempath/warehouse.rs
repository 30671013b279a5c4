//! Behaviour of the warehouse: quantities, allocation, and the processing of orders.

pub(super) mod allocation;
pub(super) mod direction;
pub(super) mod order_status;
pub(super) mod processing;
pub(super) mod stock;
