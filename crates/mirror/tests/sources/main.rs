//! Sources against the simulator, and against a service with scripted rows.

mod copy;
mod ditio;
mod schedules;
mod script;
