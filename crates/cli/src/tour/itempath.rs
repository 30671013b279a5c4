//! `ItemPath`: a material, over TLS with a certificate that no public authority has signed.

use anyhow::{Context, ensure};
use keyfob::itempath::{Client, Credentials, Environment, Filter, operation as op, types};

use super::guide::Guide;
use super::place::Place;

const NAME: &str = "KF-VENTIL-8";

/// Walks it at a simulator of its own, which serves over TLS.
pub(super) async fn walk(guide: &mut Guide) -> anyhow::Result<()> {
    guide.api("itempath", "ItemPath", "warehouses; over TLS, trusting the plant's own certificate")?;
    let simulator = keyfob_simulator::Simulator::builder().tls(true).start().await?;
    let place = Place::new(&simulator);
    let pem = simulator.certificate_pem().context("there is a certificate")?;
    let (environment, credentials) =
        (Environment::from_vars(place.variables())?, Credentials::from_vars(place.variables())?);
    ensure!(environment.base_url().starts_with("https://"), "{} is not protected", environment.base_url());
    let client = Client::builder(environment, credentials).root_certificate_pem(pem.as_bytes())?.build()?;
    guide.authorize(client.session()).await?;

    let page = guide.call(&op::Materials::OPERATION, "materials().limit(20)", client.materials().limit(20)).await?;
    let first = page.materials.first().and_then(|material| material.name.clone()).context("there is a material")?;
    ensure!(page.materials.len() == 20, "{} materials on a page of 20", page.materials.len());
    guide.came_back(format!("{} materials on page 0; one is \"{first}\"", page.materials.len()))?;

    let body = types::MaterialCreate::new(NAME).info1("Kugelventil 8 mm");
    let call = client.create_material(body);
    let created = guide.call(&op::CreateMaterial::OPERATION, "create_material(\"KF-VENTIL-8\", …)", call).await?;
    let id = created.material.as_ref().and_then(|material| material.id.clone()).context("the material has an id")?;
    guide.came_back(format!("id {id}"))?;

    let read = guide.call(&op::Material::OPERATION, "material(id)", client.material(id)).await?;
    let material = read.into_inner().material.context("there is the material")?;
    ensure!(material.name.as_deref() == Some(NAME), "another material");
    ensure!(material.info1.as_deref() == Some("Kugelventil 8 mm"), "its text is lost");
    guide.came_back("the same material: \"Kugelventil 8 mm\"")?;

    let filter = Filter::like("KF-");
    let shown = "materials().name(Filter::like(\"KF-\"))";
    simulator.advance(std::time::Duration::from_secs(2));
    let found = guide.call(&op::Materials::OPERATION, shown, client.materials().name([filter]).limit(20)).await?;
    ensure!(found.materials.iter().any(|material| material.name.as_deref() == Some(NAME)), "it is not found");
    guide.came_back(format!("found by its name, beside {} others", found.materials.len() - 1))
}
