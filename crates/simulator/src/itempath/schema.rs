//! Schemas of resources: fields, their kinds, and the supported methods.

/// Kind of a field: how it is decoded and stored.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Text with a maximum length in characters; 0 means no limit.
    Text(usize),
    /// An integer, sent as a number or a numeric string.
    Integer,
    /// One of these integers.
    IntegerChoice(&'static [i64]),
    /// An integer from 0 to 100.
    Percent,
    /// One of these texts.
    TextChoice(&'static [&'static str]),
    /// A direction: an integer, a numeric string, or a name such as `pick`.
    Direction,
    /// A number that is always rendered with a fraction.
    Float,
    /// 0 or 1, also accepted as a boolean.
    Flag,
    /// A boolean, also accepted as 0 or 1.
    Bool,
    /// A date or a time without a zone, in full or in a shortened form.
    Date,
    /// The time of a write, always with six fractional digits.
    Timestamp,
    /// The id of a row of the named table; not checked if the name is empty.
    Reference(&'static str),
    /// A list of texts.
    TextList,
    /// A list of rows of the named table, each by `name` or `id`; also accepted as a JSON string.
    References(&'static str),
    /// A list of objects, decoded by the rules.
    Objects,
    /// Any JSON value.
    Any,
}

/// Access to a field by clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Read-only: ignored in bodies.
    Read,
    /// Stored and returned.
    Both,
    /// Write-only: passed to the rules, not stored.
    Write,
}

/// Value of a field that a new row does not set.
#[derive(Clone, Copy, Debug)]
pub(super) enum DefaultValue {
    Null,
    Integer(i64),
    Float(f64),
    Bool(bool),
    Text(&'static str),
    EmptyList,
    CurrentTime,
}

/// A field of a resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) access: Access,
    pub(super) required: bool,
    /// `true` if values must be unique within the table.
    pub(super) unique: bool,
    pub(super) nullable: bool,
    pub(super) default: DefaultValue,
}

/// A field that clients read and write.
pub(super) const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        access: Access::Both,
        required: false,
        unique: false,
        nullable: true,
        default: DefaultValue::Null,
    }
}

/// A read-only field: ignored in bodies.
pub(super) const fn read_only(name: &'static str, kind: Kind) -> Field {
    Field { access: Access::Read, ..field(name, kind) }
}

/// A write-only field: accepted in bodies, absent from responses.
pub(super) const fn write_only(name: &'static str, kind: Kind) -> Field {
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

    /// Sets the default value, which also makes the field non-nullable.
    pub(super) const fn default(mut self, default: DefaultValue) -> Self {
        self.default = default;
        self.nullable = false;
        self
    }
}

/// Supported methods of a resource, besides list and get.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Methods {
    pub(super) create: bool,
    pub(super) update: bool,
    pub(super) delete: bool,
}

impl Methods {
    pub(super) const READ: Self = Self { create: false, update: false, delete: false };
    pub(super) const UPDATE: Self = Self { update: true, ..Self::READ };
    pub(super) const CREATE: Self = Self { create: true, ..Self::READ };
    pub(super) const ALL: Self = Self { create: true, update: true, delete: true };
}

/// Envelope of single objects in responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Envelope {
    /// An object under the singular key.
    Named,
    /// As `Named`, except that a create returns a list of one object.
    ListOnCreate,
    /// No envelope, and one member under another name.
    Bare { renamed: (&'static str, &'static str) },
}

/// Schema of a resource: path, fields and methods.
#[derive(Debug)]
pub(super) struct Resource {
    /// Path segment and table name.
    pub(super) path: &'static str,
    /// Legacy path segment of single rows.
    pub(super) legacy_path: Option<&'static str>,
    /// Key of single objects in responses.
    pub(super) singular_key: &'static str,
    /// Key of lists in responses.
    pub(super) plural_key: &'static str,
    /// Name in messages.
    pub(super) title: &'static str,
    pub(super) fields: &'static [Field],
    pub(super) methods: Methods,
    pub(super) envelope: Envelope,
    /// `true` if the table belongs to `ItemPath` and not to Power Pick: integer ids, and writes visible at once.
    pub(super) native: bool,
    /// `true` if unknown keys are stored as the customer's own fields.
    pub(super) custom_fields: bool,
    /// Indexed field that references the parent row; empty without a parent.
    pub(super) parent: &'static str,
    /// `true` if null members are not stored, to save memory in growing tables.
    pub(super) sparse: bool,
}

impl Resource {
    /// A read-only resource with lists under the name of its path.
    pub(super) const fn new(
        path: &'static str,
        singular_key: &'static str,
        title: &'static str,
        fields: &'static [Field],
    ) -> Self {
        Self {
            path,
            legacy_path: None,
            singular_key,
            plural_key: path,
            title,
            fields,
            methods: Methods::READ,
            envelope: Envelope::Named,
            native: false,
            custom_fields: false,
            parent: "",
            sparse: false,
        }
    }

    pub(super) const fn methods(mut self, methods: Methods) -> Self {
        self.methods = methods;
        self
    }

    pub(super) const fn plural_key(mut self, key: &'static str) -> Self {
        self.plural_key = key;
        self
    }

    pub(super) const fn envelope(mut self, envelope: Envelope) -> Self {
        self.envelope = envelope;
        self
    }

    pub(super) const fn legacy_path(mut self, path: &'static str) -> Self {
        self.legacy_path = Some(path);
        self
    }

    pub(super) const fn native(mut self) -> Self {
        self.native = true;
        self
    }

    pub(super) const fn custom_fields(mut self) -> Self {
        self.custom_fields = true;
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
