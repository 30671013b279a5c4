//! Parquet: one optional column per field, compressed with Snappy.
//!
//! A chunk is a file of its own. Its row groups are copied into the new file as bytes.

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
use merge::Merger;
use source::{Section, Source};

/// Size of the buffer before the file, in bytes. The crate writes pieces of 8 KiB.
const BUFFER: usize = 256 * 1024;

/// The Parquet format.
pub(crate) struct Parquet {
    /// Metadata of a complete file.
    metadata: Vec<KeyValue>,
}

impl Parquet {
    /// Creates the format of a table. Its name and the descriptions of its columns are metadata of the file.
    pub(crate) fn new(schema: &Schema) -> Self {
        Self { metadata: schema::metadata(schema) }
    }
}

impl Format for Parquet {
    fn chunk_rows(&self) -> usize {
        encode::ROWS_PER_GROUP
    }

    fn is_concatenable(&self) -> bool {
        false
    }

    fn header(&self, _: &Layout) -> Option<Vec<u8>> {
        None
    }

    fn encode(&self, layout: &Layout, rows: &[Rows], out: &mut Vec<u8>) -> io::Result<()> {
        encode::write_file(layout, rows, out).map_err(io_error)
    }

    fn merge(&self, layout: &Layout, inputs: &[Input<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(BUFFER, out);
        let mut merger = Merger::new(layout, self.metadata.clone(), &mut out).map_err(io_error)?;
        for input in inputs {
            let section = Section { file: input.file.try_clone()?, offset: input.offset, length: input.length };
            let source = Source::open(section, input.layout).map_err(io_error)?;
            merger.append(&source, input).map_err(io_error)?;
        }
        merger.finish().map_err(io_error)?;
        out.flush()
    }
}

/// Returns the error of the file, if there is one, so that its kind is known.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => source.downcast::<io::Error>().map_or_else(io::Error::other, |error| *error),
        error => io::Error::other(error),
    }
}
