#![doc = include_str!("../README.md")]
// docs.rs sets `docsrs` and builds with a nightly compiler, which marks the items of a feature with its name.
#![cfg_attr(docsrs, feature(doc_cfg))]
// The documentation links to the modules of all APIs, which exist only if all features are on.
#![cfg_attr(
    not(all(
        feature = "bits",
        feature = "digitaleo",
        feature = "ditio-core",
        feature = "ditio-mass-transport",
        feature = "ditio-reporting",
        feature = "dvinci",
        feature = "itempath"
    )),
    allow(rustdoc::broken_intra_doc_links)
)]

#[doc(inline)]
pub use keyfob_client::{
    self as client, ApiClient, ApiError, AuthSource, CallOptions, ClientBuilder, Error, ErrorKind, Extra, FieldError,
    ItemResult, Method, Operation, OptionExt, Patch, ResponseValue, RetryPolicy, Session, StatusCode, TimeParam,
    Timestamp,
    auth::{self, Authenticator, SecretString, TransportConfig},
    concurrent, env, header,
};

#[cfg(feature = "rate-limit")]
#[doc(inline)]
pub use keyfob_client::RateLimit;
#[cfg(feature = "files")]
#[doc(inline)]
pub use keyfob_client::{ByteStream, Form, Part, ResumePoint, Upload};

#[cfg(feature = "bits")]
#[doc(inline)]
pub use keyfob_bits as bits;
#[cfg(feature = "digitaleo")]
#[doc(inline)]
pub use keyfob_digitaleo as digitaleo;
#[cfg(any(feature = "ditio-core", feature = "ditio-mass-transport", feature = "ditio-reporting"))]
#[doc(inline)]
pub use keyfob_ditio as ditio;
#[cfg(feature = "ditio-core")]
#[doc(inline)]
pub use keyfob_ditio_core as ditio_core;
#[cfg(feature = "ditio-mass-transport")]
#[doc(inline)]
pub use keyfob_ditio_mass_transport as ditio_mass_transport;
#[cfg(feature = "ditio-reporting")]
#[doc(inline)]
pub use keyfob_ditio_reporting as ditio_reporting;
#[cfg(feature = "dvinci")]
#[doc(inline)]
pub use keyfob_dvinci as dvinci;
#[cfg(feature = "itempath")]
#[doc(inline)]
pub use keyfob_itempath as itempath;
