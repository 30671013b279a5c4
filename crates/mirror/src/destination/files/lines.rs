//! Copies lines of a file, or records of a CSV file, without decoding them.

use std::io::{self, BufRead, BufReader, Read, Write};

use super::digest::BUFFER;
use super::format::Input;

/// A file of lines that is read from the start to the end.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    /// A line end within quotes does not end a record.
    has_quotes: bool,
    in_quotes: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R, has_quotes: bool) -> Self {
        Self { reader: BufReader::with_capacity(BUFFER, reader), has_quotes, in_quotes: false }
    }

    /// Copies this number of lines.
    pub(super) fn copy(&mut self, lines: u64, out: &mut dyn Write) -> io::Result<()> {
        self.each_block(lines, &mut |block| out.write_all(block))
    }

    /// Skips this number of lines.
    pub(super) fn skip(&mut self, lines: u64) -> io::Result<()> {
        self.each_block(lines, &mut |_| Ok(()))
    }

    /// Copies the remaining bytes.
    pub(super) fn copy_rest(&mut self, out: &mut dyn Write) -> io::Result<()> {
        loop {
            let block = self.reader.fill_buf()?;
            if block.is_empty() {
                return Ok(());
            }
            out.write_all(block)?;
            let length = block.len();
            self.reader.consume(length);
        }
    }

    fn each_block(&mut self, mut lines: u64, visit: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        while lines > 0 {
            let block = self.reader.fill_buf()?;
            if block.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let length = scan(block, self.has_quotes, &mut self.in_quotes, &mut lines);
            visit(&block[..length])?;
            self.reader.consume(length);
        }
        Ok(())
    }
}

/// Returns the length of the block up to the end of the last of these lines, and subtracts the lines found.
fn scan(block: &[u8], has_quotes: bool, in_quotes: &mut bool, lines: &mut u64) -> usize {
    /// Bytes whose line ends are counted at once: the compiler does this with vector instructions.
    const STEP: usize = 4096;
    let mut position = 0;
    while position < block.len() && *lines > 0 {
        let step = &block[position..block.len().min(position + STEP)];
        #[expect(clippy::naive_bytecount, reason = "fast enough, and no dependency")]
        let ends = step.iter().filter(|byte| **byte == b'\n').count() as u64;
        let is_quoted = has_quotes && (*in_quotes || step.contains(&b'"'));
        if !is_quoted && ends < *lines {
            *lines -= ends;
            position += step.len();
            continue;
        }
        for byte in step {
            position += 1;
            match byte {
                // Within quotes, a quote is written twice.
                b'"' if has_quotes => *in_quotes = !*in_quotes,
                b'\n' if !*in_quotes => {
                    *lines -= 1;
                    if *lines == 0 {
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    position
}

/// Copies the lines of an input that are not superseded. A complete file with a header has one line more, which is
/// skipped.
pub(super) fn copy(input: &Input<'_>, has_header: bool, has_quotes: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Lines::new(input.reader()?, has_quotes);
    if has_header && input.is_complete {
        lines.skip(1)?;
    }
    let mut row = 0;
    while let Some(superseded) = input.first_superseded(row..input.rows) {
        lines.copy(superseded - row, out)?;
        lines.skip(1)?;
        row = superseded + 1;
    }
    lines.copy_rest(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_within_quotes_belongs_to_the_record() {
        let long = "x".repeat(10_000);
        let records = [format!("a,\"b\nc\"\"\n\",{long}\n"), format!("{long},{long}\n"), "1,\"\n\"\n".to_owned()];
        let text = records.concat();
        for skipped in 0..3 {
            let (mut lines, mut out) = (Lines::new(text.as_bytes(), true), Vec::new());
            lines.copy(skipped, &mut out).unwrap();
            lines.skip(1).unwrap();
            lines.copy_rest(&mut out).unwrap();
            let expected: String = (0..3)
                .filter(|number| *number != skipped)
                .map(|n| records[usize::try_from(n).unwrap()].as_str())
                .collect();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
        let error = Lines::new(text.as_bytes(), true).skip(4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_quote_in_json_does_not_hide_a_line_end() {
        let (mut lines, mut out) = (Lines::new("{\"a\":\"\\\"\"}\n{}\n".as_bytes(), false), Vec::new());
        lines.skip(1).unwrap();
        lines.copy(1, &mut out).unwrap();
        assert_eq!(out, b"{}\n");
    }
}
