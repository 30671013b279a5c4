#![doc = include_str!("../README.md")]

pub use keyfob_client::{
    self as client, ApiClient, ApiError, AuthSource, CallOptions, ClientBuilder, Error, ErrorKind, Method, Operation,
    Patch, ResponseValue, RetryPolicy, StatusCode, TimeParam, Timestamp,
    auth::{self, Authenticator, SecretString, TransportConfig},
    env,
};

#[cfg(feature = "files")]
pub use keyfob_client::{Form, Part, Upload};

#[cfg(feature = "bits")]
pub use keyfob_bits as bits;
#[cfg(feature = "digitaleo")]
pub use keyfob_digitaleo as digitaleo;
#[cfg(any(feature = "ditio-core", feature = "ditio-mass-transport", feature = "ditio-reporting"))]
pub use keyfob_ditio as ditio;
#[cfg(feature = "ditio-core")]
pub use keyfob_ditio_core as ditio_core;
#[cfg(feature = "ditio-mass-transport")]
pub use keyfob_ditio_mass_transport as ditio_mass_transport;
#[cfg(feature = "ditio-reporting")]
pub use keyfob_ditio_reporting as ditio_reporting;
#[cfg(feature = "dvinci")]
pub use keyfob_dvinci as dvinci;
#[cfg(feature = "itempath")]
pub use keyfob_itempath as itempath;
