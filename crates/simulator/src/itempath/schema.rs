//! The words in which resources are described: fields, their types, and what may be done with them.

use super::rules::Rules;

/// The type of a field, as it is read from bodies and stored.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Text of so many characters at most; 0 for any length.
    Text(usize),
    /// An integer, given as a number or in digits.
    Integer,
    /// One of these integers.
    Choice(&'static [i64]),
    /// An integer from 0 to 100.
    Percent,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A direction: an integer, the same in digits, or a word such as `pick`.
    Direction,
    /// A number that is always written with a fraction.
    Float,
    /// 0 or 1, also given as a boolean.
    Flag,
    /// A boolean, also given as 0 or 1.
    Bool,
    /// A date or a time without zone, in any of the shortened forms.
    Date,
    /// The time of a write: always six digits of fraction.
    Stamp,
    /// The id of a row of that table; of nothing that could be checked when empty.
    Id(&'static str),
    /// A list of texts.
    Texts,
    /// A list of rows of that table, each by `name` or `id`; the list may itself come as JSON in a string.
    Refs(&'static str),
    /// A list of objects that the rules look into.
    Objects,
    /// Whatever it is.
    Any,
}

/// What happens to a field in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It is passed over.
    Read,
    /// It is kept.
    Both,
    /// It is for the rules only.
    Write,
}

/// What a field is when nothing was said.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    Null,
    Integer(i64),
    Float(f64),
    Bool(bool),
    Text(&'static str),
    List,
    Now,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) access: Access,
    pub(super) required: bool,
    /// No two rows of the table may share it.
    pub(super) unique: bool,
    pub(super) nullable: bool,
    pub(super) start: Start,
}

pub(super) const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, access: Access::Both, required: false, unique: false, nullable: true, start: Start::Null }
}

/// A field that bodies cannot set.
pub(super) const fn shown(name: &'static str, kind: Kind) -> Field {
    Field { access: Access::Read, ..field(name, kind) }
}

/// A field that bodies may have and answers have not.
pub(super) const fn input(name: &'static str, kind: Kind) -> Field {
    Field { access: Access::Write, ..field(name, kind) }
}

impl Field {
    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self.nullable = false;
        self
    }

    pub(super) const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    pub(super) const fn or(mut self, start: Start) -> Self {
        self.start = start;
        self.nullable = false;
        self
    }
}

/// The calls that a resource has beside list and show.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Calls {
    pub(super) create: bool,
    pub(super) update: bool,
    pub(super) delete: bool,
}

impl Calls {
    pub(super) const READ: Self = Self { create: false, update: false, delete: false };
    pub(super) const UPDATE: Self = Self { update: true, ..Self::READ };
    pub(super) const CREATE: Self = Self { create: true, ..Self::READ };
    pub(super) const ALL: Self = Self { create: true, update: true, delete: true };
}

/// The forms in which single objects leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Envelope {
    /// Under the singular name.
    Named,
    /// The answer to a create has a list of one under the singular name.
    ListOnCreate,
    /// The object by itself, with one member under another name.
    Bare { renamed: (&'static str, &'static str) },
}

/// A resource: where it is, what it consists of, what can be done with it.
#[derive(Debug)]
pub(super) struct Resource {
    /// The path segment, which is also the name of the table.
    pub(super) path: &'static str,
    /// A second, older segment under which single rows are found.
    pub(super) old_path: Option<&'static str>,
    /// The key of single objects.
    pub(super) one: &'static str,
    /// The key of lists.
    pub(super) many: &'static str,
    /// For people.
    pub(super) title: &'static str,
    pub(super) fields: &'static [Field],
    pub(super) calls: Calls,
    pub(super) envelope: Envelope,
    /// Rows of `ItemPath` itself: integer ids, and writes that show at once.
    pub(super) own: bool,
    /// Whether keys that are not described are the customer's own fields.
    pub(super) dynamic: bool,
    /// The field by which rows are found quickly.
    pub(super) parent: &'static str,
    /// Whether rows are stored without what is null: history, which grows with everything that is done.
    pub(super) sparse: bool,
    pub(super) rules: Rules,
}

impl Resource {
    /// A resource that can be read, its lists under the name of its path.
    pub(super) const fn new(
        path: &'static str,
        one: &'static str,
        title: &'static str,
        fields: &'static [Field],
    ) -> Self {
        Self {
            path,
            old_path: None,
            one,
            many: path,
            title,
            fields,
            calls: Calls::READ,
            envelope: Envelope::Named,
            own: false,
            dynamic: false,
            parent: "",
            sparse: false,
            rules: Rules::NONE,
        }
    }

    pub(super) const fn calls(mut self, calls: Calls) -> Self {
        self.calls = calls;
        self
    }

    pub(super) const fn rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    pub(super) const fn many(mut self, key: &'static str) -> Self {
        self.many = key;
        self
    }

    pub(super) const fn envelope(mut self, envelope: Envelope) -> Self {
        self.envelope = envelope;
        self
    }

    pub(super) const fn old_path(mut self, path: &'static str) -> Self {
        self.old_path = Some(path);
        self
    }

    pub(super) const fn own(mut self) -> Self {
        self.own = true;
        self
    }

    pub(super) const fn dynamic(mut self) -> Self {
        self.dynamic = true;
        self
    }

    pub(super) const fn parent(mut self, field: &'static str) -> Self {
        self.parent = field;
        self
    }

    pub(super) const fn sparse(mut self) -> Self {
        self.sparse = true;
        self
    }

    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}
