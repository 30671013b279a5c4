//! The delivery of webhooks.

use std::io;

use super::send::Target;
use super::{Delivery, Webhook};
use crate::state::SharedState;
use crate::vendor::registry;

/// Maximum number of times that each request is sent: all deliveries are returned at once.
const MAX_TIMES: u32 = 10_000;

/// Sends the requests of a webhook, one after the other.
pub(crate) async fn deliver(shared: &SharedState, webhook: &Webhook) -> io::Result<Vec<Delivery>> {
    let requests = registry::webhook_requests(shared, webhook).ok_or_else(|| {
        let message = format!("{} is not known to send webhooks", webhook.vendor);
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })?;
    if webhook.times > MAX_TIMES {
        let message = format!("`times` must be at most {MAX_TIMES}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
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
