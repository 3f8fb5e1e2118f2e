use std::sync::atomic::{AtomicI64, Ordering};

use super::*;

const INVISIBLE: Duration = Duration::from_secs(30);

/// Moved by hand.
#[derive(Default)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl Hand {
    fn passes(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// Goes with tokio's, which jumps to where somebody waits for.
struct Jumping(Instant);

impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + (Instant::now() - self.0)
    }
}

fn queue() -> (Arc<Hand>, InProcess) {
    let clock = Arc::new(Hand::default());
    (clock.clone(), InProcess::new(clock, INVISIBLE))
}

fn jumping() -> Arc<InProcess> {
    let clock = Arc::new(Jumping(Instant::now()));
    Arc::new(InProcess::new(clock, INVISIBLE))
}

async fn send(queue: &InProcess, body: &str, delay_s: u64) {
    let delay = Duration::from_secs(delay_s);
    queue.send(body.to_owned(), delay).await.unwrap();
}

fn bodies(received: &[Delivery]) -> Vec<&str> {
    received.iter().map(|one| one.body.as_str()).collect()
}

#[tokio::test]
async fn a_message_is_invisible_until_its_time_is_over_and_gone_once_it_is_deleted() {
    let (clock, queue) = queue();
    send(&queue, "a", 0).await;
    let first = queue.receive(1).remove(0);
    assert_eq!((first.body.as_str(), first.received), ("a", 1));
    clock.passes(29);
    assert_eq!(queue.receive(1), []);
    clock.passes(1);
    let second = queue.receive(1).remove(0);
    assert_eq!((second.id, second.received), (first.id, 2));

    queue.delete(first.receipt);
    clock.passes(30);
    let third = queue.receive(1).remove(0);
    assert_eq!(third.received, 3, "a stale receipt has no effect");
    queue.delete(third.receipt);
    queue.delete(third.receipt);
    clock.passes(3600);
    assert_eq!((queue.receive(1), queue.next_visible()), (vec![], None));
}

#[tokio::test]
async fn a_delay_is_waited_for_and_cut_at_the_longest() {
    let (clock, queue) = queue();
    send(&queue, "late", 5000).await;
    send(&queue, "soon", 10).await;
    let at = |second| Some(Timestamp::from_second(second).unwrap());
    assert_eq!((queue.receive(9), queue.next_visible()), (vec![], at(10)));
    clock.passes(10);
    assert_eq!(bodies(&queue.receive(9)), ["soon"]);
    clock.passes(889);
    assert_eq!(bodies(&queue.receive(9)), ["soon"]);
    clock.passes(1);
    assert_eq!(bodies(&queue.receive(9)), ["late"]);
}

#[tokio::test]
async fn at_most_ten_are_delivered_at_once() {
    let (_, queue) = queue();
    for _ in 0..25 {
        send(&queue, "{}", 0).await;
    }
    let counts = [0, 3, 100, 100, 100].map(|max| queue.receive(max).len());
    assert_eq!(counts, [1, 3, 10, 10, 1]);
}

#[tokio::test]
async fn what_nobody_gets_done_in_five_tries_is_set_aside_with_its_story() {
    let (clock, queue) = queue();
    clock.passes(7);
    send(&queue, "poison", 0).await;
    let id = queue.receive(1).remove(0).id;
    for _ in 1..5 {
        clock.passes(30);
        assert_eq!(queue.receive(1).len(), 1);
    }
    clock.passes(30);
    assert_eq!(queue.dead_letters(), []);
    assert_eq!(queue.receive(1), []);
    let at = |second| Timestamp::from_second(second).unwrap();
    let letter = DeadLetter {
        id,
        body: "poison".to_owned(),
        sent_at: at(7),
        received_at: [7, 37, 67, 97, 127].map(at).to_vec(),
    };
    assert_eq!(queue.dead_letters(), [letter]);
    assert_eq!(queue.next_visible(), None);
}

#[tokio::test]
async fn what_is_no_hint_any_more_is_refused() {
    let (_, queue) = queue();
    let long = queue.send("x".repeat(16 * 1024 + 1), Duration::ZERO).await;
    assert!(long.is_err());
    send(&queue, &"x".repeat(16 * 1024), 0).await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_has_a_message_as_soon_as_it_is_visible() {
    let queue = jumping();
    let begun = Instant::now();
    send(&queue, "a", 12).await;
    let received = queue.receive_soon(10, WAIT_MAX).await;
    assert_eq!(
        (bodies(&received), begun.elapsed().as_secs()),
        (vec!["a"], 12)
    );
    // Received and not deleted, it comes again.
    let late = queue.receive_soon(10, WAIT_MAX * 9).await;
    assert_eq!((late, begun.elapsed().as_secs()), (vec![], 32));
    let again = queue.receive_soon(10, WAIT_MAX).await;
    assert_eq!((again[0].received, begun.elapsed().as_secs()), (2, 42));
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_woken_by_what_is_sent() {
    let queue = jumping();
    let begun = Instant::now();
    let waiting = queue.receive_soon(10, WAIT_MAX);
    let sending = async {
        tokio::task::yield_now().await;
        send(&queue, "a", 3).await;
        send(&queue, "b", 0).await;
    };
    let (received, ()) = tokio::join!(waiting, sending);
    assert_eq!(
        (bodies(&received), begun.elapsed().as_secs()),
        (vec!["b"], 0)
    );
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_takes_no_message_along() {
    let queue = jumping();
    let begun = Instant::now();
    let [one, other] = [(); 2].map(|()| {
        let queue = queue.clone();
        tokio::spawn(async move { queue.receive_soon(1, WAIT_MAX).await })
    });
    tokio::task::yield_now().await;
    send(&queue, "a", 5).await;
    tokio::task::yield_now().await;
    one.abort();
    let received = other.await.unwrap();
    assert_eq!(
        (bodies(&received), begun.elapsed().as_secs()),
        (vec!["a"], 5)
    );
}
