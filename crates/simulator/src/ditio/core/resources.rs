//! The resources of the integration API, with a module per resource.

pub(super) mod absences;
pub(super) mod certificates;
pub(super) mod crew;
pub(super) mod documents;
pub(super) mod employees;
pub(super) mod lookups;
pub(super) mod machines;
pub(super) mod payroll;
pub(super) mod projects;
pub(super) mod references;
pub(super) mod tasks;
pub(super) mod users;
