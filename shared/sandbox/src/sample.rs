//! The sample repository: the made-up shop "storefront", ten months of work by five people, and
//! one pull request that deserves a second look. It is data for a first run, and says so.

use std::io;
use std::path::{Path, PathBuf};

use crate::git_clone::{Draft, GitClone, StoryResult};

/// Under which the sample is offered.
pub const NAME: &str = "sample/storefront";

/// What every answer about it says of its source.
pub const NOTE: &str = "Sample data: a made-up repository that ships with IDWO.";

/// The pull request worth showing.
pub const RISKY_PULL: u32 = 71;

/// Told anew when the story changes, so that a stale copy is not taken for it.
pub const EDITION: u32 = 2;

const MARA: &str = "Mara Lindqvist <4101+mara-l@users.noreply.github.com>";
const TOMAS: &str = "Tomás Rey <4102+tomasrey@users.noreply.github.com>";
const DANA: &str = "Dana Okafor <4103+dana-ok@users.noreply.github.com>";
const PRIYA: &str = "Priya Nair <priya@storefront.example>";
const JONAS: &str = "Jonas Weber <4105+jonas-w@users.noreply.github.com>";
const BOT: &str = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>";

/// One squashed pull request of the story: who wrote it, who reviewed it, and the function that
/// it adds to a file.
type Step = (
    u32,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

// One line each, so that the story can be read.
#[rustfmt::skip]
const STEPS: &[Step] = &[
    (3, MARA, PRIYA, "src/cart.rs", "add_item", "Add items to a cart"),
    (4, TOMAS, MARA, "src/catalog.rs", "list_products", "List products"),
    (6, PRIYA, JONAS, "src/payments/gateway.rs", "authorize", "Authorize a payment"),
    (7, JONAS, TOMAS, "src/store.rs", "load_order", "Load orders"),
    (9, DANA, MARA, "src/cart.rs", "remove_item", "Remove items from a cart"),
    (10, PRIYA, JONAS, "src/payments/gateway.rs", "capture", "Capture an authorized payment"),
    (11, MARA, DANA, "src/checkout.rs", "start_checkout", "Start a checkout"),
    (13, TOMAS, DANA, "src/catalog.rs", "search_products", "Search products by words"),
    (14, JONAS, PRIYA, "src/payments/ledger.rs", "record_entry", "Record ledger entries"),
    (16, PRIYA, MARA, "src/payments/refund.rs", "refund", "Refund a captured payment"),
    (17, DANA, TOMAS, "src/shipping.rs", "estimate_days", "Estimate shipping days"),
    (19, MARA, PRIYA, "src/checkout.rs", "confirm", "Confirm an order after payment"),
    (20, JONAS, TOMAS, "src/store.rs", "save_order", "Save orders in one transaction"),
    (22, PRIYA, JONAS, "src/payments/gateway.rs", "void", "Void an authorization"),
    (23, TOMAS, MARA, "web/cart.ts", "renderCart", "Show the cart"),
    (25, DANA, MARA, "src/cart.rs", "apply_voucher", "Apply vouchers"),
    (26, PRIYA, JONAS, "src/payments/retry.rs", "schedule_retry", "Schedule a second attempt"),
    (28, MARA, TOMAS, "src/notify.rs", "send_receipt", "Send receipts"),
    (29, JONAS, PRIYA, "src/payments/ledger.rs", "balance", "Balance the ledger"),
    (31, TOMAS, DANA, "web/checkout.ts", "renderCheckout", "Show the checkout"),
    (32, PRIYA, MARA, "src/payments/gateway.rs", "parse_decline", "Tell soft declines from hard ones"),
    (34, DANA, TOMAS, "src/shipping.rs", "pick_carrier", "Pick the cheapest carrier"),
    (35, JONAS, MARA, "src/store.rs", "find_stale_orders", "Find orders that went stale"),
    (37, MARA, PRIYA, "src/checkout.rs", "cancel", "Cancel an order before it ships"),
    (38, PRIYA, JONAS, "src/payments/refund.rs", "partial_refund", "Refund a part of a payment"),
    (40, TOMAS, MARA, "src/catalog.rs", "related_products", "Suggest related products"),
    (41, DANA, PRIYA, "src/payments/retry.rs", "is_due", "Retry only what is due"),
    (43, JONAS, PRIYA, "src/payments/ledger.rs", "reconcile", "Reconcile with the bank's file"),
    (44, MARA, DANA, "src/notify.rs", "send_decline", "Tell customers of a declined card"),
    (46, TOMAS, DANA, "web/cart.ts", "updateQuantity", "Change quantities in the cart"),
    (47, PRIYA, JONAS, "src/payments/gateway.rs", "idempotency_key", "Never charge the same order twice"),
    (49, DANA, MARA, "src/cart.rs", "merge_carts", "Merge carts after login"),
    (50, JONAS, TOMAS, "src/store.rs", "archive_orders", "Archive orders after two years"),
    (52, MARA, PRIYA, "src/checkout.rs", "resume", "Resume an interrupted checkout"),
    (53, PRIYA, JONAS, "src/payments/retry.rs", "back_off", "Back off between attempts"),
    (55, TOMAS, MARA, "web/checkout.ts", "showDecline", "Explain a declined card"),
    (56, DANA, TOMAS, "src/shipping.rs", "track", "Track parcels"),
    (59, JONAS, PRIYA, "src/payments/ledger.rs", "export", "Export the ledger"),
    (61, PRIYA, MARA, "src/payments/gateway.rs", "three_d_secure", "Ask for a second factor when the bank does"),
    (62, MARA, DANA, "src/notify.rs", "send_shipping", "Tell customers when an order ships"),
    (64, TOMAS, DANA, "src/catalog.rs", "hide_sold_out", "Hide what is sold out"),
    (66, PRIYA, JONAS, "src/payments/refund.rs", "refund_window", "Refund within thirty days only"),
    (67, DANA, PRIYA, "src/payments/retry.rs", "give_up", "Give up after four attempts"),
];

#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    #[error("cannot write to {folder}")]
    Folder { folder: PathBuf, source: io::Error },
    #[error("cannot write the sample in {folder}")]
    Story {
        folder: PathBuf,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Where the sample of this edition is in a folder.
pub fn path_in(folder: &Path) -> PathBuf {
    folder.join(format!("sample-{EDITION}.git"))
}

/// The sample in `folder`, written where it is not there yet. It takes its name only when whole, so
/// that a copy cut off midway is never read, and two processes may do this at the same time.
pub fn written_in(folder: &Path) -> Result<PathBuf, Unwritten> {
    let path = path_in(folder);
    if path.exists() {
        return Ok(path);
    }
    let unwritable = |source| Unwritten::Folder {
        folder: folder.to_owned(),
        source,
    };
    let mut draft = tempfile::Builder::new();
    let draft = draft.prefix("sample-draft-").tempdir_in(folder);
    let draft = draft.map_err(unwritable)?;
    write(draft.path()).map_err(|source| Unwritten::Story {
        folder: folder.to_owned(),
        source: source.into(),
    })?;
    match std::fs::rename(draft.path(), &path) {
        Ok(()) => drop(draft.keep()),
        Err(_) if path.exists() => (),
        Err(source) => return Err(unwritable(source)),
    }
    Ok(path)
}

/// Writes the story to `path`, which must not exist yet.
pub fn write(path: impl Into<PathBuf>) -> StoryResult<GitClone> {
    let mut clone = GitClone::init(path)?;
    clone.land(beginning())?;
    for (index, step) in STEPS.iter().enumerate() {
        clone.land(squashed(*step, STEPS.iter().take(index + 1)))?;
        if index % 9 == 8 {
            clone.land(bump(index))?;
        }
    }
    risky_pull(&mut clone)?;
    open_pull(&mut clone)?;
    Ok(clone)
}

fn beginning() -> Draft {
    Draft::by(MARA, "Begin the storefront (#1)")
        .writes("README.md", "# Storefront\n\nA small shop. This repository is sample data.\n")
        .writes(".gitattributes", "web/dist/** linguist-generated\n")
        .writes(
            ".github/CODEOWNERS",
            "* @storefront/developers\n/src/payments/ @priya-n\n/migrations/ @jonas-w\n/.github/ @storefront/platform\n",
        )
        .writes(".github/workflows/deploy.yml", "on: { push: { branches: [main] } }\njobs:\n  deploy:\n    steps:\n      - run: ./deploy.sh\n")
        .writes(".mailmap", "Priya Nair <77+priya-n@users.noreply.github.com> <priya@storefront.example>\n")
        .writes("Cargo.toml", manifest(&[("serde", "1.0")]))
        .writes("Cargo.lock", "version = 4\n")
        .writes("src/config.rs", "pub struct Config {\n    pub gateway_url: String,\n}\n")
        .writes("migrations/0001_orders.sql", "CREATE TABLE orders (id BIGINT PRIMARY KEY, total BIGINT NOT NULL);\n")
}

fn squashed(
    (number, author, reviewer, path, _, title): Step,
    told: impl Iterator<Item = &'static Step>,
) -> Draft {
    let functions: Vec<_> = told
        .filter(|step| step.3 == path)
        .map(|step| step.4)
        .collect();
    let message = format!(
        "{title} (#{number})\n\nCloses #{}\n\nReviewed-by: {reviewer}",
        number - 1
    );
    let draft = Draft::by(author, &message)
        .days_later(5)
        .writes(path, module(path, &functions));
    // Not everybody writes tests; payments always did, which is what makes the last change stand out.
    if !path.contains("payments") {
        return draft;
    }
    let name = path
        .trim_start_matches("src/payments/")
        .trim_end_matches(".rs");
    draft
        .writes(&format!("tests/{name}.rs"), tests(&functions))
        .committed_by(reviewer)
}

fn module(path: &str, functions: &[&str]) -> String {
    let function = |name: &&str| {
        if path.ends_with(".ts") {
            format!(
                "export function {name}(order: Order): Step {{\n  return next(order, '{name}');\n}}\n"
            )
        } else {
            format!(
                "pub fn {name}(order: &Order) -> Result<Step, Refused> {{\n    order.allows(\"{name}\")?;\n    Ok(Step::named(\"{name}\"))\n}}\n"
            )
        }
    };
    functions
        .iter()
        .map(function)
        .collect::<Vec<_>>()
        .join("\n")
}

fn tests(functions: &[&str]) -> String {
    let test = |name: &&str| {
        format!(
            "#[test]\nfn {name}_is_refused_for_a_closed_order() {{\n    assert!({name}(&closed()).is_err());\n}}\n"
        )
    };
    functions.iter().map(test).collect::<Vec<_>>().join("\n")
}

fn bump(index: usize) -> Draft {
    let number = 100 + index;
    let version = format!("1.0.{index}");
    Draft::by(BOT, &format!("Bump serde to {version} (#{number})"))
        .writes("Cargo.toml", manifest(&[("serde", &version)]))
        .writes(
            "Cargo.lock",
            format!("version = 4\n\n[[package]]\nname = \"serde\"\nversion = \"{version}\"\n"),
        )
}

fn manifest(dependencies: &[(&str, &str)]) -> String {
    let lines: String = dependencies
        .iter()
        .map(|(name, version)| format!("{name} = \"{version}\"\n"))
        .collect();
    format!("[package]\nname = \"storefront\"\nversion = \"0.9.0\"\n\n[dependencies]\n{lines}")
}

/// Touches money, the database, the deployment and a credential, and brings no test.
fn risky_pull(clone: &mut GitClone) -> StoryResult<()> {
    let retry: Vec<_> = STEPS
        .iter()
        .filter(|step| step.3 == "src/payments/retry.rs")
        .map(|step| step.4)
        .collect();
    let gateway: Vec<_> = STEPS
        .iter()
        .filter(|step| step.3 == "src/payments/gateway.rs")
        .map(|step| step.4)
        .collect();
    // Put together here, so that no scanner takes this file for a leak; it opens nothing.
    let key = ["sk", "_live_", "4eC39HqLyjWDarjtT1zdp7dc"].concat();
    let first = Draft::by(DANA, "PAY-77 Keep card tokens to retry with")
        .days_later(6)
        .writes("migrations/0007_card_tokens.sql", "ALTER TABLE orders ADD COLUMN card_token TEXT;\nUPDATE orders SET card_token = '' WHERE card_token IS NULL;\n")
        .writes("src/config.rs", format!("pub struct Config {{\n    pub gateway_url: String,\n}}\n\n// TODO: read from the vault before we go live\npub const GATEWAY_KEY: &str = \"{key}\";\n"))
        .writes("Cargo.toml", manifest(&[("reqwest", "0.13"), ("serde", "1.0.35")]))
        .writes("Cargo.lock", "version = 4\n\n[[package]]\nname = \"reqwest\"\nversion = \"0.13.5\"\n");
    let second = Draft::by(DANA, "Retry declined payments every night")
        .writes("src/payments/retry.rs", module("retry.rs", &[&retry[..], &["charge_again", "retry_all"]].concat()))
        .writes("src/payments/gateway.rs", module("gateway.rs", &[&gateway[..], &["charge_token"]].concat()))
        .writes(".github/workflows/deploy.yml", "on: { push: { branches: [main] }, schedule: [{ cron: '0 3 * * *' }] }\njobs:\n  deploy:\n    steps:\n      - run: ./deploy.sh\n      - run: ./retry-all.sh # FIXME: alert somebody when this fails\n")
        .writes("web/dist/app.js", "(()=>{const o=1;console.log(o)})();\n");
    let tip = clone.branch([first, second])?;
    let message = format!(
        "Merge pull request #{RISKY_PULL} from dana-ok/PAY-77-retry-payments\n\nRetry declined payments\n\nFixes #58\n\nReviewed-by: {TOMAS}"
    );
    clone.merge(&tip, Draft::by(TOMAS, &message)).map(drop)
}

fn open_pull(clone: &mut GitClone) -> StoryResult<()> {
    let tip = clone.branch([
        Draft::by(TOMAS, "Sort search results by price\n\nCloses #70")
            .writes(
                "src/catalog.rs",
                module(
                    "catalog.rs",
                    &["list_products", "search_products", "sort_by_price"],
                ),
            )
            .writes("tests/catalog.rs", tests(&["sort_by_price"])),
    ])?;
    clone.open_pull(72, &tip)
}
