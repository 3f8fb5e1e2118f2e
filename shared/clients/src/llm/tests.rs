//! Models over real HTTP: who is asked, in which words, for how long and for how much.

use std::sync::LazyLock;

use idwo_core::clock::StoppedClock;
use idwo_core::untrusted::{Fenced, Material};
use idwo_sandbox::models::{self as stand_in, Answer};
use serde_json::json;

use super::*;
use crate::connect;

const OPENAI_KEY: &str = "sk-test-openai";
const ANTHROPIC_KEY: &str = "sk-test-anthropic";

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["word"],
        "properties": { "word": { "type": "string", "maxLength": 10 } },
    })
});

fn question(about: &str) -> Question {
    Question {
        prompt: "test/1",
        instructions: "Say one word.",
        material: Material::default().quote(Fenced::new("text", about, 1000)),
        schema: &SCHEMA,
        tokens_out_max: 100,
        within: Duration::from_secs(5),
    }
}

fn configured(variables: &[(&str, &str)]) -> Result<Option<Models>, ConfigError> {
    let variables = variables.iter();
    let variables = Variables::new(variables.map(|(k, v)| (k.to_string(), v.to_string())));
    let clock = Arc::new(StoppedClock("2026-11-22T12:00:00Z".parse().unwrap()));
    Models::configured(&variables, connect::pool(None).unwrap(), clock)
}

/// A local model first, then Anthropic; each a stand-in.
struct Two {
    first: stand_in::Models,
    second: stand_in::Models,
    models: Models,
}

impl Two {
    async fn start() -> Self {
        let first = stand_in::Models::start().await.unwrap();
        let second = stand_in::Models::start().await.unwrap();
        let models = configured(&[
            ("OPENAI_BASE_URL", &format!("{}/v1", first.url())),
            ("OPENAI_MODEL", "claude-like-name"),
            ("OPENAI_API_KEY", OPENAI_KEY),
            ("ANTHROPIC_BASE_URL", &second.url()),
            ("ANTHROPIC_API_KEY", ANTHROPIC_KEY),
        ]);
        let models = models.unwrap().unwrap();
        Self {
            first,
            second,
            models,
        }
    }

    async fn ask(&self, question: &Question) -> (Result<Opinion, Unanswered>, u64) {
        let watcher = Watcher::silent();
        let answer = self.models.ask(question, &watcher).await;
        (answer, watcher.calls())
    }

    /// How often each was asked.
    fn asked(&self) -> (usize, usize) {
        (self.first.asked().len(), self.second.asked().len())
    }
}

fn says(word: &str) -> Answer {
    Answer::Says(json!({ "word": word }))
}

#[test]
fn without_a_key_or_an_address_there_is_no_model() {
    for variables in [
        &[][..],
        &[("OPENAI_MODEL", "gpt-6-luna"), ("ANTHROPIC_MODEL", "x")],
        &[("ANTHROPIC_BASE_URL", "https://example.com")],
    ] {
        assert!(configured(variables).unwrap().is_none(), "{variables:?}");
    }
}

#[test]
fn keys_alone_choose_both_in_order() {
    let keys = [("ANTHROPIC_API_KEY", "b"), ("OPENAI_API_KEY", "a")];
    let models = configured(&keys).unwrap().unwrap();
    let names: Vec<_> = models.names().collect();
    assert_eq!(names, ["gpt-6-luna", "claude-haiku-5-5"]);
}

#[test]
fn what_cannot_be_used_is_named_and_a_key_is_never_shown() {
    let key = "sk-secret\nvalue";
    for (variables, name) in [
        (
            &[("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")][..],
            "OPENAI_MODEL",
        ),
        (
            &[("OPENAI_BASE_URL", "http://example.com/v1")],
            "OPENAI_BASE_URL",
        ),
        (&[("OPENAI_API_KEY", key)], "OPENAI_API_KEY"),
        (&[("ANTHROPIC_API_KEY", key)], "ANTHROPIC_API_KEY"),
        (
            &[("IDWO_MODEL_BUDGET_USD", "lots")],
            "IDWO_MODEL_BUDGET_USD",
        ),
    ] {
        let said = configured(variables).err().unwrap().to_string();
        assert!(said.starts_with(name) && !said.contains("secret"), "{said}");
    }
    let models = configured(&[("OPENAI_API_KEY", OPENAI_KEY)]);
    let shown = format!("{:?}", models.unwrap().unwrap().providers);
    assert!(
        shown.contains("gpt-6-luna") && !shown.contains(OPENAI_KEY),
        "{shown}"
    );
}

#[tokio::test]
async fn the_first_that_answers_is_the_last_that_is_asked() {
    let two = Two::start().await;
    two.first.answers(|_| says("one"));
    let (answer, calls) = two.ask(&question("a")).await;
    let opinion = answer.unwrap();
    assert_eq!(opinion.said, json!({ "word": "one" }));
    assert_eq!(opinion.model, "claude-like-name");
    assert!(opinion.spent.tokens_in > 0 && opinion.spent.tokens_out > 0);
    assert_eq!((two.asked(), calls), ((1, 0), 1));
}

#[tokio::test]
async fn a_provider_is_asked_in_its_own_words_whatever_the_model_is_called() {
    let two = Two::start().await;
    two.second.answers(|_| says("two"));
    let (answer, calls) = two.ask(&question("hello")).await;
    assert_eq!(answer.unwrap().model, "claude-haiku-5-5");
    assert_eq!(calls, 2);
    let [first, second] = [&two.first, &two.second].map(|models| models.asked().remove(0));
    assert_eq!(first.path, "/v1/chat/completions");
    assert_eq!(
        first.headers["authorization"],
        format!("Bearer {OPENAI_KEY}")
    );
    assert_eq!(first.body["max_tokens"], 100);
    let schema = &first.body["response_format"]["json_schema"]["schema"];
    assert_eq!(schema["properties"]["word"], json!({ "type": "string" }));
    assert_eq!(second.path, "/v1/messages");
    assert_eq!(second.headers["x-api-key"], ANTHROPIC_KEY);
    assert!(!second.headers.contains_key("authorization"));
    assert_eq!(second.body["max_tokens"], 100);
    assert_eq!(&second.body["output_config"]["format"]["schema"], schema);
    for asked in [first, second] {
        assert_eq!(asked.instructions(), "Say one word.");
        assert!(asked.material().contains(">>>\nhello\n<<<"), "{asked:?}");
    }
}

#[test]
fn openai_itself_is_told_to_keep_nothing_and_to_think_little() {
    let body = wire::Wire::OpenAi.body("gpt-6-luna", &question("a"), "a");
    assert_eq!(body["max_completion_tokens"], 100);
    assert_eq!(body["reasoning_effort"], "low");
    assert_eq!(
        (&body["store"], body.get("max_tokens")),
        (&json!(false), None)
    );
    let older = wire::Wire::OpenAi.body("gpt-4.1-mini", &question("a"), "a");
    assert_eq!(older.get("reasoning_effort"), None);
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_is_as_none() {
    for (answer, why) in [
        (
            says("far too long a word"),
            "the answer does not fit the schema",
        ),
        (
            Answer::Says(json!({ "word": "x", "more": 1 })),
            "the answer does not fit the schema",
        ),
        (
            Answer::Babbles("Sure! {".into()),
            "the answer does not fit the schema",
        ),
        (Answer::IsCutOff, "the answer was cut off"),
        (Answer::Breaks, "the answer is not in the provider's format"),
        (
            Answer::Floods(1024 * 1024 + 1),
            "the answer is larger than 1 MiB",
        ),
        (Answer::Fails(429), "HTTP 429"),
    ] {
        let two = Two::start().await;
        two.first.answers(move |_| answer.clone());
        let (unanswered, calls) = two.ask(&question("quoted words")).await;
        let said = unanswered.unwrap_err().to_string();
        let expected = format!("claude-like-name: {why}; claude-haiku-5-5: HTTP 503");
        assert_eq!((said, calls), (expected, 2));
        assert_eq!(two.asked(), (1, 1), "one try each");
    }
}

#[tokio::test]
async fn a_silent_model_leaves_time_for_the_next() {
    let two = Two::start().await;
    two.first.answers(|_| Answer::Hangs);
    two.second.answers(|_| says("two"));
    let hasty = Question {
        within: Duration::from_millis(700),
        ..question("a")
    };
    let (answer, _) = two.ask(&hasty).await;
    assert_eq!(answer.unwrap().model, "claude-haiku-5-5");
    assert_eq!(share(Duration::from_secs(10), 1), Duration::from_secs(6));
    assert_eq!(share(Duration::from_secs(4), 0), Duration::from_secs(4));
}

#[tokio::test]
async fn nobody_is_asked_when_no_time_is_left_or_nobody_waits() {
    let two = Two::start().await;
    let late = Question {
        within: Duration::ZERO,
        ..question("a")
    };
    let (answer, calls) = two.ask(&late).await;
    assert_eq!((answer.unwrap_err().why, calls), (Why::TooLate, 0));
    let gone = Watcher::silent();
    gone.stop();
    let answer = two.models.ask(&question("a"), &gone).await;
    assert_eq!(answer.unwrap_err().why, Why::TooLate);
    assert_eq!(two.asked(), (0, 0));
}

#[tokio::test]
async fn the_same_question_is_answered_once_and_then_remembered() {
    let two = Two::start().await;
    two.first.answers(|_| says("one"));
    let (first, _) = two.ask(&question("a")).await;
    let (again, calls) = two.ask(&question("a")).await;
    let (first, again) = (first.unwrap(), again.unwrap());
    assert_eq!((first.said, first.model), (again.said, again.model));
    assert_eq!((again.spent.tokens_in, again.spent.usd, calls), (0, 0.0, 0));
    let (_, calls) = two.ask(&question("another")).await;
    assert_eq!((two.asked(), calls), ((2, 0), 1));
}

#[tokio::test]
async fn no_more_answers_are_kept_than_there_is_room_for() {
    let kept = Kept::default();
    let opinion = Opinion {
        said: json!(1),
        model: "m".into(),
        spent: Spent::default(),
    };
    let key = |n: usize| Key::of(["m"].into_iter(), &question("a"), &n.to_string());
    (0..65).for_each(|n| kept.keep(key(n), &opinion));
    assert!(kept.find(&key(0)).is_none() && kept.find(&key(64)).is_some());
}

/// A model of Anthropic's at its price; nobody is at the address.
fn priced(budget: &str, model: &str) -> Models {
    let models = configured(&[
        ("ANTHROPIC_API_KEY", ANTHROPIC_KEY),
        ("ANTHROPIC_MODEL", model),
        ("ANTHROPIC_BASE_URL", "https://model.invalid"),
        ("IDWO_MODEL_BUDGET_USD", budget),
    ]);
    models.unwrap().unwrap()
}

#[tokio::test]
async fn what_the_day_s_budget_does_not_hold_is_not_asked() {
    let watcher = Watcher::silent();
    let models = priced("0.001", "claude-opus-5");
    let unanswered = models.ask(&question("a"), &watcher).await.unwrap_err();
    assert_eq!(unanswered.why, Why::Budget);
    assert_eq!(unanswered.spent.budget_left_usd, 0.001);
    assert_eq!(watcher.calls(), 0);
}

#[tokio::test]
async fn a_question_over_the_limit_of_one_call_is_not_asked() {
    let watcher = Watcher::silent();
    let dear = Question {
        tokens_out_max: 20_000,
        ..question("a")
    };
    let models = priced("1000", "claude-opus-5");
    let unanswered = models.ask(&dear, &watcher).await.unwrap_err();
    assert_eq!(unanswered.why, Why::TooLarge);
    let unknown = priced("1000", "claude-opus-9");
    let unanswered = unknown.ask(&dear, &watcher).await.unwrap_err();
    let said = unanswered.to_string();
    assert!(
        said.starts_with("claude-opus-9: its price is not known"),
        "{said}"
    );
    assert_eq!(watcher.calls(), 0);
}

#[tokio::test]
async fn the_limit_of_one_call_is_for_all_models_together() {
    let dollars = |usd_out: f64| price::Price {
        usd_in: 0.0,
        usd_out,
    };
    for (first, asked) in [(2_000.0, (1, 0)), (0.0, (1, 1))] {
        let mut two = Two::start().await;
        two.first.answers(|_| says("far too long a word"));
        two.second.answers(|_| says("two"));
        // The first costs 0.014 or nothing, and the second could cost 0.24 of 0.25.
        two.models.providers[0].price = Some(dollars(first));
        two.models.providers[1].price = Some(dollars(2_400.0));
        let (answer, _) = two.ask(&question("a")).await;
        assert_eq!(two.asked(), asked);
        assert_eq!(answer.is_ok(), asked == (1, 1), "{answer:?}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_is_paid_for_until_the_budget_is_gone() {
    let mut two = Two::start().await;
    two.first.answers(|_| says("far too long a word"));
    let price = price::Price {
        usd_in: 0.0,
        usd_out: 1_000.0,
    };
    // A hundred tokens could cost 0.10; the answer has seven.
    two.models.providers[0].price = Some(price);
    two.models.purse = Purse::of(Dollars(0.11));
    let (unanswered, _) = two.ask(&question("a")).await;
    let spent = unanswered.unwrap_err().spent;
    assert_eq!(spent.usd, 0.007);
    assert!((spent.budget_left_usd - 0.103).abs() < 1e-9, "{spent:?}");
    let (_, _) = two.ask(&question("b")).await;
    let (unanswered, calls) = two.ask(&question("c")).await;
    let said = unanswered.unwrap_err().to_string();
    assert!(
        said.contains("claude-like-name: this process's budget for the day is used up"),
        "{said}"
    );
    assert_eq!(
        (two.asked(), calls),
        ((2, 3), 1),
        "only the other was asked"
    );
}

#[test]
fn money_is_counted_for_what_was_computed_used_or_not() {
    let models = priced("1", "claude-haiku-4-5");
    let provider = &models.providers[0];
    let usage = Some(provider::Usage {
        tokens_in: 1_000,
        tokens_out: 200,
    });
    let billed = |said, usage| provider.billed(&Spoken { said, usage }, 0.5);
    assert_eq!(billed(Ok(json!({})), usage), 0.002);
    assert_eq!(billed(Err(Refused::Misfit), usage), 0.002);
    assert_eq!(
        billed(Err(Refused::TooLate), None),
        0.5,
        "it may have been billed"
    );
    assert_eq!(billed(Err(Refused::Status(500)), None), 0.0);
    assert_eq!(billed(Err(Refused::Unreached), None), 0.0);
    assert!(provider.estimate(&question("a"), &"x".repeat(3_000)) > 0.001);
}
