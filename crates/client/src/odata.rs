//! OData 4.0 services: entity sets as streams of rows, and the metadata document.
//!
//! A client whose vendor has such a service opens it with a method `odata`, which takes the service URL. Requests carry
//! the client's credentials, and are retried and limited like every call.
//!
//! ```
//! use futures::TryStreamExt;
//! use keyfob_client::{Error, odata::Service};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Opening {
//!     id: i64,
//!     title: String,
//! }
//!
//! async fn print(service: &Service) -> Result<(), Error> {
//!     let openings = service.entity_set("JobOpenings").select(["id", "title"]).filter("id gt 100");
//!     let mut openings = openings.stream::<Opening>();
//!     while let Some(opening) = openings.try_next().await? {
//!         println!("{} {}", opening.id, opening.title);
//!     }
//!     Ok(())
//! }
//! ```

mod entity_set;
mod listing;
mod request;
mod service;

pub use self::{
    entity_set::EntitySet,
    listing::{Listing, Page},
    service::Service,
};
