//! `analyze_pr`: what a reviewer wants to know of a pull request before reading it, each fact
//! computed from the change itself and from what was known before it landed.

use idwo_core::ctx::Ctx;
use idwo_core::envelope::{Detail, NextCall};
use idwo_core::failure::Failure;
use idwo_core::input::{CommitSha, Owner, PullNumber, Repo, RepositoryName};
use idwo_core::tool::{Annotations, Answered, Tool};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

// The answer, and its words.
mod answer;
mod judgement;
mod report;
mod summary;

// What is looked at.
pub mod attributes;
mod change;
pub mod outline;
pub mod track;

// One file for each kind of evidence.
mod dependencies;
mod file_history;
mod jira;
mod owners;
mod record;
pub mod reviewers;
pub mod risk;
mod secrets;
mod signatures;
mod size;
mod split;
mod tickets;
pub mod times;
mod todos;
mod together;
mod untested;

// What they stand on.
mod constant;
mod counted;
mod credentials;
mod paths;
mod patterns;
mod quote;
mod roster;

use self::jira::LookedUp;

pub struct AnalyzePr;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    owner: Owner,
    repo: Repo,
    pull_number: PullNumber,
    /// Only what came after this commit.
    #[serde(default)]
    since_sha: Option<CommitSha>,
    /// Also look up the Jira tickets it names.
    #[serde(default)]
    include_jira_context: bool,
    /// summary: to 8 KB. full: to 100 KB. A model: to 4.
    #[serde(default)]
    detail: Detail,
}

impl Tool for AnalyzePr {
    const NAME: &'static str = "analyze_pr";
    const TITLE: &'static str = "Analyze a pull request";
    const DESCRIPTION: &'static str = "Evidence of a pull request: calibrated risk, reviewers with \
        reasons, time to review and merge, checks, conflicts, size, CODEOWNERS, untested code, public \
        signatures, TODO/FIXME, dependencies, CI, infra, migrations, secrets, \
        tickets, file history, missing companions, split. Reads only; a model may add judgements. \
        Says what is unknown.";
    const ANNOTATIONS: Annotations = Annotations {
        read_only_hint: true,
        destructive_hint: false,
        idempotent_hint: true,
        open_world_hint: true,
    };
    const TOOLSET: &'static str = "pull_requests";
    const SCOPES: &'static [&'static str] = &["repository:read"];
    const GOES_ON: bool = true;
    const EXAMPLE: &'static str = r#"{"owner":"sample","repo":"storefront","pull_number":71}"#;

    type Input = Input;
    type Output = report::Report;

    async fn call(ctx: &Ctx, input: Input) -> Result<Answered<report::Report>, Failure> {
        let question = [
            ("pull_number", json!(input.pull_number.get())),
            ("since_sha", json!(input.since_sha)),
            ("include_jira_context", json!(input.include_jira_context)),
            ("detail", json!(input.detail)),
        ];
        let repository = RepositoryName {
            owner: input.owner,
            repo: input.repo,
        };
        let pull_request = ctx
            .forge
            .pull_request(&repository, input.pull_number, &ctx.watcher)
            .await?;
        let pull_request = match &input.since_sha {
            Some(seen) => ctx.forge.since(pull_request, seen, &ctx.watcher).await?,
            None => pull_request,
        };
        let change = change::Change::read(ctx, &pull_request).await?;
        let findings = answer::Findings::of(ctx, &change).await?;
        let unfinished = findings.hindsight.is_unfinished();
        let failed = findings.hindsight.failed().cloned();
        let mut reply = answer::reply(&change, findings, ctx.clock.now());
        if unfinished {
            reply.next.push(again(&repository, question));
        }
        reply.degraded.extend(failed);
        let jira = match input.include_jira_context {
            true => Some(LookedUp::of(ctx, &reply.result).await?),
            false => None,
        };
        if let Some(jira) = &jira {
            jira.tell(&mut reply, ctx.clock.now());
        }
        reply.cost.api_calls = ctx.watcher.calls();
        reply.text = summary::text(&reply);
        let tickets = jira.as_ref().map_or(&[][..], LookedUp::tickets);
        judgement::add(ctx, &change, tickets, &mut reply).await;
        Ok(Answered::of(reply, input.detail))
    }
}

/// The same question: what was read for this answer is kept, and the next goes on from there.
fn again(repository: &RepositoryName, question: [(&'static str, Value); 4]) -> NextCall {
    let named = [
        ("owner", json!(repository.owner.as_str())),
        ("repo", json!(repository.repo.as_str())),
    ];
    let arguments = named.into_iter().chain(question);
    NextCall::of(
        AnalyzePr::NAME,
        arguments.filter(|(_, value)| !value.is_null()),
    )
}
