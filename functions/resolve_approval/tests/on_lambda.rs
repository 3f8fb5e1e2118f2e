//! `resolve_approval` as the process that Lambda starts.

use idwo_sandbox::aws::Aws;

#[tokio::test]
async fn without_a_table_it_says_who_can_make_one() {
    let aws = Aws::start().await.unwrap();
    let program = env!("CARGO_BIN_EXE_resolve_approval");
    let _process = aws.run("resolve_approval", program, &[]).await.unwrap();
    let event = include_str!("../../../events/resolve_approval.json");
    let event = serde_json::from_str(event).unwrap();
    let returned = aws
        .invoke("resolve_approval", event)
        .await
        .unwrap()
        .unwrap();
    assert!(returned.to_string().contains("KeepsState"), "{returned}");
}
