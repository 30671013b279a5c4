//! Opens a copy: reads its state, compares it with the files, and completes what a crash interrupted.

use std::fs::File;
use std::io::ErrorKind::NotFound;
use std::path::Path;

use super::Options;
use super::copy::{FileCopy, unreadable, unwritable};
use super::digest::{Digest, Identity};
use super::keys;
use super::layout::Layout;
use super::paths::CopyPaths;
use super::state::{Complete, SegmentState, State, start_over};
use crate::destination::disk::Disk;
use crate::error::{Error, ErrorKind};
use crate::lock::Lock;
use crate::schema::Schema;

/// Opens a copy. With `read_only`, nothing is created, changed or locked.
pub(super) fn open(
    paths: &CopyPaths,
    options: Options,
    disk: &Disk,
    schema: &Schema,
    read_only: bool,
) -> Result<FileCopy, Error> {
    let subject = paths.out.display().to_string();
    let lock = if read_only { None } else { Some(Lock::acquire(&paths.lock, &subject)?) };
    let found = if options.start_over { None } else { State::read(&paths.checkpoint)? };
    let is_new = found.is_none();
    if is_new && !options.start_over && paths.out.exists() {
        let (out, checkpoint) = (paths.out.display(), paths.checkpoint.display());
        return Err(start_over(&format!("{out} exists but its checkpoint {checkpoint} does not exist")));
    }
    let mut state = found.unwrap_or_else(|| State::new(options.neutralize_formulas));
    if options.neutralize_formulas && !state.neutralized {
        return Err(start_over(&format!("{} was written with formulas as they are", paths.out.display())));
    }
    let is_replaced = settle(&mut state, paths)?;
    check_segment(&state.segment, paths)?;
    let existing = state.segment.layouts.last().or(state.base.as_ref().map(|base| &base.layout));
    let layout = Layout::new(schema, existing)
        .map_err(|name| start_over(&format!("the column {name} of {} has another type", paths.out.display())))?;
    let format = options.format.open(state.neutralized, schema);
    let mut copy = FileCopy::new(paths.clone(), disk.clone(), format, layout, state, lock);
    if read_only {
        if is_replaced && paths.new_index.exists() {
            copy.index_path.clone_from(&paths.new_index);
        }
    } else {
        copy.clean_up(is_new, is_replaced)?;
    }
    copy.read_filter()?;
    Ok(copy)
}

/// Finds out if an announced replacement is in place, and compares the file with the state. Returns `true` if the
/// replacement is in place.
fn settle(state: &mut State, paths: &CopyPaths) -> Result<bool, Error> {
    let out = &paths.out;
    if let Some(replacement) = state.replacement.take()
        && let Ok(identity) = compare(out, &replacement)?
    {
        state.base = Some(Complete { identity, ..replacement });
        state.segment = SegmentState::default();
        return Ok(true);
    }
    let Some(base) = &mut state.base else { return Ok(false) };
    match compare(out, base)? {
        Ok(identity) => base.identity = identity,
        Err(Some(found)) => return Err(base.difference(out, &found)),
        Err(None) => return Err(start_over(&format!("{} no longer exists", out.display()))),
    }
    Ok(false)
}

/// Compares a file with its description. Returns its identity, or the digest that it has instead.
fn compare(out: &Path, expected: &Complete) -> Result<Result<Identity, Option<Digest>>, Error> {
    let compare = || {
        let Some(identity) = Identity::at(out)? else { return Ok(Err(None)) };
        // The content is not read in each run: it is compared before it is used.
        if identity == expected.identity {
            return Ok(Ok(identity));
        }
        let found = Digest::of(&File::open(out)?)?;
        Ok(if found == expected.file { Ok(identity) } else { Err(Some(found)) })
    };
    compare().map_err(|error| unreadable(out, error))
}

/// Checks that the files of the segment have the rows and keys that the checkpoint covers.
fn check_segment(segment: &SegmentState, paths: &CopyPaths) -> Result<(), Error> {
    for (path, expected) in [(&paths.part, segment.length()), (&paths.keys, segment.keys)] {
        let length = match path.metadata() {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == NotFound && expected == 0 => 0,
            Err(error) if error.kind() == NotFound => {
                return Err(start_over(&format!("{} no longer exists", path.display())));
            }
            Err(error) => return Err(unreadable(path, error)),
        };
        if length < expected {
            return Err(start_over(&format!("{} is shorter than its checkpoint records", path.display())));
        }
    }
    Ok(())
}

impl FileCopy {
    /// Completes or removes the files that a crash left, and stores the state of a new copy.
    fn clean_up(&mut self, is_new: bool, is_replaced: bool) -> Result<(), Error> {
        let (paths, disk) = (&self.paths, &self.disk);
        if is_replaced {
            if paths.new_index.exists() {
                let renamed = disk.rename(&paths.new_index, &paths.index);
                renamed.map_err(|error| unwritable(&paths.index, error))?;
            }
            self.state.store(paths, disk)?;
            self.remove_segment();
            return Ok(());
        }
        if is_new {
            // First, because an earlier checkpoint would describe the segment that this copy truncates.
            self.state.store(paths, disk)?;
        }
        if self.state.segment.keys == 0 {
            self.remove_segment();
        }
        for path in [&self.paths.new, &self.paths.new_index] {
            self.disk.remove(path).map_err(|error| unwritable(path, error))?;
        }
        Ok(())
    }

    /// Reads the keys that an interrupted run changed.
    fn read_filter(&mut self) -> Result<(), Error> {
        let Some(file) = self.open_keys()? else { return Ok(()) };
        let filter = &mut self.filter;
        let read = keys::each(&file, self.state.segment.keys, |change| filter.insert(change.key));
        read.map_err(|error| unreadable(&self.paths.keys, error))
    }
}

/// Returns the error of a path that the settings do not allow.
pub(super) fn settings(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Settings, message)
}
