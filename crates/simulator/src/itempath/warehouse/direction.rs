//! Directions of orders: put, pick, return, transport, count, production.

pub(in crate::itempath) const PUT: i64 = 1;
pub(in crate::itempath) const PICK: i64 = 2;
pub(in crate::itempath) const RETURN: i64 = 3;
pub(in crate::itempath) const TRANSPORT: i64 = 4;
pub(in crate::itempath) const COUNT: i64 = 5;
pub(in crate::itempath) const PRODUCTION: i64 = 7;

/// Directions by name.
pub(in crate::itempath) const DIRECTIONS: [(&str, i64); 6] = [
    ("put", PUT),
    ("pick", PICK),
    ("return", RETURN),
    ("transport", TRANSPORT),
    ("count", COUNT),
    ("production", PRODUCTION),
];

/// Returns whether orders of a direction bring material into the warehouse.
pub(in crate::itempath) fn is_inbound(direction: i64) -> bool {
    matches!(direction, PUT | RETURN)
}
