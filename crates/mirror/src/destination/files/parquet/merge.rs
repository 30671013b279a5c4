//! Writing of a file from the row groups of a file and of chunks.

use std::io::Write;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{KeyValue, RowGroupMetaData};
use parquet::file::reader::ChunkReader;
use parquet::file::writer::SerializedFileWriter;

use super::super::format::Input;
use super::super::layout::{Layout, Rows};
use super::encode::{self, BYTES_PER_GROUP, ROWS_PER_GROUP};
use super::schema;
use super::source::Source;
use crate::batch::ColumnData;

/// Minimum size of a row group. One with fewer rows and bytes is small: it is united with the following rows, so that a
/// file does not have many small row groups after many runs.
#[derive(Clone, Copy)]
pub(super) struct MinGroup {
    pub(super) rows: usize,
    /// Size in bytes, before compression.
    pub(super) bytes: usize,
}

impl MinGroup {
    /// A quarter of the maximum.
    pub(super) const DEFAULT: Self = Self { rows: ROWS_PER_GROUP / 4, bytes: BYTES_PER_GROUP / 4 };

    /// Returns `true` if a row group has the size.
    pub(super) fn is_reached_by(self, group: &RowGroupMetaData) -> bool {
        let count = |value| usize::try_from(value).unwrap_or(0);
        self.is_reached(count(group.num_rows()), count(group.total_byte_size()))
    }

    fn is_reached(self, rows: usize, bytes: usize) -> bool {
        rows >= self.rows || bytes >= self.bytes
    }
}

/// The file that is written.
pub(super) struct Merger<'a, W: Write + Send> {
    layout: &'a Layout,
    minimum: MinGroup,
    file: SerializedFileWriter<W>,
    /// Decoded rows of the next row group.
    pending: Vec<Rows>,
}

impl<'a, W: Write + Send> Merger<'a, W> {
    /// Starts a file.
    pub(super) fn new(layout: &'a Layout, minimum: MinGroup, metadata: Vec<KeyValue>, out: W) -> Result<Self> {
        // The settings of columns are those of the copied row groups.
        let properties = schema::properties(std::iter::empty());
        let mut file = SerializedFileWriter::new(out, schema::file_type(layout)?, properties)?;
        for entry in metadata {
            file.append_key_value_metadata(entry);
        }
        Ok(Self { layout, minimum, file, pending: Vec::new() })
    }

    /// Appends the rows of an input that are not superseded.
    pub(super) fn append<R: ChunkReader + 'static>(&mut self, source: &Source<R>, input: &Input<'_>) -> Result<()> {
        let same = input.layout == self.layout;
        let mut first = 0;
        for (group, metadata) in source.groups().iter().enumerate() {
            let rows = metadata.num_rows().unsigned_abs();
            let range = first..first + rows;
            first += rows;
            let superseded = input.superseded(range.clone());
            if superseded == rows {
                continue;
            }
            if self.minimum.is_reached(self.pending.iter().map(|rows| rows.len).sum(), size(&self.pending)) {
                self.flush()?;
            }
            if same && superseded == 0 && self.pending.is_empty() && self.minimum.is_reached_by(metadata) {
                self.copy(source, group)?;
                continue;
            }
            let keep: Vec<bool> = range.map(|row| !input.is_superseded(row)).collect();
            self.pending.push(self.read(source, input.layout, group, &keep)?);
        }
        Ok(())
    }

    /// Writes a chunk as it is, and retains its row groups. The chunks before it must have been written in the same way.
    pub(super) fn retain<R: ChunkReader + 'static>(&mut self, chunk: &Source<R>, input: &Input<'_>) -> Result<()> {
        for group in 0..chunk.groups().len() {
            self.fill(chunk, input, chunk.start(group))?;
            self.copy(chunk, group)?;
        }
        self.fill(chunk, input, input.length)
    }

    /// Writes the bytes of a chunk up to a position.
    fn fill<R: ChunkReader + 'static>(&mut self, chunk: &Source<R>, input: &Input<'_>, end: u64) -> Result<()> {
        let written = (self.file.bytes_written() as u64).checked_sub(input.offset);
        self.file.write_all(&chunk.bytes(written.ok_or_else(misplaced)?..end)?)?;
        Ok(())
    }

    /// Writes the last rows and the metadata.
    pub(super) fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.file.close().map(drop)
    }

    /// Encodes the pending rows.
    fn flush(&mut self) -> Result<()> {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        // Encoded as a file of its own, whose columns have dictionaries if its values repeat.
        let mut encoded = Vec::new();
        encode::write_file(self.layout, &pending, &mut encoded)?;
        drop(pending);
        let encoded = Source::open(Bytes::from(encoded), self.layout)?;
        (0..encoded.groups().len()).try_for_each(|group| self.copy(&encoded, group))
    }

    fn copy<R: ChunkReader + 'static>(&mut self, source: &Source<R>, group: usize) -> Result<()> {
        let mut out = self.file.next_row_group()?;
        source.copy(group, &mut out)?;
        out.close().map(drop)
    }

    /// Reads the rows of a row group whose flag is `true`, with the columns of the new file.
    fn read<R: ChunkReader + 'static>(
        &self,
        source: &Source<R>,
        layout: &Layout,
        group: usize,
        keep: &[bool],
    ) -> Result<Rows> {
        let len = keep.iter().filter(|keep| **keep).count();
        let columns = self.layout.columns.iter().map(|column| {
            let Some(position) = layout.position(&column.name) else {
                let mut nulls = ColumnData::new(column.kind);
                (0..len).for_each(|_| nulls.push_null());
                return Ok(nulls);
            };
            let mut values = source.read(group, position, layout)?;
            if len < keep.len() {
                values.retain(keep);
            }
            Ok(values)
        });
        Ok(Rows { columns: columns.collect::<Result<_>>()?, len })
    }
}

fn size(rows: &[Rows]) -> usize {
    rows.iter().flat_map(|rows| &rows.columns).map(ColumnData::size).sum()
}

fn misplaced() -> ParquetError {
    ParquetError::General("the chunks of the segment overlap".to_owned())
}
