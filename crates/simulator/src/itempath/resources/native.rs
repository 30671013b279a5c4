//! Schemas of `ItemPath`'s own tables: users, reports, settings, connections and the call log.

use crate::itempath::schema::{DefaultValue, Envelope, Field, Kind, Methods, Resource, field, read_only, write_only};

pub(in crate::itempath) const USERS: Resource =
    Resource::new("users", "user", "User", &USER).methods(Methods::ALL).native();

const USER: [Field; 12] = [
    read_only("id", Kind::Integer),
    field("username", Kind::Text(50)).required().unique(),
    write_only("password", Kind::Text(0)).required(),
    read_only("~password", Kind::Text(0)),
    field("email", Kind::Text(0)),
    field("isAdmin", Kind::Bool).default(DefaultValue::Bool(false)),
    field("language", Kind::TextChoice(&["en", "fr"])).default(DefaultValue::Text("en")),
    field("roleId", Kind::Reference("")),
    read_only("roleName", Kind::Text(50)),
    field("status", Kind::IntegerChoice(&[0, 1, 2, 3])).default(DefaultValue::Integer(1)),
    field("type", Kind::TextChoice(&["user", "application"])).default(DefaultValue::Text("user")),
    field("viewId", Kind::Reference("")),
];

pub(in crate::itempath) const REPORTS: Resource = Resource::new(
    "reports",
    "report",
    "Report",
    &[
        read_only("id", Kind::Integer),
        read_only("name", Kind::Text(0)),
        read_only("baseTable", Kind::Text(0)),
        read_only("table", Kind::Text(0)),
        read_only("columns", Kind::Any),
        read_only("filters", Kind::Any),
        read_only("snapshots", Kind::Any),
        read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
        read_only("defaultSnapshotId", Kind::Reference("")),
        read_only("favouritedUsers", Kind::Any),
        read_only("groupColumnId", Kind::Reference("")),
        read_only("reportTypeId", Kind::Integer).default(DefaultValue::Integer(1)),
        read_only("sortColumnId", Kind::Reference("")),
        read_only("sortDescending", Kind::Bool).default(DefaultValue::Bool(false)),
        read_only("sortDirection", Kind::Integer).default(DefaultValue::Integer(0)),
        read_only("userId", Kind::Integer),
    ],
)
.native();

pub(in crate::itempath) const REPORT_ROWS: Resource = Resource::new(
    "report_rows",
    "report_row",
    "Report row",
    &[read_only("id", Kind::Integer), read_only("reportId", Kind::Integer), read_only("values", Kind::Any)],
)
.native();

pub(in crate::itempath) const SNAPSHOTS: Resource = Resource::new(
    "snapshots",
    "snapshot",
    "Snapshot",
    &[
        read_only("id", Kind::Reference("")),
        read_only("name", Kind::Text(0)),
        read_only("reportId", Kind::Integer),
        read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
    ],
);

pub(in crate::itempath) const SETTINGS: Resource = Resource::new(
    "settings",
    "setting",
    "Setting",
    &[read_only("id", Kind::Integer), read_only("name", Kind::Text(0)), read_only("value", Kind::Any)],
)
.native();

pub(in crate::itempath) const CALLS: Resource = Resource::new(
    "calls",
    "call",
    "API call",
    &[
        read_only("id", Kind::Reference("")),
        read_only("body", Kind::Text(0)),
        read_only("code", Kind::Integer),
        read_only("creationDate", Kind::Timestamp),
        read_only("duration", Kind::Integer),
        read_only("endpoint", Kind::Text(0)),
        read_only("error", Kind::Text(0)),
        read_only("response", Kind::Text(0)),
        read_only("username", Kind::Text(0)),
        read_only("~userId", Kind::Integer),
    ],
);

pub(in crate::itempath) const CONNECTIONS: Resource = Resource::new(
    "connections",
    "connection",
    "Connection",
    &[
        read_only("id", Kind::Integer),
        read_only("appId", Kind::Integer),
        read_only("name", Kind::Text(0)),
        read_only("url", Kind::Text(0)),
        read_only("passwordExists", Kind::Bool).default(DefaultValue::Bool(false)),
        read_only("tokenExists", Kind::Bool).default(DefaultValue::Bool(false)),
        read_only("isTestable", Kind::Bool).default(DefaultValue::Bool(true)),
        read_only("authentication", Kind::Text(0)),
        read_only("type", Kind::Text(0)),
        read_only("username", Kind::Text(0)),
        read_only("status", Kind::Flag),
        read_only("latestConnection", Kind::Timestamp),
        read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
        read_only("latestLog", Kind::Any),
        read_only("integrationCount", Kind::Integer).default(DefaultValue::Integer(0)),
        read_only("lastCheck", Kind::Timestamp),
    ],
)
// Misspelt in the vendor's example too.
.envelope(Envelope::Bare { renamed: ("latestConnection", "lastestConnection") })
.native();
