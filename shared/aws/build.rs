//! Takes `infra/roots.pem` apart, so that no start has to: reading its text would be a fifth of all the
//! instructions of the endpoint's.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

const ROOTS: &str = "../../infra/roots.pem";

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo says where it builds in no other way"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={ROOTS}");
    let out = env::var_os("OUT_DIR").ok_or("Cargo sets OUT_DIR")?;
    let mut list = String::new();
    for (index, root) in CertificateDer::pem_file_iter(ROOTS)?.enumerate() {
        let file = format!("{index}.der");
        fs::write(Path::new(&out).join(&file), root?)?;
        list += &format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\")),\n");
    }
    fs::write(Path::new(&out).join("roots.rs"), format!("&[\n{list}]"))?;
    Ok(())
}
