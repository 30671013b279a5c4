//! `COPY` into a new table of `PostgreSQL`.

use anyhow::Result;
use tokio_postgres::NoTls;
use tokio_postgres::binary_copy::BinaryCopyInWriter;

use super::{NAMES, Row, pages};

/// Copies all rows into a new table, in one transaction.
pub(in crate::mirror) async fn copy(base: &str, token: &str, database: &str) -> Result<()> {
    let (mut client, connection) = tokio_postgres::connect(database, NoTls).await?;
    let connection = tokio::spawn(connection);
    let types = Row::types();
    let columns: Vec<String> = NAMES.iter().zip(&types).map(|(name, kind)| format!("\"{name}\" {kind}")).collect();
    let transaction = client.transaction().await?;
    transaction.batch_execute(&format!("create table rows ({}, primary key (id))", columns.join(", "))).await?;
    let sink = transaction.copy_in("copy rows from stdin binary").await?;
    let mut writer = Box::pin(BinaryCopyInWriter::new(sink, &types));
    let mut pages = pages(base, token)?;
    while let Some(rows) = pages.next().await? {
        for row in &rows {
            writer.as_mut().write(&row.values()).await?;
        }
    }
    writer.as_mut().finish().await?;
    transaction.commit().await?;
    drop(client);
    connection.await??;
    Ok(())
}
