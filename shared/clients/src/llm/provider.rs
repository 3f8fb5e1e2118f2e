//! One model at one address, asked once.

use idwo_core::config::{ConfigError, Variables};
use idwo_core::llm::Question;
use reqwest::{Client, Response};
use serde_json::Value;

use super::api_key::ApiKey;
use super::price::{FREE, Price};
use super::refused::Refused;
use super::wire::Wire;
use crate::http::BaseUrl;

/// Largest answer that is read, in bytes: a hundred times what the tokens that are asked for can hold.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Bytes to a token, to tell what a question costs before it is asked: English and code have more.
const BYTES_PER_TOKEN: usize = 3;

const OPENAI: &str = "https://api.openai.com/v1";
const ANTHROPIC: &str = "https://api.anthropic.com";

/// Small, quick, and able to keep to a schema, as of 2026-11-22.
const OPENAI_MODEL: &str = "gpt-6-luna";
const ANTHROPIC_MODEL: &str = "claude-haiku-5-5";

#[derive(Debug)]
pub(super) struct Provider {
    /// Forced by which variable names the model, never guessed from its name.
    wire: Wire,
    address: BaseUrl,
    model: String,
    key: Option<ApiKey>,
    /// `None` where it is not known.
    pub(super) price: Option<Price>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    pub(super) tokens_in: u64,
    pub(super) tokens_out: u64,
}

/// What came of asking.
pub(super) struct Spoken {
    pub(super) said: Result<Value, Refused>,
    /// As the provider counted, where it did.
    pub(super) usage: Option<Usage>,
}

impl Provider {
    /// In the order in which they are asked.
    pub(super) fn all_configured(variables: &Variables) -> Result<Vec<Self>, ConfigError> {
        let all = [Self::openai(variables)?, Self::anthropic(variables)?];
        Ok(all.into_iter().flatten().collect())
    }

    /// OpenAI, or whoever speaks its format at `OPENAI_BASE_URL`: there a key can be needless, and a
    /// model cannot be guessed.
    fn openai(variables: &Variables) -> Result<Option<Self>, ConfigError> {
        let key: Option<ApiKey> = variables.optional("OPENAI_API_KEY")?;
        let address: Option<BaseUrl> = variables.optional("OPENAI_BASE_URL")?;
        let (address, model) = match address {
            None if key.is_none() => return Ok(None),
            None => {
                let model: Option<String> = variables.optional("OPENAI_MODEL")?;
                let address = fixed("OPENAI_BASE_URL", OPENAI)?;
                (address, model.unwrap_or_else(|| OPENAI_MODEL.to_owned()))
            }
            Some(address) => (address, variables.required("OPENAI_MODEL")?),
        };
        let is_itself = is_openai(&address);
        let price = price(&address, &model);
        Ok(Some(Self {
            wire: if is_itself {
                Wire::OpenAi
            } else {
                Wire::LikeOpenAi
            },
            address,
            model,
            key,
            price,
        }))
    }

    fn anthropic(variables: &Variables) -> Result<Option<Self>, ConfigError> {
        let Some(key) = variables.optional("ANTHROPIC_API_KEY")? else {
            return Ok(None);
        };
        let address = match variables.optional("ANTHROPIC_BASE_URL")? {
            Some(address) => address,
            None => fixed("ANTHROPIC_BASE_URL", ANTHROPIC)?,
        };
        let model: Option<String> = variables.optional("ANTHROPIC_MODEL")?;
        let model = model.unwrap_or_else(|| ANTHROPIC_MODEL.to_owned());
        Ok(Some(Self {
            wire: Wire::Anthropic,
            price: price(&address, &model),
            address,
            model,
            key: Some(key),
        }))
    }

    pub(super) fn name(&self) -> &str {
        &self.model
    }

    /// Dollars, before it is asked: all that may be answered is taken to be answered.
    pub(super) fn estimate(&self, question: &Question, text: &str) -> f64 {
        let schema = question.schema.to_string();
        let bytes = text.len() + question.instructions.len() + schema.len();
        let tokens_in = bytes.div_ceil(BYTES_PER_TOKEN) as u64;
        let price = self.price.unwrap_or_else(Price::dearest);
        price.usd(tokens_in, question.tokens_out_max.into())
    }

    /// Dollars, afterwards. What was not counted is taken to have cost what was estimated.
    pub(super) fn billed(&self, spoken: &Spoken, estimate: f64) -> f64 {
        if spoken.said.as_ref().is_err_and(Refused::is_free) {
            return 0.0;
        }
        let price = self.price.unwrap_or_else(Price::dearest);
        spoken.usage.map_or(estimate, |usage| {
            price.usd(usage.tokens_in, usage.tokens_out)
        })
    }

    pub(super) fn too_dear(&self) -> Refused {
        match self.price {
            Some(_) => Refused::TooLarge,
            None => Refused::Unpriced,
        }
    }

    /// One request. Whoever waits for it says how long.
    pub(super) async fn ask(&self, pool: &Client, question: &Question, text: &str) -> Spoken {
        match self.send(pool, question, text).await {
            Ok(body) => {
                let (said, usage) = self.wire.read(&body);
                Spoken { said, usage }
            }
            Err(refused) => Spoken::nothing(refused),
        }
    }

    async fn send(&self, pool: &Client, question: &Question, text: &str) -> Result<Value, Refused> {
        let address = format!("{}/{}", self.address, self.wire.path());
        let headers = self.wire.headers(self.key.as_ref()).into_iter().collect();
        let request =
            pool.post(address)
                .headers(headers)
                .json(&self.wire.body(&self.model, question, text));
        let answer = request.send().await.map_err(|error| unsent(&error))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Refused::Status(status.as_u16()));
        }
        let bytes = read(answer).await?;
        serde_json::from_slice(&bytes).map_err(|_| Refused::Unreadable)
    }
}

impl Spoken {
    pub(super) fn nothing(refused: Refused) -> Self {
        Self {
            said: Err(refused),
            usage: None,
        }
    }
}

/// OpenAI itself takes words that others who speak its format do not know.
fn is_openai(address: &BaseUrl) -> bool {
    address.to_string().starts_with("https://api.openai.com/")
}

fn price(address: &BaseUrl, model: &str) -> Option<Price> {
    if address.is_on_this_machine() {
        return Some(FREE);
    }
    Price::of(model)
}

/// An address of ours.
fn fixed(name: &'static str, address: &str) -> Result<BaseUrl, ConfigError> {
    let expected = |expected: &str| ConfigError::Bad {
        name,
        expected: expected.to_owned(),
    };
    address.parse().map_err(expected)
}

fn unsent(error: &reqwest::Error) -> Refused {
    match (error.is_connect(), error.is_timeout()) {
        (true, _) => Refused::Unreached,
        (_, true) => Refused::TooLate,
        _ => Refused::Broken,
    }
}

async fn read(mut answer: Response) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| Refused::Broken)? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Refused::Flood);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
