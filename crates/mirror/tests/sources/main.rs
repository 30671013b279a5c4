//! Sources against the simulator, and against a service with scripted rows.

mod copy;
mod ditio;
mod every_table;
mod schedules;
mod script;
