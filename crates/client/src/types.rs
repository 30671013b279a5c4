//! Types of values that several APIs share.

pub(crate) mod extra;
pub(crate) mod number_or_string;
pub(crate) mod patch;
pub(crate) mod time_param;
pub(crate) mod timestamp;
