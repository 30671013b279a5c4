//! Parquet: one optional column per field, compressed with Snappy.
//!
//! A chunk is a file of its own. Its row groups are copied into the new file as bytes. A segment becomes a complete file
//! by metadata at its end that describes the row groups of all chunks; readers skip the metadata of the chunks.

mod decode;
mod encode;
mod merge;
mod schema;
mod source;
#[cfg(test)]
mod tests;

use std::io::{self, BufWriter, Write};

use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;

use super::format::{Format, Input};
use super::layout::{Layout, Rows};
use crate::schema::Schema;
use merge::{Merger, MinGroup};
use source::{Section, Source};

/// Size of the buffer before the file, in bytes. The crate writes pieces of 8 KiB.
const BUFFER: usize = 256 * 1024;

/// A segment becomes the complete file if at most this part of its rows is in small row groups: those of the first
/// checkpoints of a run are small, and those of a slow service all are.
const MAX_SMALL: u64 = 4;

/// The Parquet format.
pub(crate) struct Parquet {
    /// Metadata of a complete file.
    metadata: Vec<KeyValue>,
    minimum: MinGroup,
}

impl Parquet {
    /// Creates the format of a table. Its name and the descriptions of its columns are metadata of the file.
    pub(crate) fn new(schema: &Schema) -> Self {
        Self { metadata: schema::metadata(schema), minimum: MinGroup::DEFAULT }
    }

    /// Sets the minimum number of rows of a row group, so that the few rows of a test are several row groups.
    #[cfg(test)]
    pub(super) fn min_rows(self, rows: usize) -> Self {
        Self { minimum: MinGroup { rows, ..self.minimum }, ..self }
    }
}

impl Format for Parquet {
    fn chunk_rows(&self) -> usize {
        encode::ROWS_PER_GROUP
    }

    fn is_concatenable(&self) -> bool {
        false
    }

    fn header(&self, _: &Layout) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn encode(&self, layout: &Layout, rows: &[Rows], out: &mut Vec<u8>) -> io::Result<()> {
        encode::write_file(layout, rows, out).map_err(io_error)
    }

    fn merge(&self, layout: &Layout, inputs: &[Input<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(BUFFER, out);
        let mut merger = Merger::new(layout, self.minimum, self.metadata.clone(), &mut out).map_err(io_error)?;
        for input in inputs {
            merger.append(&open(input)?, input).map_err(io_error)?;
        }
        merger.finish().map_err(io_error)?;
        out.flush()
    }

    fn is_completable(&self, chunks: &[Input<'_>]) -> io::Result<bool> {
        let (mut rows, mut small) = (0, 0);
        for chunk in chunks {
            rows += chunk.rows;
            let source = open(chunk)?;
            let groups = source.groups().iter().filter(|group| !self.minimum.is_reached_by(group));
            small += groups.map(|group| group.num_rows().unsigned_abs()).sum::<u64>();
        }
        Ok(small <= rows / MAX_SMALL)
    }

    fn complete(&self, layout: &Layout, chunks: &[Input<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(BUFFER, out);
        let mut merger = Merger::new(layout, self.minimum, self.metadata.clone(), &mut out).map_err(io_error)?;
        for chunk in chunks {
            merger.retain(&open(chunk)?, chunk).map_err(io_error)?;
        }
        merger.finish().map_err(io_error)?;
        out.flush()
    }
}

/// Opens a complete file or a chunk.
fn open(input: &Input<'_>) -> io::Result<Source<Section>> {
    let section = Section { file: input.file.try_clone()?, offset: input.offset, length: input.length };
    Source::open(section, input.layout).map_err(io_error)
}

/// Returns the error of the file, if there is one, so that its kind is known.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => source.downcast::<io::Error>().map_or_else(io::Error::other, |error| *error),
        error => io::Error::other(error),
    }
}
