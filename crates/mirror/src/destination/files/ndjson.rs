//! NDJSON: one object per line. Nulls are written, except of the last columns.

use std::io::{self, Write};

use super::format::{Format, Input};
use super::layout::{Layout, REJECTS, Rows};
use super::lines;
use crate::batch::Value;
use crate::destination::json;
use crate::schema::EXTRA;

pub(super) struct Ndjson;

impl Format for Ndjson {
    fn chunk_rows(&self) -> usize {
        8192
    }

    fn is_concatenable(&self) -> bool {
        true
    }

    fn header(&self, _: &Layout) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn encode(&self, layout: &Layout, rows: &[Rows], out: &mut Vec<u8>) -> io::Result<()> {
        let mut names = Vec::new();
        for column in &layout.columns {
            let is_optional = column.name == EXTRA || column.name == REJECTS;
            names.push((format!("{}:", serde_json::to_string(&column.name)?), column.kind, is_optional));
        }
        for rows in rows {
            for row in 0..rows.len {
                let mut separator = b'{';
                for ((name, kind, is_optional), column) in names.iter().zip(&rows.columns) {
                    let value = column.value(row);
                    if *is_optional && value == Value::Null {
                        continue;
                    }
                    out.push(std::mem::replace(&mut separator, b','));
                    out.extend_from_slice(name.as_bytes());
                    json::append(*kind, value, out);
                }
                out.extend_from_slice(b"}\n");
            }
        }
        Ok(())
    }

    fn merge(&self, _: &Layout, inputs: &[Input<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
        inputs.iter().try_for_each(|input| lines::copy(input, false, false, out))
    }
}
