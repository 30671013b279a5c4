//! Ditio core, resource by resource.

mod absences;
mod documents;
mod employees;
mod machines;
mod payroll;
mod projects;
mod references;
mod tasks;
mod users;
mod walk;
