//! `calibrate` as a process, on made-up records in which it is known what there is to find.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// Pull requests of each repository, and how many of the last ones are scored.
const PULLS: u64 = 400;
const SCORED: u64 = 250;

#[expect(clippy::disallowed_methods, reason = "the process is what is tested")]
fn calibrate(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_calibrate"));
    let output = command.args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Three repositories: large changes go bad in one of three, small ones in one of fifty; whoever
/// owns a folder reviews it; a change takes an hour for each line.
fn records(folder: &Path) {
    let mut rng = Rng::with_seed(3);
    for name in ["one", "two", "three"] {
        let (mut pulls, mut truth, mut baselines) = (Vec::new(), Vec::new(), Vec::new());
        for number in 1..=PULLS {
            let lines = if rng.bool() {
                200 + rng.u32(..200)
            } else {
                1 + rng.u32(..20)
            };
            let area = *rng.choice(["web", "pay", "core"].iter()).unwrap();
            let begun = 1_600_000_000 + 86_400 * number;
            let bad = rng.u32(..if lines > 100 { 3 } else { 50 }) == 0;
            let reviewer = format!("owner-of-{area}");
            pulls.push(json!({
                "number": number, "title": format!("Step {number}"), "body": "", "author": "ann",
                "created": begun, "merged": begun + u64::from(lines) * 3600,
                "files": [[format!("{area}/{}.rs", rng.u8(..9)), lines, 0]],
                "reviewers": [reviewer], "repo": format!("made-up/{name}"),
            }));
            if number > PULLS - SCORED {
                truth.push(json!({
                    "number": number, "risk": true, "rev": true, "bad": u8::from(bad),
                    "any": u8::from(bad), "reviewers": [reviewer],
                }));
                baselines.push(json!({
                    "number": number, "risk": { "dice": rng.f64() },
                    "reviewers": { "nobody": [] },
                }));
            }
        }
        write(&folder.join(format!("{name}.prs.jsonl.gz")), &pulls, true);
        write(&folder.join(format!("{name}.truth.jsonl")), &truth, false);
        write(
            &folder.join(format!("{name}.baselines.jsonl.gz")),
            &baselines,
            true,
        );
    }
}

fn write(path: &Path, rows: &[Value], packed: bool) {
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let file = File::create(path).unwrap();
    if packed {
        let mut packer = GzEncoder::new(file, Compression::fast());
        packer.write_all(text.as_bytes()).unwrap();
        packer.finish().unwrap();
    } else {
        let mut file = file;
        file.write_all(text.as_bytes()).unwrap();
    }
}

/// The first number of the row that begins with `name`.
fn row(table: &str, name: &str) -> f64 {
    let row = table.lines().find(|line| line.starts_with(name)).unwrap();
    let rest = row.trim_start_matches(name).split_whitespace();
    let mut numbers = rest.filter_map(|word| word.parse().ok());
    numbers.next().unwrap()
}

#[test]
fn what_was_hidden_in_the_records_is_found_and_what_was_not_is_not() {
    let folder = tempfile::tempdir().unwrap();
    records(folder.path());
    let said = folder.path().join("said");
    let (from, to) = (folder.path().to_str().unwrap(), said.to_str().unwrap());
    let output = calibrate(&["score", from, "--predictions", to]);
    let text = String::from_utf8(output.stdout).unwrap();
    let (risk, rest) = text.split_once("Reviewers:").unwrap();
    let (reviewers, times) = rest.split_once("Times to merge:").unwrap();
    assert!(row(risk, "ours") > 0.75, "{risk}");
    assert!((row(risk, "dice") - 0.5).abs() < 0.1, "{risk}");
    assert!(row(reviewers, "ours") > 0.95, "{reviewers}");
    assert_eq!(row(reviewers, "nobody"), 0.0);
    assert!((0.7..=0.95).contains(&row(times, "one ours")), "{times}");
    for file in ["risk.jsonl", "reviewers.jsonl"] {
        let lines = std::fs::read_to_string(said.join(file)).unwrap();
        assert_eq!(lines.lines().count() as u64, 3 * SCORED, "{file}");
    }
}

#[test]
fn what_is_fitted_is_written_as_rust() {
    let folder = tempfile::tempdir().unwrap();
    records(folder.path());
    let into = folder.path().join("fitted.rs");
    let (from, to) = (folder.path().to_str().unwrap(), into.to_str().unwrap());
    calibrate(&["fit", from, "--into", to]);
    let text = std::fs::read_to_string(into).unwrap();
    let coefficients = text
        .lines()
        .find(|line| line.contains("coefficients:"))
        .unwrap();
    let first = coefficients.split(['[', ',']).nth(1).unwrap();
    assert!(first.trim().parse::<f64>().unwrap() > 0.1, "{coefficients}");
    assert!(text.contains("pull_requests: 750,"), "{text}");
}
