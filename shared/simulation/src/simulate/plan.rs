//! What goes wrong at which gates, as somebody writes it down: `12:crash,57:no-answer`.

use std::collections::BTreeMap;

use crate::stage::Fault;

pub fn written(plan: &BTreeMap<u64, Fault>) -> String {
    let faults = plan.iter().map(|(gate, fault)| format!("{gate}:{fault}"));
    faults.collect::<Vec<_>>().join(",")
}

/// # Errors
/// What is no plan in it.
pub fn read(plan: &str) -> Result<BTreeMap<u64, Fault>, String> {
    let faults = plan.split(',').filter(|fault| !fault.is_empty());
    let faults = faults.map(|fault| {
        let (gate, fault) = fault
            .split_once(':')
            .ok_or_else(|| format!("{fault} is not like 12:crash"))?;
        let gate = gate
            .parse()
            .map_err(|_| format!("{gate} is no gate's number"))?;
        Ok((gate, fault.parse()?))
    });
    faults.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_that_was_written_is_read() {
        let all = "1:crash,2:error,3:no-answer,4:delay,5:twice,6:lost,7:short-delay";
        for plan in [all, ""] {
            assert_eq!(written(&read(plan).unwrap()), plan);
        }
        for bad in ["crash", "x:crash", "1:fire"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
