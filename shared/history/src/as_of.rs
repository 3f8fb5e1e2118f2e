//! What is known as of one commit: the changes behind it, and who is who by then.

use std::sync::Arc;

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::forge::Person;
use idwo_core::past::{Past, PastChange};

use crate::index::Line;
use crate::open::OpenedClone;
use crate::people::People;

pub(crate) struct AsOf {
    pub(crate) people: People,
    pub(crate) past: Arc<Past>,
}

impl AsOf {
    pub(crate) fn read(clone: &OpenedClone, commit: ObjectId, line: Line) -> Result<Self, Failure> {
        let people = People::as_of(&clone.repo(), commit, clone.home.as_ref(), &line)?;
        let changes: Vec<_> = line.changes().collect();
        let past = Past {
            people: met(&changes, &line, &people),
            changes,
            paths: line.paths,
            reach: line.reach,
        };
        Ok(Self {
            people,
            past: Arc::new(past),
        })
    }
}

/// Those whom the changes name; the others are met later and stay blank.
fn met(changes: &[Arc<PastChange>], line: &Line, people: &People) -> Vec<Person> {
    let mut met: Vec<Option<Person>> = vec![None; line.people.len()];
    for change in changes {
        let named = change.reviewers.iter().chain(&change.merged_by);
        for id in named.chain([&change.author]) {
            let place = id.0 as usize;
            if let (Some(person @ None), Some(named)) = (met.get_mut(place), line.people.get(place))
            {
                *person = Some(people.of(named));
            }
        }
    }
    met.into_iter().map(Option::unwrap_or_default).collect()
}
