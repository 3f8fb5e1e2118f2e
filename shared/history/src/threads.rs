//! Reading many commits on all processors, each thread with a handle of its own.

use idwo_core::failure::Failure;

use crate::open::OpenedClone;

/// Most threads: beyond them a machine has others to serve, and packs are read no faster.
const THREADS_MAX: usize = 4;

/// `read` of each of `items`, in their order.
pub(crate) fn map<T: Sync, R: Send>(
    clone: &OpenedClone,
    items: &[T],
    read: impl Fn(&gix::Repository, &T) -> Result<R, Failure> + Sync,
) -> Vec<Result<R, Failure>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads.min(THREADS_MAX)).max(1);
    let read_all = &|part: &[T]| {
        let repo = clone.repo();
        part.iter()
            .map(|item| read(&repo, item))
            .collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = items.chunks(share).collect();
        let start = |part| scope.spawn(move || read_all(part));
        let running: Vec<_> = parts.iter().map(|part| start(*part)).collect();
        let ended = parts.iter().zip(running).flat_map(|(part, thread)| {
            let panicked = |_| {
                let failed = || Err(Failure::ours_without_source("a reading thread panicked"));
                part.iter().map(|_| failed()).collect()
            };
            thread.join().unwrap_or_else(panicked)
        });
        ended.collect()
    })
}
