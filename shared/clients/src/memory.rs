//! A cache in this process: it lasts as long as the process does, and holds no more than its bytes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use idwo_core::cache::{Cache, Key};

/// Most bytes that are kept: a history of 1,000 pull requests takes 1 MB, a comparison up to 3 MB.
const BYTES_MAX: usize = 64 * 1024 * 1024;

#[derive(Default)]
pub struct Memory(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    values: HashMap<Key, Value>,
    bytes: usize,
    /// Counts what is asked, so that it is known what was asked for longest ago.
    asked: u64,
}

struct Value {
    bytes: Vec<u8>,
    asked: u64,
}

#[async_trait]
impl Cache for Memory {
    async fn get(&self, key: &Key) -> Option<Vec<u8>> {
        self.kept().get(key)
    }

    async fn put(&self, key: &Key, value: Vec<u8>) {
        self.kept().put(key, value, BYTES_MAX);
    }
}

impl Memory {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn get(&mut self, key: &Key) -> Option<Vec<u8>> {
        self.asked += 1;
        let value = self.values.get_mut(key)?;
        value.asked = self.asked;
        Some(value.bytes.clone())
    }

    fn put(&mut self, key: &Key, bytes: Vec<u8>, bytes_max: usize) {
        if bytes.len() > bytes_max {
            return;
        }
        self.asked += 1;
        self.bytes += bytes.len();
        let asked = self.asked;
        if let Some(old) = self.values.insert(key.clone(), Value { bytes, asked }) {
            self.bytes -= old.bytes.len();
        }
        while self.bytes > bytes_max {
            let oldest = self.values.iter().min_by_key(|(_, value)| value.asked);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                return;
            };
            let gone = self.values.remove(&oldest);
            self.bytes -= gone.map_or(0, |gone| gone.bytes.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_longest_ago_makes_room() {
        let [a, b, c] = ["a", "b", "c"].map(|name| Key::of(&[name]));
        let mut kept = Kept::default();
        kept.put(&a, vec![0; 4], 10);
        kept.put(&b, vec![0; 4], 10);
        assert!(kept.get(&a).is_some());
        kept.put(&c, vec![0; 4], 10);
        assert!(kept.get(&b).is_none() && kept.get(&a).is_some() && kept.get(&c).is_some());
        assert_eq!(kept.bytes, 8);
    }

    #[test]
    fn a_new_value_takes_the_place_of_the_old_and_a_huge_one_none() {
        let key = Key::of(&["a"]);
        let mut kept = Kept::default();
        kept.put(&key, vec![1; 4], 10);
        kept.put(&key, vec![2; 6], 10);
        assert_eq!((kept.get(&key), kept.bytes), (Some(vec![2; 6]), 6));
        kept.put(&key, vec![3; 11], 10);
        assert_eq!(kept.get(&key), Some(vec![2; 6]));
    }
}
