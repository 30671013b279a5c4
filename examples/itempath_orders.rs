//! Sends a pick order to a warehouse, and takes over its confirmations as a host system does.
//!
//! Starts a simulator, because the warehouse takes half an hour of simulated time to pick.
//!
//! ```sh
//! cargo run -p keyfob-examples --example itempath_orders
//! ```
//!
//! ```text
//! order SO-1001: IsAllocated, 2 lines
//! order SO-1001: sent before, not sent again
//! Näherungsschalter M18×40: 3 of 3 picked
//! Filtre à huile réf. 1101×60: 5 of 5 picked
//! 0 confirmations are left
//! ```

use std::{collections::BTreeSet, error::Error, time::Duration};

use futures::TryStreamExt;
use keyfob::{
    OptionExt,
    itempath::{
        Client, Filter,
        types::{DirectionType, ExportStateType, NewOrderLine, Order, OrderCreate, Transaction, TransactionUpdate},
    },
};
use keyfob_simulator::Simulator;

const ORDER: &str = "SO-1001";

/// Sends an order unless the warehouse has it. A create is never retried, because only its name detects a duplicate.
async fn send_once(client: &Client, order: OrderCreate) -> Result<Option<Order>, keyfob::Error> {
    let same_name = client.orders().name(Filter::eq(&order.name)).limit(1).await?.into_inner().orders;
    if !same_name.is_empty() {
        return Ok(None);
    }
    client.create_order(order).await?.into_inner().order.required("order").map(Some)
}

/// Returns the transactions that wait for the host system.
async fn confirmations(client: &Client, order: &str) -> Result<Vec<Transaction>, keyfob::Error> {
    let ready =
        client.transactions().order_name(Filter::eq(order)).export_state_type(Filter::eq(ExportStateType::Ready));
    ready.limit(1000).stream().try_collect().await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    let client = Client::from_vars(&simulator.environment())?; // a service: Client::from_env()?

    // Two materials that are in stock.
    let stock: Vec<_> = client.location_contents().limit(1000).stream().try_collect().await?;
    let stocked = stock.into_iter().filter(|content| content.current_quantity >= Some(5.0));
    let stocked: BTreeSet<String> = stocked.filter_map(|content| content.material_id).collect();
    let lines = stocked.into_iter().zip([3.0, 5.0]).map(|(id, quantity)| NewOrderLine::new(quantity).material_id(id));
    let order = OrderCreate::new(ORDER).direction_type(DirectionType::Pick).order_lines(lines).allocate(true);

    let sent = send_once(&client, order.clone()).await?.ok_or("the order exists")?;
    println!("order {ORDER}: {:?}, {} lines", sent.status.required("status")?, sent.order_lines.len());
    // Power Pick applies a write after the response; then a repeated run finds the order.
    simulator.advance(Duration::from_secs(2));
    assert!(send_once(&client, order).await?.is_none());
    println!("order {ORDER}: sent before, not sent again");

    simulator.advance(Duration::from_secs(30 * 60));
    let done = confirmations(&client, ORDER).await?;
    assert_eq!(done.len(), 2, "a transaction for each line");
    for transaction in done {
        let (picked, ordered) = (transaction.quantity_confirmed, transaction.quantity_requested);
        let name = transaction.material_name.required("materialName")?;
        println!("{name}: {} of {} picked", picked.unwrap_or_default(), ordered.unwrap_or_default());
        // Book the quantity in the host system first, then mark it: a crash in between repeats a row and loses none.
        let exported = TransactionUpdate::new().export_state_type(ExportStateType::Exported);
        client.update_transaction(transaction.id.required("id")?, exported).await?;
    }
    let left = confirmations(&client, ORDER).await?.len();
    println!("{left} confirmations are left");
    assert_eq!(left, 0);
    Ok(())
}
