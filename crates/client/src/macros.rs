//! What generated code would otherwise repeat for every operation and every enumeration.

/// Gives an operation's builder its call options, `send` and `.await`.
#[doc(hidden)]
#[macro_export]
macro_rules! operation {
    ($name:ident, $answer:ty, $send:ident) => {
        impl $name {
            /// Bounds each attempt of this call, instead of the client's own limit.
            pub fn timeout(mut self, limit: ::std::time::Duration) -> Self {
                self.call = self.call.timeout(limit);
                self
            }

            /// Sends this call once, whatever the client's retry policy says.
            pub fn no_retry(mut self) -> Self {
                self.call = self.call.no_retry();
                self
            }

            /// Declares that repeating this very call does no harm, so that it is retried like a read.
            pub fn idempotent(mut self) -> Self {
                self.call = self.call.idempotent();
                self
            }

            /// Sends the request and decodes the answer. Awaiting the builder itself does the same.
            ///
            /// # Errors
            ///
            /// When the request cannot be built, authorized or sent, when the service refuses it, or when the answer is
            /// not what the API promises: [`ErrorKind`]($crate::ErrorKind) says what can be done.
            pub fn send(self) -> $crate::Pending<$answer> {
                let request = self.request();
                self.session.$send(&Self::OPERATION, request, self.call)
            }
        }

        impl ::std::future::IntoFuture for $name {
            type Output = ::std::result::Result<$crate::ResponseValue<$answer>, $crate::Error>;
            type IntoFuture = $crate::Pending<$answer>;

            fn into_future(self) -> Self::IntoFuture {
                self.send()
            }
        }
    };
}

/// Gives an enumeration of strings, which knows `as_str` and `From<&str>`, all that strings do.
#[doc(hidden)]
#[macro_export]
macro_rules! open_string_enum {
    ($name:ident) => {
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
                Ok(Self::from($crate::wire::text(deserializer)?.as_str()))
            }
        }

        $crate::value!($name);
    };
}

/// Gives an enumeration of integers, which knows `value` and `From<i64>`, all that integers do.
#[doc(hidden)]
#[macro_export]
macro_rules! open_integer_enum {
    ($name:ident) => {
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
                Ok(Self::from($crate::wire::integer(deserializer)?))
            }
        }

        $crate::value!($name);
    };
}

/// Lets a type that serde reads and writes stand in fields of records.
#[doc(hidden)]
#[macro_export]
macro_rules! value {
    ($name:ident) => {
        impl $crate::record::Value for $name {
            fn read<'de, D: $crate::codegen::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<::std::option::Option<Self>, D::Error> {
                $crate::codegen::serde::Deserialize::deserialize(deserializer)
            }

            fn write<S: $crate::codegen::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::codegen::serde::Serialize::serialize(self, serializer)
            }
        }
    };
}

/// Lets serde read and write a struct whose fields may all be absent. `extra` names the field for unknown ones.
#[doc(hidden)]
#[macro_export]
macro_rules! record {
    ($name:ident { $($field:ident => $key:literal),* $(,)? } $($extra:ident)?) => {
        impl $crate::record::Record for $name {
            const FIELDS: &'static [&'static str] = &[$($key),*];

            fn read<'de, A: $crate::codegen::serde::de::MapAccess<'de>>(
                &mut self,
                key: &str,
                map: &mut A,
            ) -> ::std::result::Result<bool, A::Error> {
                let _ = &map;
                match key {
                    $($key => $crate::record::Field::read(&mut self.$field, map)?,)*
                    _ => return Ok(false),
                }
                #[allow(unreachable_code, reason = "a record without fields of its own")]
                Ok(true)
            }

            $(fn extra(&mut self) -> ::std::option::Option<&mut $crate::Extra> {
                Some(&mut self.$extra)
            })?

            fn write<M: $crate::codegen::serde::ser::SerializeMap>(
                &self,
                map: &mut M,
            ) -> ::std::result::Result<(), M::Error> {
                let _ = &map;
                $($crate::record::Field::write(&self.$field, $key, map)?;)*
                $($crate::record::write_extra(&self.$extra, map)?;)?
                Ok(())
            }
        }

        impl<'de> $crate::codegen::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::record::deserialize(deserializer)
            }
        }

        impl $crate::codegen::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::record::serialize(self, serializer)
            }
        }

        $crate::value!($name);
    };
}
