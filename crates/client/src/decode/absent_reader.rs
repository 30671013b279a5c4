//! The reader that reads `null` in place of JSON that could not be decoded.

use serde_json::Value as Json;

use super::{
    error::Expected,
    lenient::Scalar,
    reader::{ElementDecoder, ErasedReader, Failed, WireStruct},
};
use crate::wire_form::{FormRecorder, WireForm};

/// Reader of `null` in place of JSON that could not be decoded.
pub(super) struct AbsentReader<'a> {
    pub(super) undecoded: &'a Json,
}

impl AbsentReader<'_> {
    fn null(form: &mut FormRecorder) {
        form.set(WireForm::Null);
    }
}

impl<'de> ErasedReader<'de> for AbsentReader<'_> {
    fn scalar(&mut self, scalar: &mut dyn Scalar<'de>) -> Result<(), Failed> {
        scalar.null();
        Ok(())
    }

    fn json(&mut self, form: &mut FormRecorder) -> Result<Option<Json>, Failed> {
        Self::null(form);
        Ok(None)
    }

    fn wire_struct(&mut self, _: &mut dyn WireStruct, form: &mut FormRecorder) -> Result<bool, Failed> {
        Self::null(form);
        Ok(false)
    }

    fn list(&mut self, _: ElementDecoder<'_, 'de>, form: &mut FormRecorder) -> Result<bool, Failed> {
        Self::null(form);
        Ok(false)
    }

    fn map(&mut self, _: ElementDecoder<'_, 'de>, form: &mut FormRecorder) -> Result<bool, Failed> {
        Self::null(form);
        Ok(false)
    }

    fn json_text(
        &mut self,
        _: &str,
        decode: &mut dyn for<'t> FnMut(&mut dyn ErasedReader<'t>) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        decode(self)
    }

    fn fail(&mut self, _: Expected) -> Failed {
        Failed
    }

    fn undecoded(&self) -> Option<&Json> {
        Some(self.undecoded)
    }
}
