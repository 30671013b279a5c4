//! Code of all generated structs: the table of fields, wire traits, `Debug`.

use std::fmt;

/// Formats a struct like `#[derive(Debug)]` does.
///
/// # Errors
///
/// Returns the formatter's errors.
pub fn debug_struct(f: &mut fmt::Formatter<'_>, name: &str, fields: &[(&str, &dyn fmt::Debug)]) -> fmt::Result {
    let mut debug = f.debug_struct(name);
    for (name, value) in fields {
        debug.field(name.trim_start_matches("r#"), value);
    }
    debug.finish()
}

/// Placeholder for a secret in the `Debug` output of generated types.
#[derive(Clone, Copy)]
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Implements [`WireStruct`](crate::decode::WireStruct), serde's traits and `Debug` for a struct.
///
/// `with_default` structs implement `Default`; `without_default` structs have fields that the API requires. Each field
/// has its name on the wire. A field whose presence its type does not express names the module of
/// [`decode`](crate::decode) that decodes and encodes it: `required`, `required_or_default`, `nullable`, `json_text`
/// or `optional_json_text`. In parentheses follow its marks: `strict` for the fields of
/// [`WireStruct::strict_fields`](crate::decode::WireStruct::strict_fields), and `secret` for a field that `Debug` redacts.
/// `extra` names the field that retains unknown properties. The struct also has a field `wire` of type
/// [`WireForms`](crate::wire_form::WireForms) with `WIRE_WORDS` words, a constant that the macro defines.
///
/// ```text
/// wire_struct! {
///     with_default Bird {
///         id "id" (strict),
///         name "name" required,
///     } extra
/// }
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! wire_struct {
    ($default:ident $name:ident {
        $($field:ident $key:literal $($kind:ident)? $(($($mark:ident),+))?),* $(,)?
    } $($extra:ident)?) => {
        impl $name {
            const WIRE_NAMES: &'static [&'static str] = &[$($key),*];
            const WIRE_WORDS: usize = $crate::wire_form::words(Self::WIRE_NAMES.len());
        }

        const _: () = {
            /// The fields in their order, which is that of their indices.
            #[allow(non_camel_case_types, reason = "variants are named after fields")]
            enum __Field { $($field),* }

            // compile-time: a constant for each index, as the pattern of an arm, would be evaluated on its own, and a slice
            // would instantiate `get` for each struct.
            static __FIELDS: [__Field; $name::WIRE_NAMES.len()] = [$(__Field::$field),*];

            #[doc(hidden)]
            impl $crate::decode::WireStruct for $name {
                fn field_names(&self) -> &'static [&'static str] {
                    Self::WIRE_NAMES
                }

                fn strict_fields(&self) -> u64 {
                    0 $($($(| $crate::wire_struct_strict!($mark __Field::$field))+)?)*
                }

                $crate::wire_struct_empty!($default [$((__Field::$field) $field $($kind)?),*] $($extra)?);

                fn decode_field(
                    &mut self,
                    index: usize,
                    reader: &mut dyn $crate::decode::ErasedReader<'_>,
                    form: &mut $crate::wire_form::FormRecorder,
                ) -> ::std::result::Result<(), $crate::decode::Failed> {
                    match __FIELDS[index] {
                        $(__Field::$field => {
                            $crate::wire_struct_field!(decode(&mut self.$field, reader, form) $($kind)?)
                        })*
                    }
                }

                fn encode_field(
                    &self,
                    index: usize,
                    writer: &mut $crate::encode::FieldWriter<'_>,
                ) -> ::std::result::Result<(), $crate::encode::Failed> {
                    match __FIELDS[index] {
                        $(__Field::$field => $crate::wire_struct_field!(encode(&self.$field, writer) $($kind)?),)*
                    }
                }

                fn original_form(&self, index: usize) -> $crate::wire_form::OriginalForm<'_> {
                    self.wire.get(index)
                }

                fn record_form(&mut self, index: usize, form: &mut $crate::wire_form::FormRecorder) {
                    self.wire.set(index, form);
                }

                $(fn extra(&self) -> ::std::option::Option<&$crate::Extra> {
                    Some(&self.$extra)
                }

                fn extra_mut(&mut self) -> ::std::option::Option<&mut $crate::Extra> {
                    Some(&mut self.$extra)
                })?
            }
        };

        impl<'de> $crate::codegen::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::decode::deserialize(deserializer)
            }
        }

        impl $crate::codegen::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::encode::serialize(self, serializer)
            }
        }

        #[doc(hidden)]
        impl $crate::encode::Encode for $name {
            fn encode(
                &self,
                writer: &mut dyn $crate::encode::ErasedWriter,
            ) -> ::std::result::Result<(), $crate::encode::Failed> {
                $crate::decode::encode_struct(self, writer)
            }
        }

        #[doc(hidden)]
        impl $crate::decode::WireValue for $name {
            #[inline]
            fn decode(
                slot: &mut ::std::option::Option<Self>,
                reader: &mut dyn $crate::decode::ErasedReader<'_>,
                form: &mut $crate::wire_form::FormRecorder,
            ) -> ::std::result::Result<(), $crate::decode::Failed> {
                $crate::decode::decode_into(slot, reader, form)
            }

            #[inline]
            fn empty() -> Self {
                $crate::decode::WireStruct::empty()
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::macros::debug_struct(
                    f,
                    stringify!($name),
                    &[
                        $((stringify!($field), $crate::wire_struct_debug!(self.$field $(, $($mark),+)?)),)*
                        $((stringify!($extra), &self.$extra),)?
                    ],
                )
            }
        }
    };
}

/// Expands to the value that `Debug` shows for a field.
#[doc(hidden)]
#[macro_export]
macro_rules! wire_struct_debug {
    ($value:expr) => {
        &$value
    };
    ($value:expr, strict) => {
        &$value
    };
    ($value:expr, $($mark:ident),+) => {
        &$crate::macros::Redacted
    };
}

/// Expands to the bit of a field in [`WireStruct::strict_fields`](crate::decode::WireStruct::strict_fields), by a mark.
#[doc(hidden)]
#[macro_export]
macro_rules! wire_struct_strict {
    (strict $field:expr) => {
        1 << ($field as u32)
    };
    ($mark:ident $field:expr) => {
        0
    };
}

/// Implements [`WireStruct::empty`](crate::decode::WireStruct::empty) and
/// [`WireStruct::required_fields`](crate::decode::WireStruct::required_fields).
#[doc(hidden)]
#[macro_export]
macro_rules! wire_struct_empty {
    (with_default $($rest:tt)*) => {
        #[inline]
        fn empty() -> Self {
            ::std::default::Default::default()
        }
    };
    (without_default [$(($index:expr) $field:ident $($kind:ident)?),*] $($extra:ident)?) => {
        fn required_fields(&self) -> u64 {
            0 $(| $crate::wire_struct_field!(bit($index) $($kind)?))*
        }

        fn empty() -> Self {
            Self {
                $($field: $crate::wire_struct_field!(empty() $($kind)?),)*
                $($extra: ::std::default::Default::default(),)?
                wire: ::std::default::Default::default(),
            }
        }
    };
}

/// Expands to one operation on one field, chosen by the field's presence module.
#[doc(hidden)]
#[macro_export]
macro_rules! wire_struct_field {
    (bit($index:expr) required) => { 1 << ($index as u32) };
    (bit($index:expr) json_text) => { 1 << ($index as u32) };
    (bit($index:expr) $($kind:ident)?) => { 0 };
    (empty() required_or_default) => { $crate::decode::WireValue::empty() };
    (empty() required) => { $crate::decode::WireValue::empty() };
    (empty() json_text) => { $crate::decode::WireValue::empty() };
    (empty() $($kind:ident)?) => { ::std::default::Default::default() };
    ($act:ident($($argument:expr),*)) => { $crate::decode::WireField::$act($($argument),*) };
    ($act:ident($($argument:expr),*) $kind:ident) => { $crate::decode::$kind::$act($($argument),*) };
}
