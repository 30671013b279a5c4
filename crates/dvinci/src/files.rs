//! Conversion of files between bytes and base64 in JSON.

use std::fmt;

use base64::{
    DecodeError, Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::types::{Attachment, AttachmentCreate, AttachmentPdf, OnboardingAttachment, Photo, PhotoCreate};

/// Encodes with padding, decodes with or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Error of a response without a file that can be decoded.
#[derive(Clone, Debug)]
pub struct ContentError(Option<DecodeError>);

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Some(_) => "the file in the response is not base64",
            None => "the response contains no file",
        })
    }
}

impl std::error::Error for ContentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.as_ref().map(|cause| cause as _)
    }
}

macro_rules! decode_content {
    ($($file:ident)*) => {$(
        impl $file {
            /// Returns the bytes of the file, decoded from `content_as_base64`.
            ///
            /// # Errors
            ///
            /// If the response contains no file or invalid base64.
            pub fn content(&self) -> Result<Vec<u8>, ContentError> {
                decode(self.content_as_base64.as_deref())
            }
        }
    )*};
}

macro_rules! encode_content {
    ($($file:ident)*) => {$(
        impl $file {
            /// Creates a file with this name from its bytes. `new` takes base64 instead.
            pub fn from_content(filename: impl Into<String>, content: impl AsRef<[u8]>) -> Self {
                Self::new(filename, BASE64.encode(content))
            }
        }
    )*};
}

decode_content!(Attachment AttachmentPdf OnboardingAttachment Photo);
encode_content!(AttachmentCreate PhotoCreate);

/// Decodes base64 and ignores line breaks within it.
fn decode(text: Option<&str>) -> Result<Vec<u8>, ContentError> {
    let text = text.ok_or(ContentError(None))?;
    let decoded = if text.contains(|c: char| c.is_ascii_whitespace()) {
        BASE64.decode(text.split_ascii_whitespace().collect::<String>())
    } else {
        BASE64.decode(text)
    };
    decoded.map_err(|cause| ContentError(Some(cause)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_decoded_with_and_without_padding_and_from_several_lines() {
        for text in ["JVBERi0=", "JVBERi0", "JVBE\r\nRi0=\r\n"] {
            assert_eq!(decode(Some(text)).unwrap(), b"%PDF-", "{text:?}");
        }
        assert_eq!(decode(Some("")).unwrap(), b"");
        assert_eq!(decode(Some("J*")).unwrap_err().to_string(), "the file in the response is not base64");
        assert_eq!(decode(None).unwrap_err().to_string(), "the response contains no file");
    }

    #[test]
    fn content_from_bytes_is_encoded_as_padded_base64() {
        let file = AttachmentCreate::from_content("cv.pdf", b"%PDF-").description("CV");
        assert_eq!((file.filename.as_str(), file.content_as_base64.as_str()), ("cv.pdf", "JVBERi0="));
        assert_eq!(PhotoCreate::from_content("me.png", [0xff, 0xfb]).content_as_base64, "//s=");
    }
}
