//! The reader that replaces values of an unexpected type by absent ones.
//!
//! A response is decoded by the strict reader first. Only if it fails, the response is decoded again by this reader, so
//! that a response without mismatches has no cost for them.

use serde::{
    Deserialize as _,
    de::{DeserializeSeed as _, IgnoredAny},
};
use serde_json::Value as Json;

use super::{
    absent_reader::AbsentReader,
    any_json::{AnyJson, allocate, allocate_element, allocate_member},
    error::{DecodeError, DecodeTrace, Expected, Problem},
    lenient::Scalar,
    mismatch::Mismatches,
    path::Path,
    reader::{ElementDecoder, ErasedReader, Failed, WireStruct},
    serde_reader::{find, from_text},
    slices::Slices,
};
use crate::wire_form::{FormRecorder, WireForm};

/// Maximum depth of structs, lists and maps in which values are replaced, to bound the stack. Deeper values are replaced
/// as a whole.
const MAX_DEPTH: usize = 64;

/// Decodes one value with a reader.
type Decode<'f, 'de> = &'f mut dyn FnMut(&mut dyn ErasedReader<'de>) -> Result<(), Failed>;

/// Decodes a text into values of at most `max_bytes`, and replaces values of an unexpected type by absent ones.
///
/// # Errors
///
/// Fails if the text is not JSON, if a value that must be present has an unexpected type, or if the limit is exceeded.
#[cold]
pub(super) fn recover<'de>(
    text: &'de str,
    requirement: Requirement,
    max_bytes: u64,
    decode: Decode<'_, 'de>,
) -> Result<Mismatches, DecodeError> {
    validate(text).map_err(|problem| DecodeError { path: String::new(), problem })?;
    let mut run =
        Run { mismatches: Mismatches::default(), failure: None, fatal: false, requirement, remaining: max_bytes };
    let decoded = decode(&mut RecoveringReader { text: text.trim(), path: &Path::Root, run: &mut run });
    let unknown = || DecodeError { path: String::new(), problem: Problem::Expected(Expected::Value) };
    decoded.map_err(|Failed| run.failure.unwrap_or_else(unknown)).map(|()| run.mismatches)
}

/// Checks that a text is JSON. The strict reader has read it up to the first value of an unexpected type only.
fn validate(text: &str) -> Result<(), Problem> {
    let mut json = serde_json::Deserializer::from_str(text);
    IgnoredAny::deserialize(&mut json).map_err(|error| Problem::of_syntax(&error).unwrap_or(Problem::TrailingText))?;
    json.end().map_err(|_| Problem::TrailingText)
}

/// Treatment of required and strict fields with a value of an unexpected type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Requirement {
    /// A struct without a required field cannot be decoded, and a strict field fails the response.
    Enforced,
    /// Required and strict fields of the outermost struct stay empty, and retain their JSON.
    Waived,
}

/// State of one decoding run.
struct Run {
    mismatches: Mismatches,
    /// Failure that is being returned to the next value that can be absent.
    failure: Option<DecodeError>,
    /// The failure belongs to the whole response.
    fatal: bool,
    requirement: Requirement,
    /// Bytes that further values may occupy.
    remaining: u64,
}

impl Run {
    /// Records a failure, unless a nested value has recorded one.
    fn fail(&mut self, failure: DecodeError) -> Failed {
        self.failure.get_or_insert(failure);
        Failed
    }

    /// Runs one step within the remaining memory. A failed step does not count, because its memory is freed.
    fn within_limit<T, E>(
        &mut self,
        step: impl FnOnce(&mut DecodeTrace) -> Result<T, E>,
    ) -> Result<T, (E, DecodeTrace)> {
        let mut trace = DecodeTrace::limited(self.remaining);
        let result = step(&mut trace);
        if trace.is_exceeded() {
            self.fatal = true;
            self.failure = Some(DecodeError { path: String::new(), problem: Problem::TooLarge });
        }
        match result {
            Ok(value) => {
                self.remaining = trace.remaining();
                Ok(value)
            }
            Err(error) => Err((error, trace)),
        }
    }

    /// Decodes any JSON.
    fn any_json(&mut self, text: &str) -> Result<Json, Failed> {
        let json = self
            .within_limit(|trace| AnyJson::<true>(trace).deserialize(&mut serde_json::Deserializer::from_str(text)));
        json.map_err(|_| Failed)
    }

    /// Counts the memory of a value.
    fn allocate(
        &mut self,
        count: impl FnOnce(&mut DecodeTrace) -> Result<(), serde_json::Error>,
    ) -> Result<(), Failed> {
        self.within_limit(count).map_err(|_| Failed)
    }
}

/// The [`ErasedReader`] of a slice of a text.
struct RecoveringReader<'r, 'de> {
    text: &'de str,
    path: &'r Path<'r>,
    run: &'r mut Run,
}

impl<'de> RecoveringReader<'_, 'de> {
    /// Decodes the value with the strict reader.
    fn strict(&mut self, decode: Decode<'_, 'de>) -> Result<(), Failed> {
        let decoded = self.run.within_limit(|trace| from_text(self.text, trace, decode));
        decoded.map_err(|(problem, trace)| self.problem(trace.into_error(problem).problem))
    }

    /// Records a problem of this value.
    fn problem(&mut self, problem: Problem) -> Failed {
        self.run.fail(DecodeError { path: self.path.to_string(), problem })
    }

    /// Returns the values of a container; `None` for `null`.
    fn open(
        &mut self,
        bracket: char,
        expected: Expected,
        form: &mut FormRecorder,
    ) -> Result<Option<Slices<'de>>, Failed> {
        if self.text.starts_with(bracket) && self.path.depth() < MAX_DEPTH {
            return Ok(Some(Slices::of(self.text)));
        }
        if self.text == "null" {
            form.set(WireForm::Null);
            return Ok(None);
        }
        Err(self.fail(expected))
    }

    /// Decodes a value within this one. `decode` may be called twice.
    fn nested(&mut self, text: &'de str, path: &Path<'_>, decode: Decode<'_, 'de>) -> Result<(), Failed> {
        // Most values match, and the strict reader is faster.
        if self.run.within_limit(|trace| from_text(text, trace, decode)).is_ok() {
            return Ok(());
        }
        if self.run.fatal {
            return Err(Failed);
        }
        decode(&mut RecoveringReader { text: text.trim(), path, run: self.run })
    }

    /// Decodes `null` in place of a value within this one, and returns the value's JSON.
    fn replace(&mut self, text: &str, decode: Decode<'_, 'de>) -> Result<Json, Failed> {
        if self.run.fatal {
            return Err(Failed);
        }
        // Fails for numbers that no `f64` represents and for deep nesting, which cannot be retained.
        let Ok(undecoded) = self.run.any_json(text) else {
            self.run.fatal = true;
            return Err(Failed);
        };
        decode(&mut AbsentReader { undecoded: &undecoded })?;
        Ok(undecoded)
    }

    /// Decodes an element of a list or a member of a map, or leaves it out.
    fn element(
        &mut self,
        key: &str,
        text: &'de str,
        path: &Path<'_>,
        element: ElementDecoder<'_, 'de>,
    ) -> Result<(), Failed> {
        let mut decode = |reader: &mut dyn ErasedReader<'de>| element(key, reader);
        if self.nested(text, path, &mut decode).is_ok() {
            return Ok(());
        }
        let undecoded = self.replace(text, &mut decode)?;
        let failure = self.run.failure.take().ok_or(Failed)?;
        let is_row = matches!(path, Path::Index(list, _) if list.is_listing());
        if !self.run.mismatches.left_out(&failure, undecoded, is_row) {
            self.run.fatal = true;
            return Err(self.run.fail(failure));
        }
        Ok(())
    }

    /// Decodes a field, or leaves it absent.
    fn field(
        &mut self,
        target: &mut dyn WireStruct,
        index: usize,
        text: &'de str,
        path: &Path<'_>,
    ) -> Result<(), Failed> {
        let mut form = FormRecorder::default();
        let mut decode = |reader: &mut dyn ErasedReader<'de>| {
            form = FormRecorder::default();
            target.decode_field(index, reader, &mut form)
        };
        if self.nested(text, path, &mut decode).is_err() {
            let waived = self.run.requirement == Requirement::Waived && matches!(self.path, Path::Root);
            let strict = index < 64 && target.strict_fields() >> index & 1 == 1;
            if strict && self.path.is_response_or_row() && !waived {
                self.run.fatal = true;
            }
            let mut decode = |reader: &mut dyn ErasedReader<'de>| target.decode_field(index, reader, &mut form);
            match self.replace(text, &mut decode) {
                Ok(undecoded) => form.retain_undecoded(undecoded),
                Err(Failed) if waived && !self.run.fatal => {
                    form.retain_undecoded_required(serde_json::from_str(text).unwrap_or_default());
                }
                Err(Failed) => return Err(Failed),
            }
            let failure = self.run.failure.take().ok_or(Failed)?;
            self.run.mismatches.absent(&failure);
        }
        if !form.is_canonical() {
            target.record_form(index, &mut form);
        }
        Ok(())
    }
}

impl<'de> ErasedReader<'de> for RecoveringReader<'_, 'de> {
    fn scalar(&mut self, scalar: &mut dyn Scalar<'de>) -> Result<(), Failed> {
        self.strict(&mut |reader| reader.scalar(scalar))
    }

    fn json(&mut self, form: &mut FormRecorder) -> Result<Option<Json>, Failed> {
        let mut json = None;
        self.strict(&mut |reader| {
            json = reader.json(form)?;
            Ok(())
        })?;
        Ok(json)
    }

    fn wire_struct(&mut self, target: &mut dyn WireStruct, form: &mut FormRecorder) -> Result<bool, Failed> {
        let Some(mut members) = self.open('{', Expected::Object, form)? else { return Ok(false) };
        let size = size_of_val(target);
        self.run.allocate(|trace| allocate(trace, size))?;
        let names = target.field_names();
        let mut missing = target.required_fields();
        let mut next = 0;
        while let Some((key, text)) = members.member() {
            let Some(key) = key else { return Err(self.fail(Expected::Object)) };
            let path = Path::Key(self.path, &key);
            match find(names, &key, &mut next) {
                Some(index) => {
                    missing &= !(1 << (index % 64));
                    self.field(target, index, text, &path)?;
                }
                None => {
                    if let Some(extra) = target.extra_mut() {
                        self.run.allocate(|trace| allocate_member(trace, extra.len()))?;
                        let json = self.run.any_json(text);
                        extra.insert(key.to_string(), json.map_err(|Failed| self.fail(Expected::Value))?);
                    }
                }
            }
        }
        if missing != 0 && (self.run.requirement == Requirement::Enforced || !matches!(self.path, Path::Root)) {
            return Err(self.problem(Problem::MissingField(names[missing.trailing_zeros() as usize])));
        }
        Ok(true)
    }

    fn list(&mut self, element: ElementDecoder<'_, 'de>, form: &mut FormRecorder) -> Result<bool, Failed> {
        let Some(mut elements) = self.open('[', Expected::List, form)? else { return Ok(false) };
        let mut index = 0;
        while let Some(text) = elements.element() {
            self.run.allocate(allocate_element)?;
            self.element("", text, &Path::Index(self.path, index), element)?;
            index += 1;
        }
        Ok(true)
    }

    fn map(&mut self, member: ElementDecoder<'_, 'de>, form: &mut FormRecorder) -> Result<bool, Failed> {
        let Some(mut members) = self.open('{', Expected::Object, form)? else { return Ok(false) };
        let mut count = 0;
        while let Some((key, text)) = members.member() {
            let Some(key) = key else { return Err(self.fail(Expected::Object)) };
            self.run.allocate(|trace| allocate_member(trace, count))?;
            count += 1;
            self.element(&key, text, &Path::Key(self.path, &key), member)?;
        }
        Ok(true)
    }

    fn json_text(
        &mut self,
        text: &str,
        decode: &mut dyn for<'t> FnMut(&mut dyn ErasedReader<'t>) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        let mut trace = DecodeTrace::default();
        from_text(text, &mut trace, decode).map_err(|problem| {
            if problem.is_some() {
                return self.fail(Expected::JsonText);
            }
            let DecodeError { path, problem } = trace.into_error(None);
            self.run.fail(DecodeError { path: format!("{}.{path}", self.path), problem })
        })
    }

    fn fail(&mut self, expected: Expected) -> Failed {
        self.problem(Problem::Expected(expected))
    }
}
