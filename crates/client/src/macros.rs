//! Macros that expand to the code shared by all generated operations, enums and structs.

use std::fmt;

/// Defines the setters of call options for a builder that has them in its field `call`.
///
/// compile-time: the setters are inline, so that only programs that use them compile them.
#[doc(hidden)]
#[macro_export]
macro_rules! call_setters {
    () => {
        /// Replaces all settings of this call: timeout, retries, extra headers.
        #[inline]
        pub fn options(mut self, options: $crate::CallOptions) -> Self {
            self.call = options;
            self
        }

        /// Limits each attempt of this call, from connecting to the last byte, in place of the client's own timeout.
        #[inline]
        pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.call = self.call.timeout(timeout);
            self
        }

        /// Sends this call once, whatever the client's retry policy says. A rejected token is still renewed.
        #[inline]
        pub fn no_retry(mut self) -> Self {
            self.call = self.call.no_retry();
            self
        }

        /// Declares this call idempotent, so that it is retried like a read.
        #[inline]
        pub fn idempotent(mut self) -> Self {
            self.call = self.call.idempotent();
            self
        }

        /// Adds a header to this call; see [`CallOptions::header`]($crate::CallOptions::header).
        #[inline]
        pub fn header(mut self, name: &str, value: &str) -> Self {
            self.call = self.call.header(name, value);
            self
        }
    };
}

/// Implements call options, `send` and `IntoFuture` for an operation's builder.
#[doc(hidden)]
#[macro_export]
macro_rules! operation {
    ($name:ident, $response:ty, $send:ident) => {
        impl $name {
            $crate::call_setters!();

            /// Sends the request and decodes the response. Awaiting the builder does the same.
            ///
            /// # Errors
            ///
            /// If the request cannot be built, authorized or sent, the service rejects it, or the response contradicts
            /// the API's description: see [`ErrorKind`]($crate::ErrorKind).
            pub fn send(self) -> $crate::ResponseFuture<$response> {
                $crate::codegen::operation_call::$send(&self.session, &Self::OPERATION, &self, &self.call)
            }
        }

        impl ::std::future::IntoFuture for $name {
            type Output = ::std::result::Result<$crate::ResponseValue<$response>, $crate::Error>;
            type IntoFuture = $crate::ResponseFuture<$response>;

            fn into_future(self) -> Self::IntoFuture {
                self.send()
            }
        }
    };
}

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

/// Implements conversions and wire traits of an open enum of strings.
///
/// The arguments are the enum, the variant of unknown values, and the known variants with their wire values:
/// `open_string_enum!(Colour: Unknown { Red "red", Blue "blue" });`.
#[doc(hidden)]
#[macro_export]
macro_rules! open_string_enum {
    ($name:ident: $unknown:ident { $($variant:ident $value:literal),* $(,)? }) => {
        impl $name {
            /// All values that the API's description lists, in its order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the value on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::$unknown(value) => value,
                }
            }

            /// Returns `true` for a value that the API's description does not list, which a newer version of the service
            /// may send.
            #[inline]
            pub const fn is_unknown(&self) -> bool {
                matches!(self, Self::$unknown(_))
            }
        }

        /// Converts from the value on the wire.
        impl ::std::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    other => Self::$unknown(::std::borrow::ToOwned::to_owned(other)),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl $crate::codegen::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::codegen::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::decode::required_value(deserializer)
            }
        }

        $crate::open_enum_value!(
            $name: string_enum, cow_str, |text: ::std::borrow::Cow<'_, str>| Self::from(&*text), Self::as_str, string
        );
    };
}

/// Implements conversions and wire traits of an open enum of integers.
///
/// The arguments are those of [`open_string_enum!`], with integers as wire values.
#[doc(hidden)]
#[macro_export]
macro_rules! open_integer_enum {
    ($name:ident: $unknown:ident { $($variant:ident $value:literal),* $(,)? }) => {
        impl $name {
            /// All values that the API's description lists, in its order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the value on the wire.
            pub const fn value(&self) -> i64 {
                match self {
                    $(Self::$variant => $value,)*
                    Self::$unknown(value) => *value,
                }
            }

            /// Returns `true` for a value that the API's description does not list, which a newer version of the service
            /// may send.
            #[inline]
            pub const fn is_unknown(&self) -> bool {
                matches!(self, Self::$unknown(_))
            }
        }

        /// Converts from the value on the wire.
        impl ::std::convert::From<i64> for $name {
            fn from(value: i64) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    other => Self::$unknown(other),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.value(), f)
            }
        }

        impl $crate::codegen::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.value())
            }
        }

        impl<'de> $crate::codegen::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::decode::required_value(deserializer)
            }
        }

        $crate::open_enum_value!(
            $name: int_enum, integer, |code: i64| Self::from(code), |code: &Self| code.value(), integer
        );
    };
}

/// Implements [`WireValue`]($crate::decode::WireValue) for an open enum.
///
/// The arguments name the module of [`decode`]($crate::decode) for the enum's representation, the reader's method, the
/// conversions from and to the representation, and the writer's method.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum_value {
    ($name:ident: $kind:ident, $read:ident, $from:expr, $to:expr, $write:ident) => {
        #[doc(hidden)]
        impl $crate::encode::Encode for $name {
            #[inline]
            fn encode(
                &self,
                writer: &mut dyn $crate::encode::ErasedWriter,
            ) -> ::std::result::Result<(), $crate::encode::Failed> {
                writer.$write(($to)(self))
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
                *slot = reader.$read(form)?.map($from);
                Ok(())
            }

            #[inline]
            fn empty() -> Self {
                $from(::std::default::Default::default())
            }

            #[inline]
            fn original<'f>(
                value: ::std::option::Option<&Self>,
                form: $crate::wire_form::OriginalForm<'f>,
            ) -> ::std::option::Option<::std::borrow::Cow<'f, $crate::decode::Json>> {
                $crate::decode::$kind::original(value.map($to), form)
            }

            #[inline]
            fn is_decoded_from(json: &$crate::decode::Json, value: ::std::option::Option<&Self>) -> bool {
                $crate::decode::$kind::is_decoded_from(json, value.map($to))
            }

            #[inline]
            fn original_json(
                value: ::std::option::Option<&Self>,
                form: $crate::wire_form::OriginalForm<'_>,
            ) -> ::std::option::Option<$crate::decode::Json> {
                $crate::decode::$kind::original_json(value.map($to), form)
            }
        }
    };
}

/// Implements [`WireStruct`]($crate::decode::WireStruct), serde's traits and `Debug` for a struct.
///
/// `with_default` structs implement `Default`; `without_default` structs have fields that the API requires. Fields are
/// numbered from 0 without gaps. A field whose presence its type does not express names the module of
/// [`decode`]($crate::decode) that decodes and encodes it: `required`, `required_or_default`, `nullable`, `json_text`
/// or `optional_json_text`. `extra` names the field that retains unknown properties. The struct also has a field `wire`
/// of type [`WireForms`]($crate::wire_form::WireForms).
#[doc(hidden)]
#[macro_export]
macro_rules! wire_struct {
    ($default:ident $name:ident { $($index:literal $field:ident $key:literal $($kind:ident)?),* $(,)? } $($extra:ident)?) => {
        #[doc(hidden)]
        impl $crate::decode::WireStruct for $name {
            fn field_names(&self) -> &'static [&'static str] {
                &[$($key),*]
            }

            $crate::wire_struct_empty!($default $($index $field $($kind)?),*; $($extra)?);

            fn decode_field(
                &mut self,
                index: usize,
                reader: &mut dyn $crate::decode::ErasedReader<'_>,
                form: &mut $crate::wire_form::FormRecorder,
            ) -> ::std::result::Result<(), $crate::decode::Failed> {
                match index {
                    $($index => $crate::wire_struct_field!(decode(&mut self.$field, reader, form) $($kind)?),)*
                    _ => Ok(()),
                }
            }

            fn encode_field(
                &self,
                index: usize,
                writer: &mut $crate::encode::FieldWriter<'_>,
            ) -> ::std::result::Result<(), $crate::encode::Failed> {
                match index {
                    $($index => $crate::wire_struct_field!(encode(&self.$field, writer) $($kind)?),)*
                    _ => Ok(()),
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
                    &[$((stringify!($field), &self.$field),)* $((stringify!($extra), &self.$extra),)?],
                )
            }
        }
    };
}

/// Implements [`WireStruct::empty`]($crate::decode::WireStruct::empty) and
/// [`WireStruct::required_fields`]($crate::decode::WireStruct::required_fields).
#[doc(hidden)]
#[macro_export]
macro_rules! wire_struct_empty {
    (with_default $($rest:tt)*) => {
        #[inline]
        fn empty() -> Self {
            ::std::default::Default::default()
        }
    };
    (without_default $($index:literal $field:ident $($kind:ident)?),*; $($extra:ident)?) => {
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
    (bit($index:literal) required) => { 1 << $index };
    (bit($index:literal) json_text) => { 1 << $index };
    (bit($index:literal) $($kind:ident)?) => { 0 };
    (empty() required_or_default) => { $crate::decode::WireValue::empty() };
    (empty() required) => { $crate::decode::WireValue::empty() };
    (empty() json_text) => { $crate::decode::WireValue::empty() };
    (empty() $($kind:ident)?) => { ::std::default::Default::default() };
    ($act:ident($($argument:expr),*)) => { $crate::decode::WireField::$act($($argument),*) };
    ($act:ident($($argument:expr),*) $kind:ident) => { $crate::decode::$kind::$act($($argument),*) };
}
