//! The source of a client's authorization: credentials or a shared authenticator.

use keyfob_auth::{Authenticator, Credentials};

/// The source of a client's authorization.
///
/// The vendor's credentials `C`, [`keyfob_auth::Credentials`] and an [`Authenticator`] convert into it, so callers pass
/// these directly. From credentials the client builds an authenticator with the client's transport settings and token
/// store. An authenticator that several clients share has its own settings.
#[derive(Clone, Debug)]
pub struct AuthSource<C>(Source<C>);

#[derive(Clone, Debug)]
enum Source<C> {
    Vendor(C),
    Credentials(Credentials),
    Authenticator(Authenticator),
}

impl<C> AuthSource<C> {
    /// Wraps the credentials of a vendor. For the `From` implementations of API crates.
    pub const fn vendor(credentials: C) -> Self {
        Self(Source::Vendor(credentials))
    }

    /// Returns the credentials of the vendor, unless the source is an authenticator or [`keyfob_auth::Credentials`].
    #[doc(hidden)]
    pub const fn credentials(&self) -> Option<&C> {
        match &self.0 {
            Source::Vendor(credentials) => Some(credentials),
            Source::Credentials(_) | Source::Authenticator(_) => None,
        }
    }

    pub(crate) fn resolve(self, convert: impl FnOnce(C) -> Credentials) -> Authorize {
        match self.0 {
            Source::Vendor(credentials) => Authorize::Credentials(convert(credentials)),
            Source::Credentials(credentials) => Authorize::Credentials(credentials),
            Source::Authenticator(authenticator) => Authorize::Authenticator(authenticator),
        }
    }
}

impl<C> From<Credentials> for AuthSource<C> {
    fn from(credentials: Credentials) -> Self {
        Self(Source::Credentials(credentials))
    }
}

impl<C> From<Authenticator> for AuthSource<C> {
    fn from(authenticator: Authenticator) -> Self {
        Self(Source::Authenticator(authenticator))
    }
}

/// Authorization of the calls of a client.
pub(crate) enum Authorize {
    /// No authorization.
    Anonymous,
    /// With an authenticator that the client builds for itself.
    Credentials(Credentials),
    /// With an authenticator that the caller has built.
    Authenticator(Authenticator),
}
