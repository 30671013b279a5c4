//! Numbers, in both directions: read from strings too, written without a fraction if they have none.

/// A number that has to be there; written without a fraction if it has none, as vendors do.
pub mod number {
    use serde::{Deserializer, Serializer};

    /// Reads a number, also from a string.
    ///
    /// # Errors
    ///
    /// If there is something else.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        super::super::lenient::required(deserializer)
    }

    /// Writes `5.0` as `5`, and `7.5` as it is.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        match super::super::lenient::integral(*value) {
            Some(value) => serializer.serialize_i64(value),
            None => serializer.serialize_f64(*value),
        }
    }
}

/// A number or nothing; otherwise like [`number`].
pub mod option_number {
    use serde::{Deserializer, Serializer};

    /// Reads a number, also from a string.
    ///
    /// # Errors
    ///
    /// If there is something else.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        super::super::lenient::option(deserializer)
    }

    /// Writes `5.0` as `5`, and nothing as `null`.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn serialize<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => super::number::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }
}

/// A list of numbers; otherwise like [`number`].
pub mod list_number {
    use serde::{Deserializer, Serialize, Serializer};

    struct Number(f64);

    impl Serialize for Number {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            super::number::serialize(&self.0, serializer)
        }
    }

    /// Reads numbers, also from strings; `null` is the empty list.
    ///
    /// # Errors
    ///
    /// If there is something else.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        super::super::lenient_list(deserializer)
    }

    /// Writes each number without a fraction if it has none.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().copied().map(Number))
    }
}
