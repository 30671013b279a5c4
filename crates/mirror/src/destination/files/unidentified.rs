//! Rows without a key, which no row of the copy can be compared with: the file `FILE.rejects.ndjson`.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use serde_json::json;

use super::disk::Disk;
use super::paths::CopyPaths;
use crate::batch::Batch;

/// Appends the rows of a batch that have no key, unless the file has them, and returns the new length of the file.
///
/// `length` is the valid part of the file. Each listing has the same rows again until the service corrects them.
pub(super) fn append(batch: &Batch, length: u64, paths: &CopyPaths, disk: &Disk) -> io::Result<u64> {
    let rejects = batch.rejects().iter().filter(|reject| reject.key.is_none());
    let lines = rejects.map(|reject| {
        let line = json!({ "field": reject.field, "expected": reject.expected, "raw": reject.raw });
        format!("{line}\n")
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return Ok(length);
    }
    let file = disk.open(&paths.rejects)?;
    disk.truncate(&file, length)?;
    let mut found = read(&file)?;
    let new: String = lines.into_iter().filter(|line| found.insert(line.clone())).collect();
    disk.write_at(&file, length, new.as_bytes())?;
    disk.sync(&file)?;
    Ok(length + new.len() as u64)
}

fn read(file: &File) -> io::Result<HashSet<String>> {
    let lines = BufReader::new(file.take(u64::MAX)).lines();
    lines.map(|line| line.map(|line| format!("{line}\n"))).collect()
}
