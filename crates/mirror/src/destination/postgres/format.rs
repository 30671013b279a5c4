//! Types of the columns in PostgreSQL.

use keyfob_client::table::ColumnType;
use tokio_postgres::types::Type;

/// Type of a column in PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Integer,
    Double,
    Decimal,
    Boolean,
    Date,
    Timestamp,
    TimestampTz,
    /// `jsonb`, which can be indexed, compared and queried without parsing each value again, as `json` cannot. It does
    /// not store the order of an object's members.
    Json,
}

impl From<ColumnType> for Format {
    fn from(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Integer => Self::Integer,
            ColumnType::Double => Self::Double,
            ColumnType::Decimal => Self::Decimal,
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Date => Self::Date,
            ColumnType::Timestamp => Self::Timestamp,
            ColumnType::TimestampTz => Self::TimestampTz,
            ColumnType::Json => Self::Json,
            _ => Self::Text,
        }
    }
}

impl Format {
    /// Returns the name of the type as the server formats it.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "bigint",
            Self::Double => "double precision",
            Self::Decimal => "numeric(38,9)",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp without time zone",
            Self::TimestampTz => "timestamp with time zone",
            Self::Json => "jsonb",
        }
    }

    /// Returns the type of a value.
    pub(super) fn element(self) -> Type {
        match self {
            Self::Text => Type::TEXT,
            Self::Integer => Type::INT8,
            Self::Double => Type::FLOAT8,
            Self::Decimal => Type::NUMERIC,
            Self::Boolean => Type::BOOL,
            Self::Date => Type::DATE,
            Self::Timestamp => Type::TIMESTAMP,
            Self::TimestampTz => Type::TIMESTAMPTZ,
            Self::Json => Type::JSONB,
        }
    }

    /// Returns the type of an array of values.
    pub(super) fn array(self) -> Type {
        match self {
            Self::Text => Type::TEXT_ARRAY,
            Self::Integer => Type::INT8_ARRAY,
            Self::Double => Type::FLOAT8_ARRAY,
            Self::Decimal => Type::NUMERIC_ARRAY,
            Self::Boolean => Type::BOOL_ARRAY,
            Self::Date => Type::DATE_ARRAY,
            Self::Timestamp => Type::TIMESTAMP_ARRAY,
            Self::TimestampTz => Type::TIMESTAMPTZ_ARRAY,
            Self::Json => Type::JSONB_ARRAY,
        }
    }
}
