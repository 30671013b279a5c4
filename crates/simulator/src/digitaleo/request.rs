//! Requests to the resource hosts: bodies, parameters, and the call that an operation handles.

pub(super) mod body;
pub(super) mod call;
pub(super) mod params;
