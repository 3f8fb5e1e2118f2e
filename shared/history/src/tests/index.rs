//! The index: kept, torn, rewritten, hurried, and asked by several at once.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

/// Changes in several batches: more than are counted at once.
const CHANGES: usize = 300;

/// A story of [`CHANGES`] changes, and its newest commit.
fn long_story() -> (Story, String) {
    let mut story = Story::begun();
    let mut last = String::new();
    for n in 0..CHANGES {
        let title = format!("Step {n} (#{})\n\nReviewed-by: {BO}", n + 1);
        let draft = Draft::by(ANN, &title).writes(&format!("src/{}.rs", n % 7), format!("{n}\n"));
        last = story.clone.land(draft).unwrap();
    }
    (story, last)
}

/// Keeps its index in a folder.
fn kept(story: &Story, folder: &Path) -> Clones {
    let mut clones = Clones::kept_in(folder.to_owned());
    clones.offer(story.clone.path()).unwrap();
    clones
}

fn file_in(folder: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(folder).unwrap();
    files.next().unwrap().unwrap().path()
}

/// Everything that a past says.
fn words(past: &Past) -> String {
    format!("{past:?}")
}

/// Counts what is read, by what is reported.
fn counting() -> (Watcher, Arc<AtomicU64>) {
    let read = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&read);
    let watcher = Watcher::new(move |progress| {
        count.fetch_add(u64::from(progress.total > Some(0)), Ordering::Relaxed);
    });
    (watcher, read)
}

#[tokio::test]
async fn what_was_read_once_is_kept_for_the_next_process() {
    let (story, last) = long_story();
    let folder = tempfile::tempdir().unwrap();
    let (watcher, read) = counting();
    let first = past(&kept(&story, folder.path()), &last, &watcher).await;
    assert!(read.swap(0, Ordering::Relaxed) > 0);
    let second = past(&kept(&story, folder.path()), &last, &watcher).await;
    assert_eq!(read.load(Ordering::Relaxed), 0, "nothing is read again");
    assert_eq!(words(&first), words(&second));
}

#[tokio::test]
async fn wherever_a_crash_cuts_the_file_the_answer_is_the_same() {
    let (story, last) = long_story();
    let folder = tempfile::tempdir().unwrap();
    let whole = past(&kept(&story, folder.path()), &last, &Watcher::silent()).await;
    let bytes = std::fs::read(file_in(folder.path())).unwrap();
    for tenth in 0..10 {
        let torn = &bytes[..bytes.len() * tenth / 10];
        std::fs::write(file_in(folder.path()), torn).unwrap();
        let again = past(&kept(&story, folder.path()), &last, &Watcher::silent()).await;
        assert_eq!(
            people_and_paths(&again),
            people_and_paths(&whole),
            "cut at {tenth} tenths"
        );
    }
}

/// What a past says, in names: places in tables hang on what was read first.
fn people_and_paths(past: &Past) -> Vec<String> {
    let person = |id: PersonId| &past.person(id).unwrap().name;
    let told = past.changes.iter().map(|change| {
        let files = change.files.iter();
        let files: Vec<_> = files
            .map(|file| (past.path(file.path), file.lines))
            .collect();
        let reviewers: Vec<_> = change.reviewers.iter().map(|id| person(*id)).collect();
        let (author, begun_at) = (person(change.author), change.begun_at);
        format!(
            "{} {author} {begun_at} {reviewers:?} {files:?}",
            change.commit
        )
    });
    told.collect()
}

#[tokio::test]
async fn a_branch_that_was_rewritten_is_told_as_it_is_now() {
    let (mut story, last) = long_story();
    let folder = tempfile::tempdir().unwrap();
    let clones = kept(&story, folder.path());
    let before = past(&clones, &last, &Watcher::silent()).await;
    let fork = before.changes[9].commit.to_string();
    story.clone.cut_at(&fork).unwrap();
    let draft = Draft::by(BO, "Another way (#900)").writes("src/other.rs", "x\n");
    let rewritten = story.clone.land(draft).unwrap();
    for clones in [clones, kept(&story, folder.path()), story.clones()] {
        let after = past(&clones, &rewritten, &Watcher::silent()).await;
        assert_eq!(after.changes.len(), before.changes.len() - 9 + 1);
        assert_eq!(after.changes[0].number.unwrap().get(), 900);
        assert_eq!(after.changes[1].commit.to_string(), fork);
        let old = past(&clones, &last, &Watcher::silent()).await;
        assert_eq!(people_and_paths(&old), people_and_paths(&before));
    }
}

#[tokio::test]
async fn who_is_hurried_says_so_and_goes_on_from_there_next_time() {
    let (story, last) = long_story();
    let clones = story.clones();
    let hurried = Watcher::silent();
    hurried.hurry();
    assert_eq!(
        past(&clones, &last, &hurried).await.reach,
        Reach::Unfinished
    );
    let late = hurried_while_lines_are_counted();
    let paths_only = past(&clones, &last, &late).await;
    assert_eq!(
        (paths_only.changes.len(), &paths_only.reach),
        (CHANGES + 1, &Reach::Unfinished)
    );
    let whole = past(&clones, &last, &Watcher::silent()).await;
    assert_eq!(
        (whole.changes.len(), &whole.reach),
        (CHANGES + 1, &Reach::Whole)
    );
}

fn hurried_while_lines_are_counted() -> Watcher {
    let own: Arc<OnceLock<Watcher>> = Arc::default();
    let told = Arc::clone(&own);
    let watcher = Watcher::new(move |progress| {
        if progress.what.contains("lines") {
            told.get().unwrap().hurry();
        }
    });
    own.get_or_init(|| watcher.clone());
    watcher
}

#[tokio::test]
async fn several_who_ask_at_once_read_everything_once() {
    let (story, last) = long_story();
    let folder = tempfile::tempdir().unwrap();
    let clones = kept(&story, folder.path());
    let alone = past(&story.clones(), &last, &Watcher::silent()).await;
    let asked = (0..4).map(|_| {
        let (clones, last) = (clones.clone(), last.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            runtime.block_on(past(&clones, &last, &Watcher::silent()))
        })
    });
    for answer in asked.collect::<Vec<_>>() {
        assert_eq!(
            people_and_paths(&answer.join().unwrap()),
            people_and_paths(&alone)
        );
    }
    let once = std::fs::metadata(file_in(folder.path())).unwrap().len();
    let own = tempfile::tempdir().unwrap();
    past(&kept(&story, own.path()), &last, &Watcher::silent()).await;
    assert_eq!(once, std::fs::metadata(file_in(own.path())).unwrap().len());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_costs_time_and_no_answer() {
    let (story, last) = long_story();
    let folder = tempfile::tempdir().unwrap();
    let clones = kept(&story, &folder.path().join("gone"));
    let answer = past(&clones, &last, &Watcher::silent()).await;
    assert_eq!(answer.changes.len(), CHANGES + 1);
}

#[tokio::test]
async fn a_commit_that_cannot_be_read_ends_what_is_told_and_not_the_answer() {
    let (story, last) = long_story();
    let whole = story.past(&last).await;
    let damaged = &whole.changes[100].commit.to_string();
    let (folder, file) = damaged.split_at(2);
    let object = story.clone.path().join("objects").join(folder).join(file);
    std::fs::remove_file(object).unwrap();
    let past = story.past(&last).await;
    assert!(matches!(past.reach, Reach::Cut { .. }), "{:?}", past.reach);
    assert!(
        (90..=100).contains(&past.changes.len()),
        "{}",
        past.changes.len()
    );
}

/// A branch of two commits, ten days apart, that is merged as pull request `number`.
fn slow_merge(story: &mut Story, number: usize) -> (String, String) {
    let work = |n: usize| Draft::by(BO, "work").writes("src/slow.rs", format!("{number} {n}\n"));
    let tip = story.clone.branch([work(1), work(2).days_later(10)]);
    let tip = tip.unwrap();
    let title = format!("Merge pull request #{number} from bo/slow\n\nSlow");
    let landed = story.clone.merge(&tip, Draft::by(ANN, &title)).unwrap();
    (tip, landed)
}

#[tokio::test]
async fn when_a_branch_began_does_not_hang_on_who_was_asked_before() {
    let mut story = Story::begun();
    let (tip, landed) = slow_merge(&mut story, 1);
    let clones = story.clones();
    // Known from here on, and on no line that the merge is on.
    past(&clones, &tip, &Watcher::silent()).await;
    let after = past(&clones, &landed, &Watcher::silent()).await;
    assert_eq!(
        people_and_paths(&after),
        people_and_paths(&*story.past(&landed).await)
    );
    let took = after.changes[0].at.as_second() - after.changes[0].begun_at.as_second();
    assert!(took >= 10 * 86_400, "{took} s");
}

#[tokio::test]
async fn what_a_shallow_clone_cannot_tell_is_told_once_it_is_fetched() {
    let mut story = Story::begun();
    let (tip, _) = slow_merge(&mut story, 1);
    let last = story
        .clone
        .land(Draft::by(ANN, "Last").writes("z", "z"))
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    // The first commit of the branch is not there.
    let first = story.clone.parent_of(&tip).unwrap();
    let (place, away) = (story.clone.object(&first), folder.path().join("away"));
    std::fs::rename(&place, &away).unwrap();
    let kept_in = folder.path().join("kept");
    std::fs::create_dir(&kept_in).unwrap();
    let cut = past(&kept(&story, &kept_in), &last, &Watcher::silent()).await;
    assert!(matches!(cut.reach, Reach::Cut { .. }), "{:?}", cut.reach);
    std::fs::rename(&away, &place).unwrap();
    let fetched = past(&kept(&story, &kept_in), &last, &Watcher::silent()).await;
    assert_eq!(
        people_and_paths(&fetched),
        people_and_paths(&*story.past(&last).await)
    );
    assert_eq!(fetched.reach, Reach::Whole);
}

#[tokio::test]
async fn a_blob_that_was_missing_is_counted_once_it_is_there() {
    let (story, last) = long_story();
    let folder = tempfile::tempdir().unwrap();
    let blob = story.clone.blob(&last, "src/5.rs").unwrap();
    let (place, away) = (story.clone.object(&blob), folder.path().join("away"));
    std::fs::rename(&place, &away).unwrap();
    let kept_in = folder.path().join("kept");
    std::fs::create_dir(&kept_in).unwrap();
    let without = past(&kept(&story, &kept_in), &last, &Watcher::silent()).await;
    assert_eq!(without.changes[0].files[0].lines, None);
    assert!(without.changes[1].files[0].lines.is_some());
    std::fs::rename(&away, &place).unwrap();
    let with = past(&kept(&story, &kept_in), &last, &Watcher::silent()).await;
    assert_eq!(
        people_and_paths(&with),
        people_and_paths(&*story.past(&last).await)
    );
}

#[tokio::test]
async fn references_that_lead_to_each_other_lead_nowhere() {
    let story = Story::begun();
    let folder = story.clone.path().join("refs/pull/5");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("head"), "ref: refs/pull/5/head\n").unwrap();
    let refused = story.pull(5).await.unwrap_err().to_string();
    assert!(refused.contains("has no pull request 5"), "{refused}");
}

#[tokio::test]
async fn a_change_of_more_folders_than_fit_any_memory_is_passed_by() {
    let mut story = Story::begun();
    let bomb = story.clone.land_nested(8, 10, "Bomb (#5)").unwrap();
    let last = story
        .clone
        .land(Draft::by(BO, "After").writes("a", "a"))
        .unwrap();
    let past = story.past(&last).await;
    assert_eq!((past.changes.len(), &past.reach), (3, &Reach::Whole));
    assert!(
        past.changes[1].files_total > past.changes[1].files.len(),
        "of {bomb}"
    );
    let refused = story.pull(5).await.unwrap_err().to_string();
    assert!(refused.contains("folders"), "{refused}");
}
