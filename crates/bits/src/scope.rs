//! Scopes of access tokens.

/// Scope of an access token, which limits the operations that it permits.
///
/// The third scope of Bits, `application.session`, is that of a [`SessionToken`](crate::SessionToken), which an access
/// token cannot have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// `application`: create applications and read their data.
    Application,
    /// `application.read`: read the data of applications.
    ApplicationRead,
}

impl Scope {
    /// Returns the name of the scope at the token endpoint.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::ApplicationRead => "application.read",
        }
    }

    /// Returns the scope of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Application, Self::ApplicationRead].into_iter().find(|scope| scope.as_str() == name.trim())
    }
}
