//! Integration tests: clients against the simulator, the command line as a process, rules of the workspace.

mod bits;
mod cancellation;
mod cli;
mod digitaleo;
mod ditio;
mod ditio_core;
mod ditio_reporting;
mod ditio_sync;
mod dvinci;
mod itempath;
mod limits;
mod machine_registrations;
mod one_shape;
mod operations;
mod readme_table;
mod resilience;
mod resilience_of_copies;
mod secrets;
mod tables;
mod tidy;
mod webhooks;
#[cfg(unix)]
mod world;
mod written_page;
