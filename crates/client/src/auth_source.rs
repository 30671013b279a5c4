//! The source of a client's authorization: credentials or a shared authenticator.

use keyfob_auth::{Authenticator, Credentials};

/// The source of a client's authorization.
///
/// Made by `Into` from the vendor's credentials `C`, from [`keyfob_auth::Credentials`], or from an [`Authenticator`]
/// that several clients share. A client builds its own authenticator from credentials, with the client's transport
/// settings and token store; a shared authenticator has settings of its own.
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
    /// Not at all.
    Anonymous,
    /// With an authenticator that the client builds for itself.
    Credentials(Credentials),
    /// With an authenticator that the caller has built.
    Authenticator(Authenticator),
}
