//! Chores of the project: `cargo xtask catalogue`.

use std::path::{Path, PathBuf};

use clap::Parser;
use idwo_local::tools::{self, TOOLS};

#[derive(Parser)]
enum Chore {
    /// Writes `functions/mcp/catalogue.json` and `tests/contract/` from the tools' own contracts,
    /// `events/` from their examples, and `functions/mcp/conformance.json` from the fixture's.
    Catalogue,
}

fn main() -> std::io::Result<()> {
    match Chore::parse() {
        Chore::Catalogue => catalogue(),
    }
}

fn catalogue() -> std::io::Result<()> {
    let root = root();
    write(
        &root.join("functions/mcp/catalogue.json"),
        &tools::catalogue(),
    )?;
    write(
        &root.join("functions/mcp/conformance.json"),
        &tools::conformance_catalogue(),
    )?;
    for tool in TOOLS {
        let path = root.join(format!("tests/contract/{}.json", tool.name));
        write(&path, &tools::pretty(&tools::published(tool)))?;
        let path = root.join(format!("events/{}.json", tool.name));
        write(&path, &tools::pretty(&tools::event(tool)?))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

/// The workspace's root, wherever the command was given.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
