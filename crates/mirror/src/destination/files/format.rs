//! The formats of files: encoding of new rows, and the file that replaces the existing one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use super::bits::RowSet;
use super::layout::{Layout, Rows};

/// A format of files.
///
/// New rows are encoded as *chunks*, which are appended to the segment file while a run is in progress. At the end of
/// the run, [`merge`](Format::merge) writes a new file from the existing file and the chunks. If there is no existing
/// file, [`complete`](Format::complete) makes the segment itself the file, which saves the space of a second one.
///
/// The column names, their order and their types are those of the [`Layout`]. Its last columns are
/// [`EXTRA`](crate::EXTRA), unless the schema has none, and [`REJECTS`](super::layout::REJECTS). Both have the type
/// JSON.
pub(crate) trait Format: Send + Sync {
    /// Number of rows to collect in memory before a chunk is encoded. A chunk has fewer rows if the run ends or has not
    /// stored a checkpoint for some seconds.
    fn chunk_rows(&self) -> usize;

    /// Returns `true` if the bytes of two chunks, one after the other, are a chunk.
    fn is_concatenable(&self) -> bool;

    /// Returns the beginning of a segment without an existing file, which precedes its first chunk.
    ///
    /// # Errors
    ///
    /// An error of the encoder.
    fn header(&self, layout: &Layout) -> io::Result<Vec<u8>>;

    /// Appends a chunk with these rows to `out`. Each of `rows` has the columns of the layout; together they have at
    /// least one row.
    ///
    /// # Errors
    ///
    /// An error of the encoder. `out` is then discarded.
    fn encode(&self, layout: &Layout, rows: &[Rows], out: &mut Vec<u8>) -> io::Result<()>;

    /// Writes a complete file: the rows of the inputs in their order, without the superseded ones.
    ///
    /// `layout` has all columns of the inputs' layouts, and each has the same type. An input whose columns are others,
    /// or in another order, is converted: its rows have nulls in columns that it does not have. Otherwise, the parts of
    /// an input without superseded rows are copied as bytes.
    ///
    /// `out` is hashed and counted, and starts at the beginning of the file. It need not be flushed.
    ///
    /// # Errors
    ///
    /// An error of an input or of `out`. The file is then removed.
    fn merge(&self, layout: &Layout, inputs: &[Input<'_>], out: &mut (dyn Write + Send)) -> io::Result<()>;

    /// Returns `true` if [`complete`](Format::complete) makes a file that is as good as one of [`merge`](Format::merge).
    ///
    /// # Errors
    ///
    /// An error of a chunk.
    fn is_completable(&self, _chunks: &[Input<'_>]) -> io::Result<bool> {
        Ok(true)
    }

    /// Writes the bytes of a segment, and what follows them in a complete file.
    ///
    /// The chunks are all of the segment, which starts with a header; they have the columns of the layout and no
    /// superseded rows. `out` hashes and counts the bytes, and stores those behind the last chunk only: the segment has
    /// the others. It need not be flushed.
    ///
    /// # Errors
    ///
    /// An error of a chunk or of `out`. The segment is then truncated to its last chunk.
    fn complete(&self, layout: &Layout, chunks: &[Input<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
        out.write_all(&self.header(layout)?)?;
        chunks.iter().try_for_each(|chunk| io::copy(&mut chunk.reader()?, out).map(drop))
    }
}

/// A complete file or a chunk, whose rows are copied into a new file.
pub(crate) struct Input<'a> {
    /// File that has the input, open for reading. Its position is not defined: seek before each read.
    pub(crate) file: &'a File,
    /// Start of the input in the file, in bytes.
    pub(crate) offset: u64,
    /// Length of the input, in bytes.
    pub(crate) length: u64,
    /// `true` for a complete file, `false` for a chunk.
    pub(crate) is_complete: bool,
    /// Number of rows in the input.
    pub(crate) rows: u64,
    /// Columns of the input.
    pub(crate) layout: &'a Layout,
    /// Rows that are not copied, and the number of the input's first row in this set.
    pub(crate) superseded: (&'a RowSet, u64),
}

impl<'a> Input<'a> {
    /// Returns `true` if this row of the input is not copied. Rows are counted from 0.
    pub(crate) fn is_superseded(&self, row: u64) -> bool {
        let (set, first) = self.superseded;
        set.contains(first + row)
    }

    /// Returns the number of rows in a range that are not copied.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "lines are copied in ranges"))]
    pub(crate) fn superseded(&self, range: Range<u64>) -> u64 {
        let (set, first) = self.superseded;
        set.count(first + range.start..first + range.end)
    }

    /// Returns the first row in a range that is not copied.
    pub(crate) fn first_superseded(&self, range: Range<u64>) -> Option<u64> {
        let (set, first) = self.superseded;
        set.first_in(first + range.start..first + range.end).map(|row| row - first)
    }

    /// Returns a reader of the input's bytes.
    pub(crate) fn reader(&self) -> io::Result<io::Take<&'a File>> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.offset))?;
        Ok(file.take(self.length))
    }
}
