//! Ditio core: a project, a work order, a document, an expired token, two rejected calls.

use anyhow::{Context, ensure};
use keyfob::ditio::Credentials;
use keyfob::ditio_core::{Client, operation as op, types};
use keyfob::{ErrorKind, Form};
use keyfob_simulator::Vendor;

use super::guide::Guide;
use super::simulation::Simulation;
use super::snippet::snippet;

const NUMBER: &str = "KF-1001";

pub(super) async fn walk(guide: &mut Guide, simulation: &Simulation<'_>) -> anyhow::Result<()> {
    guide.api("ditio-core", "Ditio core", "projects, work orders, documents and machines of building sites")?;
    let client: Client = simulation.client()?;
    let credentials = Credentials::from_vars(&simulation.variables)?;
    let company = credentials.company_id().context("the simulator has a company")?;
    guide.authorize(client.session()).await?;
    let project = project(guide, company, &client).await?;
    let order = work_order(guide, company, &client, &project).await?;
    document(guide, &client, &project).await?;
    renewal(guide, simulation, &client, &order).await?;
    rejections(guide, &client, order).await
}

async fn project(guide: &mut Guide, company: &str, client: &Client) -> anyhow::Result<String> {
    let project =
        types::ProjectCreate::new(company, NUMBER).name("Bru over Åna").description("Samvirkebru, 84 m").active(true);
    let created = guide.call(&op::CreateProject::OPERATION, snippet!(client.create_project(project))).await?;
    let id = created.id.clone().context("the project has no id")?;
    ensure!(
        created.active == Some(true) && created.name.as_deref() == Some("Bru over Åna"),
        "the project is not as requested"
    );
    guide.outcome(format!("\"Bru over Åna\", active, id {id}"))?;

    let code = snippet!(client.project_by_number("KF-1001"));
    let found = guide.call(&op::ProjectByNumber::OPERATION, code).await?;
    ensure!(found.id.as_deref() == Some(&id), "another project was found");
    guide.outcome("the same project, found by its number")?;

    let patch = types::ProjectPatch::new().name("Bru over Åna, byggetrinn 2");
    guide.call(&op::UpdateProject::OPERATION, snippet!(client.update_project(&id, patch))).await?;
    let now = client.project(&id).await?;
    ensure!(now.name.as_deref() == Some("Bru over Åna, byggetrinn 2"), "the name was not changed");
    ensure!(now.description.as_deref() == Some("Samvirkebru, 84 m"), "the description was lost");
    guide.outcome("name changed; fields absent from the request keep their values")?;
    Ok(id)
}

async fn work_order(
    guide: &mut Guide,
    company: &str,
    client: &Client,
    project: &str,
) -> anyhow::Result<types::WorkOrderCreate> {
    let order = types::WorkOrderCreate::new(company, project, "A-3").name("Peling akse 3").active(true);
    let code = snippet!(client.create_work_order(order.clone()));
    let created = guide.call(&op::CreateWorkOrder::OPERATION, code).await?;
    ensure!(created.project_id.as_deref() == Some(project), "the work order belongs to another project");
    guide.outcome(format!("\"Peling akse 3\", a work order of {NUMBER}"))?;
    Ok(order)
}

async fn document(guide: &mut Guide, client: &Client, project: &str) -> anyhow::Result<()> {
    let drawing = drawing();
    let form = Form::new().file("tegning-akse-3.pdf", drawing.clone());
    let code = snippet!(client.upload_project_documents(project, form));
    let uploaded = guide.call(&op::UploadProjectDocuments::OPERATION, code).await?;
    let file = uploaded.info_page_files.first().context("the response lists no file")?;
    let file_id = file.file_reference_id.clone().context("the file has no reference")?;
    ensure!(file.name.as_deref() == Some("tegning-akse-3.pdf"), "the file has another name");
    guide.outcome(format!("tegning-akse-3.pdf, {} bytes in a multipart form", drawing.len()))?;

    let code = snippet!(client.download_project_document(project, file_id));
    let response = guide.call(&op::DownloadProjectDocument::OPERATION, code).await?;
    let bytes = response.into_inner().bytes().await?;
    ensure!(bytes == drawing, "{} bytes were uploaded and {} different bytes downloaded", drawing.len(), bytes.len());
    guide.outcome(format!("{} bytes, identical to the upload", bytes.len()))
}

async fn renewal(
    guide: &mut Guide,
    simulation: &Simulation<'_>,
    client: &Client,
    order: &types::WorkOrderCreate,
) -> anyhow::Result<()> {
    let before = simulation.simulator.token_requests(Vendor::Ditio);
    simulation.simulator.expire_tokens(Vendor::Ditio);
    guide.simulator_event("the simulator expires all tokens without notice")?;
    let read = guide.call(&op::Project::OPERATION, snippet!(client.project(&order.project_id))).await?;
    let after = simulation.simulator.token_requests(Vendor::Ditio);
    ensure!((before, after) == (1, 2), "token requests went from {before} to {after}");
    ensure!(read.project_number.as_deref() == Some(NUMBER), "another project was returned");
    guide.outcome(format!("token renewed within the call: token requests went from {before} to {after}"))
}

async fn rejections(guide: &mut Guide, client: &Client, order: types::WorkOrderCreate) -> anyhow::Result<()> {
    let code = snippet!(client.create_work_order(order));
    let error = guide.rejected(&op::CreateWorkOrder::OPERATION, code).await?;
    let message = error.service_error().and_then(|api| api.message()).context("the response has no message")?;
    ensure!(error.kind() == ErrorKind::Rejected && message.contains("allerede i bruk"), "unexpected error: {error}");
    guide.outcome(format!("Err({:?}): {message}", error.kind()))?;

    let code = snippet!(client.project("000000000000000000000000"));
    let error = guide.rejected(&op::Project::OPERATION, code).await?;
    ensure!(error.kind() == ErrorKind::NotFound, "unexpected error: {error}");
    guide.outcome(format!("Err({:?})", error.kind()))
}

/// Returns a PDF of more bytes than fit into one chunk of the transport.
fn drawing() -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    bytes.extend((0..200_000_u32).map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 24).expect("eight bits")));
    bytes.extend(b"\n%%EOF\n");
    bytes
}
