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
                let request = $crate::codegen::Draft::of(&self.session, &Self::OPERATION, &self);
                self.session.clone().$send(&Self::OPERATION, request, self.call)
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
                $crate::record::required(deserializer)
            }
        }

        $crate::open_value!($name: words, word, |text: ::std::borrow::Cow<'_, str>| Self::from(&*text), Self::as_str, text);
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
                $crate::record::required(deserializer)
            }
        }

        $crate::open_value!($name: codes, integer, |code: i64| Self::from(code), |code: &Self| code.value(), integer);
    };
}

/// Lets an enumeration stand in fields of records, as the scalar that it is on the wire: `words` or `codes`.
#[doc(hidden)]
#[macro_export]
macro_rules! open_value {
    ($name:ident: $kind:ident, $read:ident, $from:expr, $to:expr, $write:ident) => {
        impl $crate::record::Write for $name {
            #[inline]
            fn write(&self, sink: &mut dyn $crate::record::Sink) -> ::std::result::Result<(), $crate::record::Failed> {
                sink.$write(($to)(self))
            }
        }

        impl $crate::record::Value for $name {
            #[inline]
            fn read(
                place: &mut ::std::option::Option<Self>,
                source: &mut dyn $crate::record::Source<'_>,
                note: &mut $crate::record::Note,
            ) -> ::std::result::Result<(), $crate::record::Failed> {
                *place = source.$read(note)?.map($from);
                Ok(())
            }

            #[inline]
            fn blank() -> Self {
                $from(::std::default::Default::default())
            }

            #[inline]
            fn other(
                value: ::std::option::Option<&Self>,
                form: $crate::record::Form,
            ) -> ::std::option::Option<$crate::record::Json> {
                $crate::record::$kind::other(value.map($to), form)
            }

            #[inline]
            fn is(json: &$crate::record::Json, value: ::std::option::Option<&Self>) -> bool {
                $crate::record::$kind::is(json, value.map($to))
            }

            #[inline]
            fn json(
                value: ::std::option::Option<&Self>,
                seen: $crate::record::Seen<'_>,
            ) -> ::std::option::Option<$crate::record::Json> {
                $crate::record::$kind::json(value.map($to), seen)
            }
        }
    };
}

/// Lets serde read and write a struct, and shows it in `Debug`.
///
/// `plain` structs have a default; of `given` ones, something has to be there. The fields come with their numbers, from 0
/// on without a gap, and with the module of [`record`]($crate::record) that reads and writes them if they are not simply
/// there or not. `extra` names the field for unknown ones. The struct has one more, `wire`, for
/// [`Forms`]($crate::record::Forms).
#[doc(hidden)]
#[macro_export]
macro_rules! record {
    ($how:ident $name:ident { $($index:literal $field:ident $key:literal $($kind:ident)?),* $(,)? } $($extra:ident)?) => {
        impl $crate::record::Record for $name {
            fn fields(&self) -> &'static [&'static str] {
                &[$($key),*]
            }

            $crate::record_blank!($how $($index $field $($kind)?),*; $($extra)?);

            fn read(
                &mut self,
                index: usize,
                source: &mut dyn $crate::record::Source<'_>,
                note: &mut $crate::record::Note,
            ) -> ::std::result::Result<(), $crate::record::Failed> {
                match index {
                    $($index => $crate::record_field!(read(&mut self.$field, source, note) $($kind)?),)*
                    _ => Ok(()),
                }
            }

            fn write(
                &self,
                index: usize,
                entry: &mut $crate::record::Entry<'_>,
            ) -> ::std::result::Result<(), $crate::record::Failed> {
                match index {
                    $($index => $crate::record_field!(write(&self.$field, entry) $($kind)?),)*
                    _ => Ok(()),
                }
            }

            fn seen(&self, index: usize) -> $crate::record::Seen<'_> {
                self.wire.get(index)
            }

            fn note(&mut self, index: usize, note: &mut $crate::record::Note) {
                self.wire.set(index, note);
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

        impl $crate::record::Write for $name {
            fn write(&self, sink: &mut dyn $crate::record::Sink) -> ::std::result::Result<(), $crate::record::Failed> {
                sink.record(self)
            }
        }

        impl $crate::record::Value for $name {
            #[inline]
            fn read(
                place: &mut ::std::option::Option<Self>,
                source: &mut dyn $crate::record::Source<'_>,
                note: &mut $crate::record::Note,
            ) -> ::std::result::Result<(), $crate::record::Failed> {
                $crate::record::read(place, source, note)
            }

            #[inline]
            fn blank() -> Self {
                $crate::record::Record::blank()
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::record::debug(
                    f,
                    stringify!($name),
                    &[$((stringify!($field), &self.$field),)* $((stringify!($extra), &self.$extra),)?],
                )
            }
        }
    };
}

/// How a record begins, and what it cannot do without.
#[doc(hidden)]
#[macro_export]
macro_rules! record_blank {
    (plain $($rest:tt)*) => {
        #[inline]
        fn blank() -> Self {
            ::std::default::Default::default()
        }
    };
    (given $($index:literal $field:ident $($kind:ident)?),*; $($extra:ident)?) => {
        fn needed(&self) -> u64 {
            0 $(| $crate::record_field!(bit($index) $($kind)?))*
        }

        fn blank() -> Self {
            Self {
                $($field: $crate::record_field!(blank() $($kind)?),)*
                $($extra: ::std::default::Default::default(),)?
                wire: ::std::default::Default::default(),
            }
        }
    };
}

/// What is done with one field, by its kind.
#[doc(hidden)]
#[macro_export]
macro_rules! record_field {
    (bit($index:literal) needed) => { 1 << $index };
    (bit($index:literal) text) => { 1 << $index };
    (bit($index:literal) $($kind:ident)?) => { 0 };
    (blank() given) => { $crate::record::Value::blank() };
    (blank() needed) => { $crate::record::Value::blank() };
    (blank() text) => { $crate::record::Value::blank() };
    (blank() $($kind:ident)?) => { ::std::default::Default::default() };
    ($act:ident($($argument:expr),*)) => { $crate::record::Field::$act($($argument),*) };
    ($act:ident($($argument:expr),*) $kind:ident) => { $crate::record::$kind::$act($($argument),*) };
}
