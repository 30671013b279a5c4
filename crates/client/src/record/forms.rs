//! How the values of a record were written, where they are not written so here.

use serde_json::Value as Json;

/// The form in which a value came. [`Value::other`](super::Value::other) says what the last two are for its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As it is written here; or it did not come at all.
    #[default]
    Plain,
    /// `null`.
    Null,
    /// The empty text, list or object.
    Empty,
    /// A form that none of these words is for; the JSON is kept.
    Kept,
    /// Another kind of number: `5.0` for an integer, `1` for `true`, a number for a text.
    Other,
    /// The value's text, where it is no text.
    Text,
}

impl Form {
    /// Indexed by the numbers that [`Forms`] stores.
    const ALL: [Self; 6] = [Self::Plain, Self::Null, Self::Empty, Self::Kept, Self::Other, Self::Text];
    /// The width of such a number.
    const BITS: usize = 4;
    const IN_WORD: usize = u64::BITS as usize / Self::BITS;
}

/// What reading a value notes about its form.
#[derive(Debug, Default)]
pub struct Note {
    form: Form,
    json: Json,
}

impl Note {
    /// Whether the value came as it is written here.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.form == Form::Plain
    }

    pub(crate) fn set(&mut self, form: Form) {
        self.form = form;
    }

    /// Keeps the JSON itself, for a form that has no name.
    #[cold]
    pub(crate) fn keep(&mut self, json: impl Into<Json>) {
        self.form = Form::Kept;
        self.json = json.into();
    }

    pub(crate) fn seen(&self) -> Seen<'_> {
        Seen { form: self.form, kept: (self.form == Form::Kept).then_some(&self.json) }
    }
}

/// The form of one value, as it was noted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<'a> {
    pub(crate) form: Form,
    pub(crate) kept: Option<&'a Json>,
}

/// The forms of a record's fields, sixteen of them in a word: only those that are not plain take more than that, and
/// only those that have no name take memory of their own.
///
/// They are no part of what the record says: all are equal.
#[derive(Clone)]
pub struct Forms<const WORDS: usize> {
    words: [u64; WORDS],
    kept: Option<Box<Kept>>,
}

/// The JSON of the fields that came in a form without a name.
type Kept = Vec<(usize, Json)>;

impl<const WORDS: usize> Forms<WORDS> {
    /// Stores what was noted of a field.
    #[cold]
    pub fn set(&mut self, index: usize, note: &mut Note) {
        let shift = index % Form::IN_WORD * Form::BITS;
        let word = &mut self.words[index / Form::IN_WORD];
        *word = *word & !(0xf << shift) | (note.form as u64) << shift;
        if note.form == Form::Kept {
            self.kept.get_or_insert_default().push((index, note.json.take()));
        }
        note.form = Form::Plain;
    }

    /// What was noted of a field.
    #[must_use]
    pub fn get(&self, index: usize) -> Seen<'_> {
        let code = self.words[index / Form::IN_WORD] >> (index % Form::IN_WORD * Form::BITS) & 0xf;
        let form = usize::try_from(code).map_or(Form::Plain, |code| Form::ALL[code]);
        let kept = self.kept.iter().flat_map(|kept| kept.iter()).rfind(|(at, _)| form == Form::Kept && *at == index);
        Seen { form, kept: kept.map(|(_, json)| json) }
    }
}

impl<const WORDS: usize> Default for Forms<WORDS> {
    fn default() -> Self {
        Self { words: [0; WORDS], kept: None }
    }
}

impl<const WORDS: usize> PartialEq for Forms<WORDS> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
