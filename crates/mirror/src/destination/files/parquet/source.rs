//! A file or chunk whose row groups are read or copied.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader};
use parquet::file::properties::{ReaderProperties, ReaderPropertiesPtr};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedRowGroupReader;
use parquet::file::writer::SerializedRowGroupWriter;

use super::super::layout::Layout;
use super::{decode, schema};
use crate::batch::ColumnData;

/// A file, or a chunk in a file.
pub(super) struct Source<R> {
    bytes: Arc<R>,
    metadata: ParquetMetaData,
    properties: ReaderPropertiesPtr,
}

impl<R: ChunkReader + 'static> Source<R> {
    /// Opens a file with the columns of the layout.
    pub(super) fn open(bytes: R, layout: &Layout) -> Result<Self> {
        // The statistics of the encodings are copied with the row groups.
        let options = ParquetMetaDataOptions::new().with_encoding_stats_as_mask(false);
        let metadata = ParquetMetaDataReader::new()
            .with_metadata_options(Some(options))
            .with_page_index_policy(PageIndexPolicy::Optional)
            .parse_and_finish(&bytes)?;
        if metadata.file_metadata().schema() != &*schema::file_type(layout)? {
            return Err(ParquetError::General("the file has other columns than its state describes".to_owned()));
        }
        let properties = Arc::new(ReaderProperties::builder().set_read_bloom_filter(false).build());
        Ok(Self { bytes: Arc::new(bytes), metadata, properties })
    }

    /// Returns the row groups.
    pub(super) fn groups(&self) -> &[RowGroupMetaData] {
        self.metadata.row_groups()
    }

    /// Returns the position of a row group.
    pub(super) fn start(&self, group: usize) -> u64 {
        self.groups()[group].columns().iter().map(|column| column.byte_range().0).min().unwrap_or(0)
    }

    /// Reads a range of the file.
    pub(super) fn bytes(&self, range: Range<u64>) -> Result<Bytes> {
        let length = range.end.checked_sub(range.start).and_then(|length| usize::try_from(length).ok());
        self.bytes.get_bytes(range.start, length.ok_or_else(ended)?)
    }

    /// Reads a column of a row group. The layout is that of [`open`](Self::open).
    pub(super) fn read(&self, group: usize, column: usize, layout: &Layout) -> Result<ColumnData> {
        let index = self.metadata.page_index_for_row_group(group);
        let (bytes, properties) = (Arc::clone(&self.bytes), Arc::clone(&self.properties));
        let reader = SerializedRowGroupReader::new(bytes, &self.groups()[group], index, properties)?;
        decode::read(&reader, column, layout.columns[column].kind)
    }

    /// Appends the encoded columns of a row group to a row group with the same columns.
    pub(super) fn copy<W: io::Write + Send>(
        &self,
        group: usize,
        out: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<()> {
        let (row_group, index) = (&self.groups()[group], self.metadata.page_index_for_row_group(group));
        for (position, column) in row_group.columns().iter().enumerate() {
            let encoded = ColumnCloseResult {
                bytes_written: column.compressed_size().unsigned_abs(),
                rows_written: row_group.num_rows().unsigned_abs(),
                metadata: column.clone(),
                bloom_filter: None,
                column_index: index.column_index(position).cloned(),
                offset_index: index.offset_index(position).cloned(),
            };
            // One system call instead of one for every 8 KiB.
            let (start, length) = column.byte_range();
            out.append_column(&Part { start, bytes: self.bytes(start..start + length)? }, encoded)?;
        }
        Ok(())
    }
}

/// A part of a file, from which a Parquet file is read.
pub(super) struct Section {
    pub(super) file: File,
    /// Start of the part, in bytes.
    pub(super) offset: u64,
    /// Length of the part, in bytes.
    pub(super) length: u64,
}

impl Length for Section {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Section {
    type T = BufReader<io::Take<File>>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(self.offset + start))?;
        Ok(BufReader::new(file.take(self.length.saturating_sub(start))))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut bytes = Vec::with_capacity(length);
        let read = self.get_read(start)?.take(length as u64).read_to_end(&mut bytes)?;
        if read == length { Ok(bytes.into()) } else { Err(ended()) }
    }
}

/// Bytes of a file from a position.
struct Part {
    start: u64,
    bytes: Bytes,
}

impl Length for Part {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Part {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let start = start.checked_sub(self.start).and_then(|start| usize::try_from(start).ok()).ok_or_else(ended)?;
        if start > self.bytes.len() { Err(ended()) } else { Ok(self.bytes.slice(start..).reader()) }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.get_read(start)?.into_inner();
        if length > bytes.len() { Err(ended()) } else { Ok(bytes.slice(..length)) }
    }
}

fn ended() -> ParquetError {
    ParquetError::EOF("the file ends before its row groups do".to_owned())
}
