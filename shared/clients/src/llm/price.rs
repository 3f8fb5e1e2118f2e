//! What models cost, by their providers' price lists as of 2026-11-22, for questions of at most 100,000
//! tokens in the standard tier.

/// Dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Price {
    pub(super) usd_in: f64,
    pub(super) usd_out: f64,
}

/// Nothing is paid for a model on this machine.
pub(super) const FREE: Price = Price {
    usd_in: 0.0,
    usd_out: 0.0,
};

/// Name, dollars for a million tokens in, and out. A name stands for its dated editions too
/// (`claude-haiku-4-5-20251001`), but for no other variant: those can cost twice as much.
#[rustfmt::skip]
const PRICES: [(&str, f64, f64); 39] = [
    ("gpt-6.1-terra",      1.0,   5.0),
    ("gpt-6-astra",       10.0,  50.0),
    ("gpt-6-sol",          2.0,  10.0),
    ("gpt-6-luna",         0.1,   0.5),
    ("gpt-5.6-sol",        5.0,  30.0),
    ("gpt-5.6-terra",      2.0,  12.0),
    ("gpt-5.6-luna",       0.2,   1.2),
    ("gpt-5.5-pro",       30.0, 180.0),
    ("gpt-5.5",            5.0,  30.0),
    ("gpt-5.4-pro",       30.0, 180.0),
    ("gpt-5.4",            2.5,  15.0),
    ("gpt-5.4-mini",       0.75,  4.5),
    ("gpt-5.4-nano",       0.2,   1.25),
    ("gpt-5.2",            1.75, 14.0),
    ("gpt-5.1",            1.25, 10.0),
    ("gpt-5",              1.25, 10.0),
    ("gpt-5-mini",         0.25,  2.0),
    ("gpt-5-nano",         0.05,  0.4),
    ("gpt-4.1",            2.0,   8.0),
    ("gpt-4.1-mini",       0.4,   1.6),
    ("gpt-4o",             2.5,  10.0),
    ("gpt-4o-mini",        0.15,  0.6),
    ("claude-fable-5-1",  10.0,  50.0),
    ("claude-fable-5",    10.0,  50.0),
    ("claude-mythos-5",   10.0,  50.0),
    ("claude-opus-5-5",    4.0,  20.0),
    ("claude-opus-5",      5.0,  25.0),
    ("claude-opus-4-8",    5.0,  25.0),
    ("claude-opus-4-7",    5.0,  25.0),
    ("claude-opus-4-6",    5.0,  25.0),
    ("claude-opus-4-5",    5.0,  25.0),
    ("claude-opus-4-1",   15.0,  75.0),
    ("claude-sonnet-5-5",  2.0,  10.0),
    ("claude-sonnet-5",    2.0,  10.0),
    ("claude-sonnet-4-6",  3.0,  15.0),
    ("claude-sonnet-4-5",  3.0,  15.0),
    ("claude-sonnet-4",    3.0,  15.0),
    ("claude-haiku-5-5",   0.1,   0.5),
    ("claude-haiku-4-5",   1.0,   5.0),
];

const TOKENS_PRICED: f64 = 1_000_000.0;

impl Price {
    /// `None` for a model that is not on the list.
    pub(super) fn of(model: &str) -> Option<Self> {
        let row = PRICES.iter().find(|(name, ..)| is_edition(model, name));
        row.map(|&(_, usd_in, usd_out)| Self { usd_in, usd_out })
    }

    /// What an unknown model is taken to cost.
    pub(super) fn dearest() -> Self {
        let dearest =
            |price: fn(&(&str, f64, f64)) -> f64| PRICES.iter().map(price).fold(0.0, f64::max);
        Self {
            usd_in: dearest(|row| row.1),
            usd_out: dearest(|row| row.2),
        }
    }

    pub(super) fn usd(self, tokens_in: u64, tokens_out: u64) -> f64 {
        (tokens_in as f64 * self.usd_in + tokens_out as f64 * self.usd_out) / TOKENS_PRICED
    }
}

/// The name itself, or with a date of this century behind it.
fn is_edition(model: &str, name: &str) -> bool {
    let rest = model.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("-20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dated_edition_has_its_model_s_price_and_a_variant_has_none() {
        let haiku = Price::of("claude-haiku-4-5").unwrap();
        assert_eq!(Price::of("claude-haiku-4-5-20251001"), Some(haiku));
        assert_eq!(haiku.usd(2_000_000, 1_000_000), 7.0);
        assert_eq!(Price::of("gpt-5.4-mini").unwrap().usd_in, 0.75);
        for unknown in ["gpt-6-luna-fast", "gpt-7", "llama3", ""] {
            assert_eq!(Price::of(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn the_dearest_is_dearer_than_all() {
        let dearest = Price::dearest();
        assert_eq!((dearest.usd_in, dearest.usd_out), (30.0, 180.0));
    }
}
