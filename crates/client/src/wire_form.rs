//! Forms in which values were received, recorded so that an unchanged value is sent back as received.

use std::borrow::Cow;

use serde_json::Value as Json;

/// Form in which a value was received.
///
/// [`WireValue::original`](crate::decode::WireValue::original) restores the JSON of a recorded form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WireForm {
    /// The form in which this crate encodes the value; also the form of an absent field.
    #[default]
    Canonical,
    /// `null`.
    Null,
    /// The empty string, array or object.
    Empty,
    /// Any form not listed here; its JSON is retained.
    Raw,
    /// The alternate form that the type defines: `5.0` for an integer, `1` for `true`, an integer for a string.
    Alternate,
    /// The canonical text of a non-string value, in a string: `"5"` for 5.
    Text,
    /// A value that could not be decoded and has become absent; its JSON is retained.
    Undecoded,
    /// A value of a required field that could not be decoded; the field is empty, and the JSON is retained.
    UndecodedRequired,
    /// A list or map of structs, some of whose elements could not be decoded. The retained JSON has these elements, and
    /// `null` in the place of each decoded element.
    Gaps,
}

impl WireForm {
    /// All forms, indexed by the codes that [`WireForms`] stores.
    const ALL: [Self; 9] = [
        Self::Canonical,
        Self::Null,
        Self::Empty,
        Self::Raw,
        Self::Alternate,
        Self::Text,
        Self::Undecoded,
        Self::UndecodedRequired,
        Self::Gaps,
    ];
    /// Width of a code, in bits.
    const BITS: usize = 4;
    /// Number of codes in one word of [`WireForms`].
    const PER_WORD: usize = u64::BITS as usize / Self::BITS;

    /// Returns `true` if JSON is retained for the form.
    const fn has_json(self) -> bool {
        matches!(self, Self::Raw | Self::Undecoded | Self::UndecodedRequired | Self::Gaps)
    }
}

/// Records the form of the value that is being decoded.
#[derive(Debug, Default)]
pub struct FormRecorder {
    form: WireForm,
    raw: Json,
}

impl FormRecorder {
    /// Returns `true` if the value was received in its canonical form.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        self.form == WireForm::Canonical
    }

    /// Records a form without retained JSON.
    pub(crate) fn set(&mut self, form: WireForm) {
        self.form = form;
    }

    /// Records [`WireForm::Raw`] and retains the JSON.
    #[cold]
    pub(crate) fn retain(&mut self, json: impl Into<Json>) {
        self.form = WireForm::Raw;
        self.raw = json.into();
    }

    /// Records [`WireForm::Undecoded`] and retains the JSON.
    #[cold]
    pub(crate) fn retain_undecoded(&mut self, json: Json) {
        self.form = WireForm::Undecoded;
        self.raw = json;
    }

    /// Records [`WireForm::UndecodedRequired`] and retains the JSON.
    #[cold]
    pub(crate) fn retain_undecoded_required(&mut self, json: Json) {
        self.form = WireForm::UndecodedRequired;
        self.raw = json;
    }

    /// Records [`WireForm::Gaps`] and retains the elements that could not be decoded.
    #[cold]
    pub(crate) fn retain_gaps(&mut self, json: impl Into<Json>) {
        self.form = WireForm::Gaps;
        self.raw = json.into();
    }

    /// Returns the recorded form.
    pub(crate) fn original(&self) -> OriginalForm<'_> {
        OriginalForm { form: self.form, raw: self.form.has_json().then_some(&self.raw) }
    }
}

/// Recorded form of one value.
#[derive(Clone, Copy, Debug, Default)]
pub struct OriginalForm<'a> {
    pub(crate) form: WireForm,
    /// The retained JSON, if the form has one.
    pub(crate) raw: Option<&'a Json>,
}

impl<'a> OriginalForm<'a> {
    /// Returns the JSON of this form; `in_form` builds it for [`WireForm::Empty`], [`WireForm::Alternate`] and
    /// [`WireForm::Text`].
    pub(crate) fn json(self, in_form: impl FnOnce(WireForm) -> Option<Json>) -> Option<Cow<'a, Json>> {
        match (self.form, self.raw) {
            (WireForm::Canonical | WireForm::Gaps, _) => None,
            (WireForm::Null, _) => Some(Cow::Owned(Json::Null)),
            (_, Some(raw)) => Some(Cow::Borrowed(raw)),
            (form, None) => in_form(form).map(Cow::Owned),
        }
    }

    /// Returns the retained JSON of [`WireForm::Undecoded`].
    pub(crate) fn undecoded(self) -> Option<&'a Json> {
        self.raw.filter(|_| self.form == WireForm::Undecoded)
    }

    /// Returns `true` for [`WireForm::UndecodedRequired`]: an empty value is written as received.
    pub(crate) fn is_undecoded_required(self) -> bool {
        self.form == WireForm::UndecodedRequired
    }

    /// Returns the retained JSON of [`WireForm::Gaps`].
    pub(crate) fn gaps(self) -> Option<&'a Json> {
        self.raw.filter(|_| self.form == WireForm::Gaps)
    }
}

/// Returns the number of words that store the forms of this many fields.
#[must_use]
pub const fn words(fields: usize) -> usize {
    fields.div_ceil(WireForm::PER_WORD)
}

/// Recorded forms of all fields of a struct, sixteen per word.
///
/// Only retained JSON allocates. Forms do not take part in comparisons: any two `WireForms` are equal.
#[derive(Clone)]
pub struct WireForms<const WORDS: usize> {
    words: [u64; WORDS],
    raw: Option<Box<RawFields>>,
}

/// Retained JSON by field index.
type RawFields = Vec<(usize, Json)>;

impl<const WORDS: usize> WireForms<WORDS> {
    /// Moves the recorded form of a field out of the recorder.
    #[cold]
    pub fn set(&mut self, index: usize, form: &mut FormRecorder) {
        let shift = index % WireForm::PER_WORD * WireForm::BITS;
        let word = &mut self.words[index / WireForm::PER_WORD];
        *word = *word & !(0xf << shift) | (form.form as u64) << shift;
        if form.form.has_json() {
            self.raw.get_or_insert_default().push((index, form.raw.take()));
        }
        form.form = WireForm::Canonical;
    }

    /// Returns the recorded form of a field.
    #[must_use]
    pub fn get(&self, index: usize) -> OriginalForm<'_> {
        let code = self.words[index / WireForm::PER_WORD] >> (index % WireForm::PER_WORD * WireForm::BITS) & 0xf;
        let form = usize::try_from(code).map_or(WireForm::Canonical, |code| WireForm::ALL[code]);
        let raw = self.raw.iter().flat_map(|raw| raw.iter()).rfind(|(at, _)| form.has_json() && *at == index);
        OriginalForm { form, raw: raw.map(|(_, json)| json) }
    }
}

impl<const WORDS: usize> Default for WireForms<WORDS> {
    fn default() -> Self {
        Self { words: [0; WORDS], raw: None }
    }
}

impl<const WORDS: usize> PartialEq for WireForms<WORDS> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
