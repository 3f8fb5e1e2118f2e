//! The reconciler as the process that Lambda starts, called as a schedule calls.

use idwo_sandbox::aws::Aws;
use serde_json::Value;

#[tokio::test]
async fn where_nothing_is_due_it_says_so() {
    let aws = Aws::start().await.unwrap();
    let variables = [("IDWO_STATE_TABLE", "state"), ("IDWO_QUEUE_URL", "queue")];
    let program = env!("CARGO_BIN_EXE_reconciler");
    let process = aws.run("reconciler", program, &variables).await.unwrap();
    let event = include_str!("../../../events/reconciler.json");
    let event: Value = serde_json::from_str(event).unwrap();
    let said = aws.invoke("reconciler", event).await.unwrap();
    assert_eq!(said, Ok(Value::Null));
    let log = process.end();
    let told = |line: &String| line.contains(r#""told":0,"unreadable":0,"is_cut":false"#);
    assert!(log.iter().any(told), "{log:?}");
}
