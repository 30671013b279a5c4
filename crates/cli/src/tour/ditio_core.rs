//! Ditio core: a project, a work order, a document, an expired token, two refusals.

use anyhow::{Context, ensure};
use keyfob::ditio_core::{Client, operation as op, types};
use keyfob::{ErrorKind, Form};
use keyfob_simulator::Vendor;

use super::guide::Guide;
use super::place::Place;

const NUMBER: &str = "KF-1001";

pub(super) async fn walk(guide: &mut Guide, place: &Place<'_>) -> anyhow::Result<()> {
    guide.api("ditio-core", "Ditio core", "projects, work orders, documents and machines of building sites")?;
    let client = Client::from_vars(place.variables())?;
    guide.authorize(client.session()).await?;
    let project = project(guide, place, &client).await?;
    let order = work_order(guide, place, &client, &project).await?;
    document(guide, &client, &project).await?;
    renewal(guide, place, &client, &order).await?;
    refusals(guide, &client, order).await
}

async fn project(guide: &mut Guide, place: &Place<'_>, client: &Client) -> anyhow::Result<String> {
    let body = types::ProjectCreate::new(place.get("DITIO_COMPANY_ID"), NUMBER)
        .name("Bru over Åna")
        .description("Samvirkebru, 84 m")
        .active(true);
    let created = guide
        .call(&op::CreateProject::OPERATION, "create_project(\"KF-1001\", …)", client.create_project(body))
        .await?;
    let id = created.id.clone().context("the project has an id")?;
    ensure!(created.active == Some(true) && created.name.as_deref() == Some("Bru over Åna"), "not as it was sent");
    guide.came_back(format!("\"Bru over Åna\", active, id {id}"))?;

    let call = client.project_by_number(NUMBER);
    let found = guide.call(&op::ProjectByNumber::OPERATION, "project_by_number(\"KF-1001\")", call).await?;
    ensure!(found.id.as_deref() == Some(&id), "another project was found");
    guide.came_back("the same project, found by its number")?;

    let patch = types::ProjectPatch::new().name("Bru over Åna, byggetrinn 2");
    guide.call(&op::UpdateProject::OPERATION, "update_project(id, name)", client.update_project(&id, patch)).await?;
    let now = client.project(&id).await?;
    ensure!(now.name.as_deref() == Some("Bru over Åna, byggetrinn 2"), "the name is not the new one");
    ensure!(now.description.as_deref() == Some("Samvirkebru, 84 m"), "the description was lost");
    guide.came_back("now \"Bru over Åna, byggetrinn 2\"; what was not sent is kept")?;
    Ok(id)
}

async fn work_order(
    guide: &mut Guide,
    place: &Place<'_>,
    client: &Client,
    project: &str,
) -> anyhow::Result<types::WorkOrderCreate> {
    let body =
        types::WorkOrderCreate::new(place.get("DITIO_COMPANY_ID"), project, "A-3").name("Peling akse 3").active(true);
    let call = client.create_work_order(body.clone());
    let created = guide.call(&op::CreateWorkOrder::OPERATION, "create_work_order(project, \"A-3\", …)", call).await?;
    ensure!(created.project_id.as_deref() == Some(project), "the work order is under another project");
    guide.came_back(format!("\"Peling akse 3\", a work order of {NUMBER}"))?;
    Ok(body)
}

async fn document(guide: &mut Guide, client: &Client, project: &str) -> anyhow::Result<()> {
    let drawing = drawing();
    let form = Form::new().file("tegning-akse-3.pdf", drawing.clone());
    let call = client.upload_project_documents(project, form);
    let uploaded =
        guide.call(&op::UploadProjectDocuments::OPERATION, "upload_project_documents(id, file)", call).await?;
    let file = uploaded.info_page_files.first().context("the page lists the file")?;
    let reference = file.file_reference_id.clone().context("the file has a reference")?;
    ensure!(file.name.as_deref() == Some("tegning-akse-3.pdf"), "the file has another name");
    guide.came_back(format!("tegning-akse-3.pdf, {} bytes in a multipart form", drawing.len()))?;

    let call = client.download_project_document(project, reference);
    let answer =
        guide.call(&op::DownloadProjectDocument::OPERATION, "download_project_document(id, file)", call).await?;
    let bytes = answer.into_inner().bytes().await?;
    ensure!(bytes == drawing, "{} bytes went up, and {} others came down", drawing.len(), bytes.len());
    guide.came_back(format!("{} bytes, the same ones", bytes.len()))
}

async fn renewal(
    guide: &mut Guide,
    place: &Place<'_>,
    client: &Client,
    order: &types::WorkOrderCreate,
) -> anyhow::Result<()> {
    let before = place.simulator.token_requests(Vendor::Ditio);
    place.simulator.expire_tokens(Vendor::Ditio);
    guide.meanwhile("now the server lets every token expire, and does not tell")?;
    let call = client.project(&order.project_id);
    let read = guide.call(&op::Project::OPERATION, "project(id)", call).await?;
    let after = place.simulator.token_requests(Vendor::Ditio);
    ensure!((before, after) == (1, 2), "token requests went from {before} to {after}");
    ensure!(read.project_number.as_deref() == Some(NUMBER), "another project");
    guide.came_back(format!("renewed unnoticed: token requests went from {before} to {after}"))
}

async fn refusals(guide: &mut Guide, client: &Client, order: types::WorkOrderCreate) -> anyhow::Result<()> {
    let call = client.create_work_order(order);
    let error =
        guide.refused(&op::CreateWorkOrder::OPERATION, "create_work_order(project, \"A-3\", …) again", call).await?;
    let said = error.api().and_then(|api| api.message()).context("the service says why")?;
    ensure!(error.kind() == ErrorKind::Rejected && said.contains("allerede i bruk"), "another refusal: {error}");
    guide.came_back(format!("Err({:?}): {said}", error.kind()))?;

    let call = client.project("000000000000000000000000");
    let error = guide.refused(&op::Project::OPERATION, "project(\"000000000000000000000000\")", call).await?;
    ensure!(error.kind() == ErrorKind::NotFound, "another refusal: {error}");
    guide.came_back(format!("Err({:?}): {}", error.kind(), plain(&error)))
}

/// What an error says, without what the line shows already.
fn plain(error: &keyfob::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(": ").map_or(text.as_str(), |(_, said)| said);
    text.rsplit_once(" (").map_or(text, |(said, _)| said).to_owned()
}

/// A small PDF, with more bytes than fit into one piece on the wire.
fn drawing() -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    bytes.extend((0..200_000_u32).map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 24).expect("eight bits")));
    bytes.extend(b"\n%%EOF\n");
    bytes
}
