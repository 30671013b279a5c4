//! What belongs to `ItemPath` itself: users, reports, connections, the call log.

use crate::itempath::rules::users;
use crate::itempath::schema::{Calls, Envelope, Field, Kind, Resource, Start, field, input, shown};

pub(in crate::itempath) const USERS: Resource =
    Resource::new("users", "user", "User", &USER).calls(Calls::ALL).own().rules(users::RULES);

const USER: [Field; 12] = [
    shown("id", Kind::Integer),
    field("username", Kind::Text(50)).required().unique(),
    input("password", Kind::Text(0)).required(),
    shown("~password", Kind::Text(0)),
    field("email", Kind::Text(0)),
    field("isAdmin", Kind::Bool).or(Start::Bool(false)),
    field("language", Kind::Word(&["en", "fr"])).or(Start::Text("en")),
    field("roleId", Kind::Integer),
    shown("roleName", Kind::Text(50)),
    field("status", Kind::Choice(&[0, 1, 2, 3])).or(Start::Integer(1)),
    field("type", Kind::Word(&["user", "application"])).or(Start::Text("user")),
    field("viewId", Kind::Integer),
];

pub(in crate::itempath) const REPORTS: Resource = Resource::new(
    "reports",
    "report",
    "Report",
    &[
        shown("id", Kind::Integer),
        shown("name", Kind::Text(0)),
        shown("baseTable", Kind::Text(0)),
        shown("table", Kind::Text(0)),
        shown("columns", Kind::Any),
        shown("filters", Kind::Any),
        shown("snapshots", Kind::Any),
        shown("creationDate", Kind::Stamp).or(Start::Now),
        shown("defaultSnapshotId", Kind::Id("")),
        shown("favouritedUsers", Kind::Any),
        shown("groupColumnId", Kind::Id("")),
        shown("reportTypeId", Kind::Integer).or(Start::Integer(1)),
        shown("sortColumnId", Kind::Id("")),
        shown("sortDescending", Kind::Bool).or(Start::Bool(false)),
        shown("sortDirection", Kind::Integer).or(Start::Integer(0)),
        shown("userId", Kind::Integer),
    ],
)
.own();

pub(in crate::itempath) const REPORT_ROWS: Resource = Resource::new(
    "report_rows",
    "report_row",
    "Report row",
    &[shown("id", Kind::Integer), shown("reportId", Kind::Integer), shown("values", Kind::Any)],
)
.own();

pub(in crate::itempath) const SNAPSHOTS: Resource = Resource::new(
    "snapshots",
    "snapshot",
    "Snapshot",
    &[
        shown("id", Kind::Id("")),
        shown("name", Kind::Text(0)),
        shown("reportId", Kind::Integer),
        shown("creationDate", Kind::Stamp).or(Start::Now),
    ],
);

pub(in crate::itempath) const SETTINGS: Resource = Resource::new(
    "settings",
    "setting",
    "Setting",
    &[shown("id", Kind::Integer), shown("name", Kind::Text(0)), shown("value", Kind::Any)],
)
.own();

pub(in crate::itempath) const CALLS: Resource = Resource::new(
    "calls",
    "call",
    "API call",
    &[
        shown("id", Kind::Integer),
        shown("body", Kind::Text(0)),
        shown("code", Kind::Integer),
        shown("creationDate", Kind::Stamp),
        shown("duration", Kind::Integer),
        shown("endpoint", Kind::Text(0)),
        shown("error", Kind::Text(0)),
        shown("response", Kind::Text(0)),
        shown("username", Kind::Text(0)),
        shown("~userId", Kind::Integer),
    ],
)
.own();

pub(in crate::itempath) const CONNECTIONS: Resource = Resource::new(
    "connections",
    "connection",
    "Connection",
    &[
        shown("id", Kind::Integer),
        shown("appId", Kind::Integer),
        shown("name", Kind::Text(0)),
        shown("url", Kind::Text(0)),
        shown("passwordExists", Kind::Bool).or(Start::Bool(false)),
        shown("tokenExists", Kind::Bool).or(Start::Bool(false)),
        shown("isTestable", Kind::Bool).or(Start::Bool(true)),
        shown("authentication", Kind::Text(0)),
        shown("type", Kind::Text(0)),
        shown("username", Kind::Text(0)),
        shown("status", Kind::Text(0)),
        shown("latestConnection", Kind::Stamp),
        shown("creationDate", Kind::Stamp).or(Start::Now),
        shown("latestLog", Kind::Any),
        shown("integrationCount", Kind::Integer).or(Start::Integer(0)),
        shown("lastCheck", Kind::Stamp),
    ],
)
// As in the vendor's own example, misspelt.
.envelope(Envelope::Bare { renamed: ("latestConnection", "lastestConnection") })
.own();
