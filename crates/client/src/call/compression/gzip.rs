//! Incremental decompression of a gzip body, limited in size.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

/// Decompressor of a body that arrives in chunks.
pub(in crate::call) struct GzipDecoder(MultiGzDecoder<LimitedBuffer>);

/// Reason why a body cannot be decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::call) enum GzipError {
    /// The decompressed body is larger than the limit.
    TooLarge,
    /// The body is not gzip, is damaged, or ends early.
    Damaged,
}

/// A buffer that takes at most `limit` bytes.
struct LimitedBuffer {
    bytes: Vec<u8>,
    limit: usize,
    is_full: bool,
}

impl GzipDecoder {
    /// Creates a decompressor that writes at most `limit` bytes into `buffer`, which is cleared.
    pub(in crate::call) fn new(mut buffer: Vec<u8>, limit: u64) -> Self {
        buffer.clear();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Self(MultiGzDecoder::new(LimitedBuffer { bytes: buffer, limit, is_full: false }))
    }

    /// Decompresses the next chunk. After an error, only [`into_partial`](Self::into_partial) may be called.
    pub(in crate::call) fn write(&mut self, chunk: &[u8]) -> Result<(), GzipError> {
        self.0.write_all(chunk).map_err(|_| self.error())
    }

    /// Returns the decompressed body, if it is complete.
    pub(in crate::call) fn finish(mut self) -> Result<Vec<u8>, GzipError> {
        self.0.try_finish().map_err(|_| self.error())?;
        Ok(std::mem::take(&mut self.0.get_mut().bytes))
    }

    /// Returns the bytes that can be decompressed, at most `limit`.
    pub(in crate::call) fn into_partial(mut self) -> Vec<u8> {
        // Decompressed bytes may still be in the decoder.
        let _ = self.0.try_finish();
        std::mem::take(&mut self.0.get_mut().bytes)
    }

    fn error(&self) -> GzipError {
        if self.0.get_ref().is_full { GzipError::TooLarge } else { GzipError::Damaged }
    }
}

impl Write for LimitedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let free = self.limit - self.bytes.len();
        let taken = bytes.len().min(free);
        self.bytes.extend_from_slice(&bytes[..taken]);
        if taken < bytes.len() {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn decode(body: &[u8], piece: usize, limit: u64) -> Result<Vec<u8>, GzipError> {
        let mut decoder = GzipDecoder::new(b"rest of another body".to_vec(), limit);
        for chunk in body.chunks(piece) {
            decoder.write(chunk)?;
        }
        decoder.finish()
    }

    #[test]
    fn a_body_of_several_members_is_decompressed_from_any_pieces() {
        let body = [gzip(b"first "), gzip(&b"second ".repeat(1000)), gzip(b"")].concat();
        for piece in [1, 7, 100_000] {
            assert_eq!(decode(&body, piece, 7006), Ok([&b"first "[..], &b"second ".repeat(1000)].concat()));
            assert_eq!(decode(&body, piece, 7005), Err(GzipError::TooLarge));
        }
    }

    #[test]
    fn a_damaged_or_shortened_body_is_an_error() {
        let body = gzip(&b"0123456789abcdef".repeat(100));
        for length in 1..body.len() {
            assert_eq!(decode(&body[..length], 5, 10_000), Err(GzipError::Damaged), "{length} bytes");
        }
        let mut damaged = body.clone();
        let last = damaged.len() - 6;
        damaged[last] ^= 1;
        assert_eq!(decode(&damaged, 5, 10_000), Err(GzipError::Damaged));
        assert_eq!(decode(b"{\"not\": \"gzip\"}", 5, 10_000), Err(GzipError::Damaged));
        assert_eq!(decode(&[&body[..], b"\n"].concat(), 1000, 10_000), Err(GzipError::Damaged));
    }

    #[test]
    fn the_bytes_before_an_error_are_available() {
        let body = gzip(&b"x".repeat(1000));
        let mut decoder = GzipDecoder::new(Vec::new(), 10);
        let _ = decoder.write(&body);
        assert_eq!(decoder.into_partial(), b"xxxxxxxxxx");
        let mut decoder = GzipDecoder::new(Vec::new(), 10_000);
        decoder.write(&body[..body.len() - 8]).unwrap();
        assert_eq!(decoder.into_partial(), b"x".repeat(1000));
    }
}
