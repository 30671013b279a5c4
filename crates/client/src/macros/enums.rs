//! Code of all generated open enums: conversions and wire traits.

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

/// Implements [`WireValue`](crate::decode::WireValue) for an open enum.
///
/// The arguments name the module of [`decode`](crate::decode) for the enum's representation, the reader's method, the
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
