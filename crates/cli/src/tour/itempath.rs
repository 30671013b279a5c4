//! `ItemPath`: a material, over TLS with a certificate that no public authority has signed.

use anyhow::{Context, ensure};
use keyfob::itempath::{Client, Credentials, Environment, Filter, operation as op, types};

use super::guide::Guide;
use super::simulation::{self, Simulation};
use super::snippet::snippet;

const NAME: &str = "KF-VENTIL-8";

/// Runs the steps against a separate simulator, which serves over TLS.
pub(super) async fn walk(guide: &mut Guide) -> anyhow::Result<()> {
    guide.api("itempath", "ItemPath", "warehouses; over TLS, trusting the plant's own certificate")?;
    let simulator = keyfob_simulator::Simulator::builder().tls(true).start().await?;
    let variables = Simulation::new(&simulator).variables;
    let pem = simulator.certificate_pem();
    let environment = Environment::from_vars(&variables)?;
    ensure!(environment.base_url().starts_with("https://"), "{} is not https", environment.base_url());
    let transport = simulation::transport().root_certificate_pem(pem.as_bytes())?;
    let client = Client::builder(environment, Credentials::from_vars(&variables)?).transport(transport).build()?;
    guide.authorize(client.session()).await?;

    let page = guide.call(&op::Materials::OPERATION, snippet!(client.materials().limit(20))).await?;
    let first = page.materials.first().and_then(|material| material.name.clone()).context("there is no material")?;
    ensure!(page.materials.len() == 20, "{} materials on a page of 20", page.materials.len());
    guide.outcome(format!("{} materials on page 0; one is \"{first}\"", page.materials.len()))?;

    let material = types::MaterialCreate::new(NAME).info1("Kugelventil 8 mm");
    let created = guide.call(&op::CreateMaterial::OPERATION, snippet!(client.create_material(material))).await?;
    let id = created.material.as_ref().and_then(|material| material.id.clone()).context("the material has no id")?;
    guide.outcome(format!("id {id}"))?;

    let read = guide.call(&op::Material::OPERATION, snippet!(client.material(id))).await?;
    let material = read.into_inner().material.context("the response has no material")?;
    ensure!(material.name.as_deref() == Some(NAME), "another material was returned");
    ensure!(material.info1.as_deref() == Some("Kugelventil 8 mm"), "the text was lost");
    guide.outcome("the same material: \"Kugelventil 8 mm\"")?;

    // Writes become visible in lists after a delay.
    simulator.advance(std::time::Duration::from_secs(2));
    let code = snippet!(client.materials().name(Filter::like("KF-")).limit(20));
    let found = guide.call(&op::Materials::OPERATION, code).await?;
    ensure!(
        found.materials.iter().any(|material| material.name.as_deref() == Some(NAME)),
        "the filter does not find the material"
    );
    guide.outcome(format!("found by its name, with {} others", found.materials.len() - 1))
}
