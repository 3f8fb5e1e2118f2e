//! A clone is somebody else's data: it must not run anything, hang anything or be taken for what
//! it is not.

use super::*;

#[tokio::test]
async fn programs_that_a_clone_names_are_never_started() {
    let mut story = Story::begun();
    let trap = story.folder.path().join("ran");
    let touch = format!("touch {}", trap.display());
    let config = story.clone.path().join("config");
    let drivers = format!(
        "[diff \"x\"]\n\ttextconv = {touch};cat\n\tcommand = {touch}\n[filter \"x\"]\n\tsmudge = {touch}\n\tclean = {touch}\n[core]\n\tfsmonitor = {touch}\n\tsshCommand = {touch}\n"
    );
    std::fs::write(
        &config,
        std::fs::read_to_string(&config).unwrap() + &drivers,
    )
    .unwrap();
    std::fs::create_dir_all(story.clone.path().join("info")).unwrap();
    std::fs::write(
        story.clone.path().join("info/attributes"),
        "* diff=x filter=x\n",
    )
    .unwrap();
    let lines: String = (0..20).map(|n| format!("{n}\n")).collect();
    story
        .clone
        .land(
            Draft::by(ANN, "Setup")
                .writes(".gitattributes", "* diff=x filter=x\n")
                .writes("x", &lines),
        )
        .unwrap();
    let rename = Draft::by(BO, "Rename (#5)")
        .removes("x")
        .writes("y", format!("{lines}z\n"));
    let landed = story.clone.land(rename).unwrap();
    assert_eq!(story.pull(5).await.unwrap().files.len(), 1);
    story.past(&landed).await;
    assert!(!trap.exists(), "a driver of the clone was started");
}

#[tokio::test]
async fn a_stopped_call_ends_early() {
    let mut story = Story::begun();
    story
        .clone
        .land(Draft::by(BO, "B (#5)").writes("b", "b\n"))
        .unwrap();
    let watcher = Watcher::silent();
    watcher.stop();
    let failure = story
        .clones()
        .pull_request(&name(), PullNumber::new(5).unwrap(), &watcher)
        .await
        .unwrap_err();
    assert!(matches!(failure, Failure::Stopped), "{failure}");
}

#[tokio::test]
async fn a_clone_with_a_hole_blames_the_clone_and_says_how_to_mend_it() {
    let mut story = Story::begun();
    let landed = story
        .clone
        .land(Draft::by(BO, "B (#5)").writes("b", "b\n"))
        .unwrap();
    std::fs::remove_file(
        story
            .clone
            .path()
            .join("objects")
            .join(&landed[..2])
            .join(&landed[2..]),
    )
    .unwrap();
    let failure = story.pull(5).await.unwrap_err();
    assert!(
        matches!(failure, Failure::Upstream { .. })
            && failure.to_string().contains("fetch it in full"),
        "{failure}"
    );
}

#[test]
fn a_folder_that_is_no_repository_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let said = Clones::default()
        .offer(folder.path())
        .unwrap_err()
        .to_string();
    assert!(
        said.contains(folder.path().to_str().unwrap()) && said.contains("not a git repository"),
        "{said}"
    );
}

#[tokio::test]
async fn a_tree_as_deep_as_a_stack_is_refused_before_it_is_walked() {
    let mut story = Story::begun();
    let deep = "d/".repeat(2500) + "file.rs";
    story
        .clone
        .land(Draft::by(BO, "Deep (#5)").writes(&deep, "x\n"))
        .unwrap();
    let failure = story.pull(5).await.unwrap_err();
    assert!(
        failure.to_string().contains("more than 4096 bytes"),
        "{failure}"
    );
}

#[tokio::test]
async fn renames_that_cost_too_much_to_find_are_left_and_listed() {
    let mut story = Story::begun();
    let file = |n: usize, side: &str| format!("{n}{side}\n").repeat(20_000);
    let old = (0..60).fold(Draft::by(ANN, "Old"), |draft, n| {
        draft.writes(&format!("old/{n}"), file(n, "o"))
    });
    story.clone.land(old).unwrap();
    let moved = (0..60).fold(Draft::by(BO, "Move (#5)"), |draft, n| {
        draft
            .removes(&format!("old/{n}"))
            .writes(&format!("new/{n}"), file(n, "n"))
    });
    story.clone.land(moved).unwrap();
    let pull = story.pull(5).await.unwrap();
    assert_eq!(pull.files_total, 120);
    assert!(
        pull.skipped
            .iter()
            .any(|s| s.what == "renames of files that changed too"),
        "{:?}",
        pull.skipped
    );
}

#[tokio::test]
async fn a_clone_is_found_from_any_folder_of_its_work_tree() {
    let folder = tempfile::tempdir().unwrap();
    let mut clone = GitClone::init(folder.path().join("shop/.git")).unwrap();
    clone.land(Draft::by(ANN, "a").writes("a", "a\n")).unwrap();
    clone
        .land(Draft::by(BO, "b (#5)").writes("b", "b\n"))
        .unwrap();
    let config = clone.path().join("config");
    std::fs::write(
        &config,
        std::fs::read_to_string(&config)
            .unwrap()
            .replace("bare = true", "bare = false"),
    )
    .unwrap();
    let inside = folder.path().join("shop/src");
    std::fs::create_dir_all(&inside).unwrap();
    let mut clones = Clones::default();
    clones.offer(&inside).unwrap();
    assert_eq!(clones.names().next().unwrap().to_string(), "local/shop");
}

#[test]
fn a_device_in_the_place_of_a_file_of_gits_is_refused() {
    let story = Story::begun();
    let head = story.clone.path().join("HEAD");
    std::fs::remove_file(&head).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &head).unwrap();
    let error = Clones::default().offer(story.clone.path()).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("is not a regular file"), "{cause}");
}
