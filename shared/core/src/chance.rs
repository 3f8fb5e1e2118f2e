//! The door through which randomness comes in, and ids with it, so that whatever happened can be
//! replayed from a seed.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use uuid::{Builder, Uuid};

#[derive(Debug, Default)]
pub struct Chance(Option<Mutex<fastrand::Rng>>);

/// The machine gives no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the machine gives no randomness")]
pub struct NoChance(#[source] getrandom::Error);

impl Chance {
    /// The machine's, fit for keys.
    pub const fn of_machine() -> Self {
        Self(None)
    }

    /// The same for the same seed; for replays alone.
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Mutex::new(fastrand::Rng::with_seed(seed))))
    }

    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoChance> {
        let mut bytes = [0; N];
        match &self.0 {
            None => getrandom::fill(&mut bytes).map_err(NoChance)?,
            Some(seeded) => {
                let mut seeded = seeded.lock().unwrap_or_else(PoisonError::into_inner);
                seeded.fill(&mut bytes);
            }
        }
        Ok(bytes)
    }

    /// A UUID of version 7: those that were made later sort later.
    pub fn id(&self, now: Timestamp) -> Result<Uuid, NoChance> {
        let since_1970_ms = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let id = Builder::from_unix_timestamp_millis(since_1970_ms, &self.bytes()?);
        Ok(id.into_uuid())
    }

    /// From 0 to below 1, in steps of 2⁻³².
    pub fn share(&self) -> Result<f64, NoChance> {
        let steps = u32::from_le_bytes(self.bytes()?);
        Ok(f64::from(steps) / 2_f64.powi(32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_replays_and_the_machine_does_not() {
        let drawn = |chance: &Chance| chance.bytes::<16>().unwrap();
        assert_eq!(drawn(&Chance::seeded(7)), drawn(&Chance::seeded(7)));
        assert_ne!(drawn(&Chance::seeded(7)), drawn(&Chance::seeded(8)));
        let machine = Chance::of_machine();
        assert_ne!(drawn(&machine), drawn(&machine));
    }

    #[test]
    fn later_ids_sort_later() {
        let chance = Chance::seeded(1);
        let [early, late] = [1, 2].map(|s| Timestamp::from_second(s).unwrap());
        assert!(chance.id(early).unwrap() < chance.id(late).unwrap());
        assert_eq!(chance.id(early).unwrap().get_version_num(), 7);
    }
}
