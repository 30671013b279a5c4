//! Compares generated files with those on disk, and writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Contents of generated files by path below the root.
pub(crate) type Outputs = BTreeMap<String, String>;

/// Describes every file that differs, in one to three lines; empty if all files are up to date.
pub(crate) fn differences(root: &Path, outputs: &Outputs, orphans: &[String]) -> Vec<String> {
    let mut found: Vec<String> =
        orphans.iter().map(|path| format!("{path}: no specification generates this file")).collect();
    for (path, new) in outputs {
        match fs::read_to_string(root.join(path)) {
            Ok(old) if old == *new => {}
            Ok(old) => found.push(difference(path, &old, new)),
            Err(_) => found.push(format!("{path}: missing")),
        }
    }
    found
}

fn difference(path: &str, old: &str, new: &str) -> String {
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    let same = old_lines.iter().zip(&new_lines).take_while(|(old, new)| old == new).count();
    let line = |lines: &[&str]| {
        lines.get(same).map_or("(end of file)", |line| *line).trim().chars().take(120).collect::<String>()
    };
    format!(
        "{path}: differs from line {} on ({} lines here, {} generated)\n    here:      {}\n    generated: {}",
        same + 1,
        old_lines.len(),
        new_lines.len(),
        line(&old_lines),
        line(&new_lines)
    )
}

/// Writes the files that changed, and removes the orphans.
///
/// # Errors
///
/// If a file cannot be written or removed.
pub(crate) fn write(root: &Path, outputs: &Outputs, orphans: &[String]) -> Result<()> {
    for (path, new) in outputs {
        let file = root.join(path);
        if fs::read_to_string(&file).is_ok_and(|old| old == *new) {
            continue;
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).with_context(|| format!("creating the folder of {path}"))?;
        }
        fs::write(&file, new).with_context(|| format!("writing {path}"))?;
    }
    for path in orphans {
        fs::remove_file(root.join(path)).with_context(|| format!("removing {path}"))?;
    }
    Ok(())
}
