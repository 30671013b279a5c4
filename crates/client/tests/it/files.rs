//! Uploads and downloads, behind the feature `files`.

mod downloads;
mod file_server;
mod progress;
mod uploads;
