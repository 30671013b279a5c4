//! The delivery of webhooks.

use std::io;

use super::send::Target;
use super::{Delivery, Webhook};
use crate::state::SharedState;
use crate::vendor::registry;

/// Sends the requests of a webhook, one after the other.
pub(crate) async fn deliver(shared: &SharedState, webhook: &Webhook) -> io::Result<Vec<Delivery>> {
    let requests = registry::webhook_requests(shared, webhook).ok_or_else(|| {
        let message = format!("{} is not known to send webhooks", webhook.vendor);
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })?;
    let target = Target::parse(&webhook.url)?;
    let mut deliveries = Vec::new();
    for request in requests {
        for _ in 0..webhook.times {
            deliveries.push(Delivery {
                status: target.post(&request).await?,
                headers: request.headers.clone(),
                body: request.body.clone(),
            });
        }
    }
    Ok(deliveries)
}
