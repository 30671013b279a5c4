//! Ditio core, resource by resource.

mod absences;
mod clients;
mod documents;
mod employees;
mod machines;
mod payroll;
mod projects;
mod references;
mod tasks;
mod users;
mod walk;
